import type { Operation } from './deployment.ts';
import { formatDuration } from './duration.ts';
import type { RecordBody } from './record.ts';
import { canBeCutOff, type Step } from './step.ts';

/** What a step that only looks gets beyond its budget to end itself, and once more before it is ended. */
export const courtesyMs = 5_000;

/**
 * How long a step may take before somebody has to hear of it. One that may be cut off is ended first, so that it is heard of
 * only when nobody was there to end it; one that acts is never cut off, and is heard of when its budget is over.
 */
export const overdueAfterMs = (step: Step): number => step.budgetMs + (canBeCutOff(step) ? 2 * courtesyMs : 0);

/** In words, for people who wait: null while the step is in time. */
export function overdue(step: Step, tookMs: number): string | null {
  if (tookMs <= overdueAfterMs(step)) return null;
  return `${step.name} has taken ${formatDuration(tookMs)}, its budget is ${formatDuration(step.budgetMs)}`;
}

export const overdueRecord = ({ number, step }: Operation): RecordBody => ({
  ...{ kind: 'step-overdue', actor: 'greenroom' },
  data: { step: step.name, operation: number, budgetMs: step.budgetMs },
});
