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
  /** Probes that have had an answer so far, by their address; not known of what an older version began. */
  readonly answered?: readonly string[];
}

export const emptyTally: BakeTally = {
  probes: 0,
  failedProbes: 0,
  errorsInARow: 0,
  requests: 0,
  badAnswers: 0,
  lastFailure: null,
  answered: [],
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

/** What a bake without a fault has not measured, or null: one of whose probes nobody ever answered has shown nothing of that service. */
export function bakeGap({ probes, requests, answered }: BakeTally, asked: readonly string[]): string | null {
  if (probes === 0 && requests === 0) return 'nothing was measured';
  const silent = answered ? asked.filter((address) => !answered.includes(address)) : [];
  return silent.length === 0 ? null : `${silent.join(', ')} was never answered`;
}
