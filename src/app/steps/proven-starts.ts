import type { Starts } from '../../domain/started-again.ts';
import type { StepKind } from '../../domain/step.ts';
import { recordsOf } from '../../store/records.ts';
import type { Site } from '../site.ts';

/** When that began which the newest proof of this deployment has asked; empty where an older version recorded none. */
export async function provenStarts({ world, project, deployment }: Site): Promise<Starts> {
  const own = await world.store.read((rows) => recordsOf(rows, project.name, deployment.id));
  const proof = own.findLast(
    ({ kind, data }) =>
      kind === 'step-ended' &&
      data['status'] === 'done' &&
      String(data['step']).split('/')[1] === ('prove' satisfies StepKind),
  );
  return (proof?.data['facts'] as { readonly began?: Starts } | null | undefined)?.began ?? {};
}
