import type { JsonObject } from '../../domain/json.ts';
import { recordsOf } from '../../store/records.ts';
import type { Site } from '../site.ts';

/** Facts of the steps of this deployment that have ended, in their order. */
export async function ownFacts({ world, project, deployment }: Site): Promise<readonly JsonObject[]> {
  const own = await world.store.read((rows) => recordsOf(rows, project.name, deployment.id));
  const ended = own.filter(({ kind }) => kind === 'step-ended');
  return ended
    .map(({ data }) => data['facts'] as JsonObject | null | undefined)
    .filter((facts) => facts !== null && facts !== undefined);
}
