import type { Account, StepAccount } from '../domain/account.ts';
import { advice } from './advice.ts';
import { reportLines, stands } from './lines.ts';
import { stepOutcome } from './timeline-rows.ts';
import type { Shown } from './wording.ts';

/** Something that needs a person, with its likely cause and the next step (R86). */
export interface Trouble {
  readonly name: string;
  readonly outcome: Shown;
  readonly reason: string;
  readonly cause: string | null;
  readonly next: string | null;
  /** Where greenroom.yaml asks for it; null for a step of Greenroom's own. */
  readonly where: string | null;
}

/** Broken steps first, then failed and unanswered checks, then warnings. Checks that were never reached are not among them. */
export function troubles(account: Account): readonly Trouble[] {
  const lines = reportLines(account).filter((line) => line.result && (stands(line) || line.outcome === 'warn'));
  const named = new Set(lines.map((line) => line.name));
  const steps = account.steps
    .filter((step) => (step.status === 'failed' || step.status === 'unknown') && step.kind !== 'checks')
    .filter((step) => !named.has(step.name) && !wasSettled(step, account))
    .map((step) => ({
      ...advice(step),
      name: step.name,
      outcome: stepOutcome(step, account),
      reason: step.reason ?? 'failed',
      where: null,
    }));
  const sorted = lines.toSorted((a, b) => Number(stands(b)) - Number(stands(a)));
  return [
    ...steps,
    ...sorted.map(({ name, outcome, reason, cause, next, where }) => ({ name, outcome, reason, cause, next, where })),
  ];
}

/** A later try of the same step was done, or the deployment went live on a person's word. */
const wasSettled = (step: StepAccount, { steps, ending }: Account): boolean =>
  step.status === 'unknown' &&
  (ending?.as === 'live' ||
    steps.some((later) => later.name === step.name && later.status === 'done' && later.beganAt >= step.beganAt));
