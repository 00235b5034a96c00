import { courtesyMs, overdueAfterMs } from '../domain/overdue.ts';
import { formatDuration } from '../domain/duration.ts';
import { canBeCutOff, type Step } from '../domain/step.ts';
import { saveOverdue } from '../store/overdue.ts';
import type { OperationTask, RunStep } from '../workflow/deployment-flow.ts';
import type { World } from './world.ts';

/**
 * Carries an operation out with an eye on its budget, so that nobody waits in silence. One that only looks is ended when it does
 * not end itself, and that is its answer; one that acts goes on, and its lateness is put on record.
 */
export async function inTime<T>(
  world: Pick<World, 'store' | 'clock'>,
  { deployment, operation }: OperationTask,
  run: RunStep,
  work: (run: RunStep) => Promise<T>,
): Promise<T> {
  const { step } = operation;
  if (canBeCutOff(step)) return work(endedLate(step, run));
  const late = AbortSignal.timeout(overdueAfterMs(step));
  // What cannot be written says itself all the same: `status` and the screen reckon from the beginning of the step.
  const record = () => void saveOverdue(world.store, deployment, operation, world.clock.now()).catch(() => {});
  late.addEventListener('abort', record, { once: true });
  try {
    return await work(run);
  } finally {
    late.removeEventListener('abort', record);
  }
}

/** Effects are told to end a courtesy after the budget, and are not waited for another courtesy later; none begins after that. */
export function endedLate(step: Step, run: RunStep, patienceMs = courtesyMs): RunStep {
  const told = AbortSignal.timeout(step.budgetMs + patienceMs);
  const ended = AbortSignal.timeout(step.budgetMs + 2 * patienceMs);
  const reason = `it took longer than its budget of ${formatDuration(step.budgetMs)} and was ended`;
  return (name, effect) =>
    run(name, async (signal) => {
      if (told.aborted) throw new Error(reason);
      const tooLate = Promise.withResolvers<never>();
      const end = () => tooLate.reject(new Error(reason));
      ended.addEventListener('abort', end, { once: true });
      try {
        return await Promise.race([effect(AbortSignal.any([signal, told])), tooLate.promise]);
      } finally {
        ended.removeEventListener('abort', end);
      }
    });
}
