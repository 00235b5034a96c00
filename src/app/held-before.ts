import { listDeployments, type StoredDeployment } from '../store/deployments.ts';
import type { World } from './world.ts';

/** The one that waits for a person and that a queued deployment cannot begin before; null when there is none. */
export async function findHeldBefore(
  world: World,
  { model, environment, number, state }: StoredDeployment,
): Promise<StoredDeployment | null> {
  if (state !== null) return null;
  const open = await world.store.read((rows) => listDeployments(rows, model.name, { environment, open: true }));
  return open.find((each) => each.number < number && each.status === 'held') ?? null;
}
