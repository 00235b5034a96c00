import type { SeedFile } from '../config/seed.ts';
import { FailureError } from '../domain/failure.ts';
import type { Project } from '../domain/project.ts';
import { judgeAddresses } from '../domain/refresh/direction.ts';
import { placeOf } from '../refresh/connect.ts';
import { runSeed, type Seeded, type SeedOrder } from '../refresh/seed/run-seed.ts';
import { environmentOf } from './plan-deployment.ts';
import { publishOnce, requireQuiet } from './publish-once.ts';
import { databaseOf, ownAddresses, require, urlOf } from './refresh-environment.ts';
import { seedLog } from './seed-log.ts';
import type { World } from './world.ts';

export interface SeedingWish extends Pick<SeedOrder, 'isDryRun' | 'signal' | 'onStation' | 'onProgress'> {
  readonly project: Project;
  readonly environment: string;
  readonly actor: string;
  readonly file: SeedFile;
}

/**
 * Fills the empty tables of an environment with rows that are made up. On any failure they are empty as before. Beginning and end are on record, the
 * end together with the rows; a dry run is not.
 */
export async function seedEnvironment(world: World, wish: SeedingWish): Promise<Seeded> {
  const { project, file } = wish;
  const { name: environment } = environmentOf(project, wish.environment);
  const log = seedLog(world, wish);
  return publishOnce(world, { project: project.name, environment }, log, async (underLock) => {
    const { database, targetUrl, isOwnTarget } = await findTarget(world, project, environment, file);
    await world.store.read((rows) => requireQuiet(rows, project.name, environment));
    await log.began({ database, target: placeOf(targetUrl), seed: file.seed });
    return runSeed({
      ...{ environment, targetUrl, isOwnTarget, seed: file.seed, untilAt: file.untilAt },
      wish: { rows: file.rows, tables: file.tables },
      at: new Date(world.clock.now()).toISOString(),
      ...{ isDryRun: wish.isDryRun, signal: wish.signal, onStation: wish.onStation, onProgress: wish.onProgress },
      underLock,
    });
  });
}

async function findTarget(world: World, project: Project, environment: string, file: SeedFile) {
  const last = project.path.at(-1)!;
  if (environment === last)
    throw new FailureError({
      code: 'GR5170',
      message: `${environment} is the last environment of the path: its data is the original, and nothing is made up beside it.`,
      where: 'greenroom.yaml (path)',
      do: 'Seed an environment before it.',
    });
  const database = databaseOf(project, file.database, 'seed.yaml');
  const targetUrl = await urlOf(world, project, environmentOf(project, environment), database);
  const guarded = await ownAddresses(world, project, environmentOf(project, last));
  require(
    judgeAddresses(
      placeOf(targetUrl),
      guarded.map((url) => placeOf(url)),
    ),
  );
  return { database: database.name, targetUrl, isOwnTarget: database.source.kind === 'embedded' };
}
