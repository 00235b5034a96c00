import { oneWayReason, type MigratedDatabase } from '../domain/migrated-database.ts';
import { readAccount } from './read-history.ts';
import type { World } from './world.ts';

/** Databases that deployments have begun to migrate and that nobody goes back over, as each of them has recorded before its switch. */
export async function closedMigrations(
  world: World,
  deployments: readonly string[],
): Promise<readonly MigratedDatabase[]> {
  const found: MigratedDatabase[] = [];
  for (const id of deployments) {
    const { plan, results, steps, evidence } = await readAccount(world, id);
    const asked = plan.steps.find(({ kind }) => kind === 'way-back')?.name;
    const answer = results.findLast(({ name }) => name === asked);
    const seen = evidence[answer?.evidence ?? '']?.data as { databases?: readonly MigratedDatabase[] } | undefined;
    const begun = new Set(steps.map(({ name }) => name));
    found.push(...(seen?.databases ?? []).filter((each) => begun.has(each.step) && oneWayReason(each) !== null));
  }
  return found;
}
