import { formatDuration } from './duration.ts';
import { badTraffic, emptyCharts, openTraffic, withTraffic, type TrafficChart } from './newest-traffic.ts';
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
  /** Probes that have had an answer so far, by their address; not known of what an older version began, nor is what follows. */
  readonly answered?: readonly string[];
  /** Probes that nobody answered, of all. */
  readonly unanswered?: number;
  /** What was wrong with the newest probes, in words; nothing: each of them was answered as it should be. */
  readonly amiss?: readonly string[];
  /** Looks that could not ask the proxies, of all. */
  readonly blindLooks?: number;
  /** The proxies could not be asked since then, by the watch of the bake; null: the newest look could. */
  readonly silence?: { readonly sinceMs: number; readonly lastsMs: number; readonly reason: string } | null;
  /** Something else than this release was seen, in so many looks in a row; null: the newest look saw none. */
  readonly stranger?: { readonly looks: number; readonly reason: string } | null;
  /** What the newest requests say. */
  readonly newest?: readonly TrafficChart[];
}

export const emptyTally: BakeTally = {
  probes: 0,
  failedProbes: 0,
  errorsInARow: 0,
  requests: 0,
  badAnswers: 0,
  lastFailure: null,
  answered: [],
  unanswered: 0,
  amiss: [],
  blindLooks: 0,
  silence: null,
  stranger: null,
  newest: emptyCharts,
};

/** Longest wait for the answer to a probe, unless its service may take longer; each error that is tolerated may last as long. */
export const answerWithinMs = 5_000;
/** What one look saw may have been the moment between two states; what this many saw in a row was not. */
const strangerLooks = 3;
const shortestOvertimeMs = 120_000;

/** How long a bake goes on at most when its time is over and its newest probes and looks were not good. */
export const overtimeMs = ({ forMs }: Pick<Bake, 'forMs'>): number => Math.max(forMs, shortestOvertimeMs);

export interface BakeBaseline {
  readonly requests: number;
  readonly badAnswers: number;
}

/** Share of requests that may be bad. An old version that was asked too little tells nothing of what is usual; beside an old version that hardly answers any, half of those may be bad too, and no more. */
export function allowedShare(
  rules: Pick<Bake, 'minimumRequests' | 'errorShare' | 'baselineFactor'>,
  baseline: BakeBaseline,
): number {
  const isEnough = baseline.requests > 0 && baseline.requests >= rules.minimumRequests;
  const usual = isEnough ? baseline.badAnswers / baseline.requests : 0;
  return Math.max(rules.errorShare, Math.min(rules.baselineFactor * usual, (1 + usual) / 2));
}

/** Takes in what the proxies have counted since the look before. */
export const withRequests = (tally: BakeTally, seen: BakeBaseline, allowed: number): BakeTally => ({
  ...tally,
  requests: tally.requests + seen.requests,
  badAnswers: tally.badAnswers + seen.badAnswers,
  newest: withTraffic(tally.newest ?? emptyCharts, seen, allowed),
});

/** What became of one probe. */
export interface ProbeSeen {
  readonly url: string;
  /** Null: nobody answered. */
  readonly code: number | null;
  /** What is wrong with it, in words; null: it is as it should be. */
  readonly wrong: string | null;
}

/** Takes in one round of probes. One that nobody answered is an error, one that was answered and should not have been so a failure. */
export function withProbes(tally: BakeTally, round: readonly ProbeSeen[]): BakeTally {
  const errors = round.filter(({ code }) => code === null);
  const failures = round.filter(({ code, wrong }) => code !== null && wrong !== null);
  const answered = round.filter(({ code }) => code !== null).map(({ url }) => url);
  return {
    ...tally,
    probes: tally.probes + round.length,
    failedProbes: tally.failedProbes + failures.length,
    errorsInARow: errors.length > 0 ? tally.errorsInARow + 1 : 0,
    lastFailure: failures[0]?.wrong ?? errors[0]?.wrong ?? tally.lastFailure,
    ...(tally.answered && { answered: [...new Set([...tally.answered, ...answered])] }),
    unanswered: (tally.unanswered ?? 0) + errors.length,
    amiss: [...failures, ...errors].map(({ wrong }) => wrong ?? 'it was not answered'),
  };
}

/** What one look at proxies and processes could not see, or saw and should not have. */
export interface LookSeen {
  readonly beganMs: number;
  readonly endedMs: number;
  /** Why the proxies could not be asked; null: all told. */
  readonly silent: string | null;
  readonly strange: string | null;
}

/** Takes in one look. What could not be asked tells nothing of strangers: what was seen of them before stays. */
export function withLook(tally: BakeTally, { beganMs, endedMs, silent, strange }: LookSeen): BakeTally {
  const sinceMs = tally.silence?.sinceMs ?? beganMs;
  const kept = silent === null ? null : (tally.stranger ?? null);
  return {
    ...tally,
    blindLooks: (tally.blindLooks ?? 0) + (silent === null ? 0 : 1),
    silence: silent === null ? null : { sinceMs, lastsMs: endedMs - sinceMs, reason: silent },
    stranger: strange === null ? kept : { looks: (tally.stranger?.looks ?? 0) + 1, reason: strange },
  };
}

/** Whether the newest probes were all answered as they should be, and the newest look and the newest requests were good: no bake ends well before. */
export const isSettled = ({ amiss = [], silence = null, stranger = null, newest = [] }: BakeTally): boolean =>
  amiss.length === 0 && silence === null && stranger === null && openTraffic(newest) === null;

/** Whether the watch is over: its time is, and either nothing is open or it was waited for long enough. */
export const isWatched = (rules: Pick<Bake, 'forMs'>, tally: BakeTally, watchedMs: number): boolean =>
  watchedMs >= rules.forMs && (isSettled(tally) || watchedMs >= rules.forMs + overtimeMs(rules));

/** Why the new version must not keep the traffic, or null. */
export function bakeFault(rules: Bake, tally: BakeTally, baseline: BakeBaseline): string | null {
  if (tally.failedProbes > rules.failureLimit)
    return `${tally.failedProbes} of ${tally.probes} probes failed, allowed are ${rules.failureLimit}: ${tally.lastFailure ?? ''}`;
  if (tally.errorsInARow > rules.consecutiveErrorLimit)
    return `${tally.errorsInARow} probes in a row could not be asked: ${tally.lastFailure ?? ''}`;
  const { silence, stranger } = tally;
  if (stranger && stranger.looks >= strangerLooks) return stranger.reason;
  const mayBeSilentMs = (rules.consecutiveErrorLimit + 1) * answerWithinMs;
  if (silence && silence.lastsMs > mayBeSilentMs)
    return `the proxy could not be asked for ${formatDuration(silence.lastsMs)}, allowed are ${formatDuration(mayBeSilentMs)}: ${silence.reason}`;
  const allowed = allowedShare(rules, baseline);
  const words = `requests were answered with 5xx or not at all, allowed are ${(100 * allowed).toFixed(1)} %`;
  if (tally.requests >= rules.minimumRequests && tally.badAnswers > allowed * tally.requests)
    return `${tally.badAnswers} of ${tally.requests} ${words}`;
  const newest = badTraffic(tally.newest ?? [], rules.minimumRequests);
  return newest && `${newest.badAnswers} of the newest ${newest.requests} ${words}`;
}

/**
 * What a bake without a fault has not measured, or null: one of whose probes nobody ever answered has shown nothing of that service, one
 * most of whose requests were bad is only no worse than what was before, and one whose newest probes or look were not good has not shown that it is well now.
 */
export function bakeGap(tally: BakeTally, asked: readonly string[]): string | null {
  const { probes, requests, badAnswers, answered, amiss = [], silence, stranger, newest = [] } = tally;
  if (probes === 0 && requests === 0) return 'nothing was measured';
  const silent = answered ? asked.filter((address) => !answered.includes(address)) : [];
  if (silent.length > 0) return `${silent.join(', ')} was never answered`;
  if (2 * badAnswers > requests)
    return `${badAnswers} of ${requests} requests were bad, which no old version makes good enough`;
  if (isSettled(tally)) return null;
  const open = openTraffic(newest);
  const bad = open && `${open.badAnswers} of the newest ${open.requests} requests were bad`;
  return [...amiss, silence?.reason, stranger?.reason, bad].filter((each) => each).join('; ');
}
