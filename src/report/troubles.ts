import type { Account, StepAccount } from '../domain/account.ts';
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

/** A step records its reason only; what that usually means depends on where it stands. */
function advice(step: StepAccount): { cause: string; next: string } {
  if (step.status === 'unknown' && step.kind === 'bake')
    return {
      cause: 'The bake saw too little to call the release good, or it is told to hold instead of going back.',
      next: 'Read what it saw, then say "greenroom resume" with --retry to watch again, --continue or --go-back.',
    };
  if (step.status === 'unknown' && step.kind === 'verify')
    return {
      cause:
        'The release that was brought back serves, and something beside it has changed since it served last: data, a variable, a partner.',
      next: 'Both versions still run. Say "greenroom resume" with --retry to ask again, --continue to stay with it, --go-back to leave it.',
    };
  if (step.status === 'unknown')
    return {
      cause: 'The step was cut off while it worked, so nobody can tell from here what stands.',
      next: 'Look at what it left, then say so with "greenroom resume".',
    };
  if (step.kind === 'bake' && step.facts['byHand'] === true)
    return {
      cause:
        'Something beside Greenroom has changed where the proxy sends requests, or what runs. It was not the release that went wrong.',
      next: 'Find out who did it and why, look at "greenroom status", then deploy the release again.',
    };
  if (step.kind === 'bake')
    return {
      cause:
        'The release passed its checks and went wrong under real traffic: other requests, data or load than the checks bring.',
      next: "Read the new version's log from the bake, add a check that would have seen it, and deploy a new release.",
    };
  if (step.kind === 'switch' && step.facts['ended'] === true)
    return {
      cause: `The new version ended between its proof and the switch${endedWords(step)}.`,
      next: 'Read the log of the service that ended: a crash, too little memory, or somebody who stopped it. Then deploy again.',
    };
  if (step.kind === 'drain' && step.facts['ended'] === true)
    return {
      cause: 'The new version passed its bake and ended while the old one was drained, when it had all the traffic.',
      next: 'Read the log of the service that ended: a crash, too little memory, or somebody who stopped it. A longer bake would have seen it too. Then deploy again.',
    };
  if ((step.kind === 'switch' && step.facts['moved'] === true) || step.kind === 'rehearse-forth')
    return {
      cause:
        'The new version answers otherwise through the public address than when it is asked directly: forwarded headers, public URL, or the proxy itself.',
      next: "Ask the public address by hand, read the new version's log from the switch, and deploy a new release.",
    };
  if (step.kind === 'admit')
    return {
      cause: 'The release has not earned its way into this environment.',
      next: 'Do what the reason asks, then deploy again.',
    };
  return {
    cause: 'The machine or the traffic switch did not do as it was told.',
    next: 'Run "greenroom doctor", then deploy again.',
  };
}

const endedWords = ({ facts }: StepAccount): string => {
  if (facts['moved'] === undefined) return '';
  return facts['moved'] === true ? ', when it had traffic already' : '. It had no traffic: users were never on it';
};
