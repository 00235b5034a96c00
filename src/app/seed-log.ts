// A seeding on record: who, when, which database, by which seed, and what came of it.
import { seedBegan, seedDone, seedFailed, type SeedEnds, type SeedMade } from '../domain/seed/seedings.ts';
import { append, appendAlone, isWritten } from '../store/records.ts';
import type { RowsInTransaction } from '../store/store.ts';
import { failuresOf } from './refresh-log.ts';
import type { SeedingWish } from './seed-environment.ts';
import type { World } from './world.ts';

/** The lines of one attempt. Nothing is written of a dry run. */
export function seedLog(world: World, wish: Pick<SeedingWish, 'project' | 'environment' | 'actor' | 'isDryRun'>) {
  const project = wish.project.name;
  const run = world.newId('run');
  const attempt = { run, environment: wish.environment, actor: wish.actor };
  let ends: SeedEnds | null = null;
  const write = async (stage: string, body: Parameters<typeof appendAlone>[2]): Promise<void> => {
    if (wish.isDryRun) return;
    await appendAlone(world.store, { project, operation: `${run}/${stage}`, at: world.clock.now() }, body);
  };
  return {
    began(found: SeedEnds): Promise<void> {
      ends = found;
      return write('began', seedBegan(attempt, found));
    },
    /** In the transaction that holds the environment while the rows are published. */
    async done(rows: RowsInTransaction, made: SeedMade): Promise<void> {
      const operation = `${run}/done`;
      if (await isWritten(rows, project, operation)) return;
      await append(rows, project, null, [seedDone(attempt, ends!, made)], world.clock.now(), operation);
    },
    failed: (error: unknown): Promise<void> => write('failed', seedFailed(attempt, ends, failuresOf(error))),
  };
}
