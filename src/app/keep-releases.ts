import type { Project } from '../domain/project.ts';
import type { Release } from '../domain/release.ts';
import { listDeployments, type StoredDeployment } from '../store/deployments.ts';
import { servingIn } from '../store/environments.ts';
import { namedRelease, latestMade } from '../store/releases.ts';
import { lastGoodOf, livedIn } from './lived.ts';
import type { World } from './world.ts';

/** Releases that were made lately may be on their way, whether they were deployed yet or not. */
const newestKept = 10;

/** Removes the bytes of releases that nobody can need any more; their records stay. Answers how many trees went. */
export const keepReleases = (world: World, project: Project): Promise<number> =>
  // What is needed is read while nobody stores a tree, so that everything stored is on record.
  world.artifacts.prune(() => digestsNeeded(world, project));

async function digestsNeeded(world: World, project: Project): Promise<ReadonlySet<string>> {
  const newest = await world.store.read((rows) => latestMade(rows, project.name, newestKept));
  const open = await world.store.read((rows) => listDeployments(rows, project.name, { open: true }));
  const live = await Promise.all(
    project.environments.map(async ({ name, keepReleases: count }) => {
      const deployments = await world.store.read((rows) =>
        listDeployments(rows, project.name, { environment: name, limit: 1000 }),
      );
      const serving = await world.store.read(async (rows) => {
        const now = await servingIn(rows, project.name, name);
        return now && namedRelease(rows, project.name, now.releaseId);
      });
      const good = lastGoodOf(await livedIn(world, project, name));
      return [...(serving ? [serving] : []), ...lastLive(deployments, count + 1, good)];
    }),
  );
  const needed: readonly Release[] = [...newest, ...open.map((each) => each.plan.release), ...live.flat()];
  return new Set(needed.flatMap((release) => Object.values(release.parts.artifacts)));
}

/** The one that went live last and `count - 1` different ones before it; and the one a rollback returns to, which after a rollback lies deeper. */
function lastLive(deployments: readonly StoredDeployment[], count: number, good: string | null): readonly Release[] {
  const lived = deployments.filter((each) => each.ending?.as === 'live');
  const releases = [...new Map(lived.map(({ plan: { release } }) => [release.id, release])).values()];
  return releases.filter((release, index) => index < count || release.id === good);
}
