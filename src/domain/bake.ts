import type { Bake } from './project.ts';

/** What the bake has seen so far; carried from window to window, so that a restart in the middle loses nothing. */
export interface BakeTally {
  readonly probes: number;
  readonly failedProbes: number;
  readonly errorsInARow: number;
  /** Requests and bad answers of the new version since it got the traffic. */
  readonly requests: number;
  readonly badAnswers: number;
  readonly lastFailure: string | null;
}

export const emptyTally: BakeTally = {
  probes: 0,
  failedProbes: 0,
  errorsInARow: 0,
  requests: 0,
  badAnswers: 0,
  lastFailure: null,
};

export interface BakeBaseline {
  readonly requests: number;
  readonly badAnswers: number;
}

/** Why the new version must not keep the traffic, or null. */
export function bakeFault(rules: Bake, tally: BakeTally, baseline: BakeBaseline): string | null {
  if (tally.failedProbes > rules.failureLimit)
    return `${tally.failedProbes} of ${tally.probes} probes failed, allowed are ${rules.failureLimit}: ${tally.lastFailure ?? ''}`;
  if (tally.errorsInARow > rules.consecutiveErrorLimit)
    return `${tally.errorsInARow} probes in a row could not be asked: ${tally.lastFailure ?? ''}`;
  if (tally.requests < rules.minimumRequests) return null;
  const share = tally.badAnswers / tally.requests;
  const usual = baseline.requests > 0 ? baseline.badAnswers / baseline.requests : 0;
  const allowed = Math.max(rules.errorShare, rules.baselineFactor * usual);
  if (share <= allowed) return null;
  return `${tally.badAnswers} of ${tally.requests} requests were answered with 5xx or not at all, allowed are ${(100 * allowed).toFixed(1)} %`;
}

/** A bake without a single measurement has shown nothing. */
export const bakeIsMeasured = (tally: BakeTally): boolean => tally.probes > 0 || tally.requests > 0;
