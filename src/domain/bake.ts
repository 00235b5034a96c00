import { isProvenAbove } from './bad-share.ts';
import { formatDuration } from './duration.ts';
import { waitingOvertimeMs, waitingWords, type Waiting } from './waiting-requests.ts';
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
  /** Most of them that there were: one that was late and is answered makes it less. Absent where an older Greenroom has begun. */
  readonly mostBad?: number;
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
  /** Why the newest look could not see what runs; null: it could. That is no fault of the release, and no proof of it either. */
  readonly unseen?: string | null;
  /** Looks that could not, of all. */
  readonly unseenLooks?: number;
  /** Something else than this release was seen, in so many looks in a row; null: the newest look saw none. */
  readonly stranger?: { readonly looks: number; readonly reason: string } | null;
  /** What the newest requests say. */
  readonly newest?: readonly TrafficChart[];
  /** Share of all requests that may be bad. */
  readonly allowed?: number;
  /** Those that nobody has answered yet, as the newest look saw them; what is late of them is among the bad answers. */
  readonly waits?: Waiting;
  /** Looks at proxies that could not tell how long requests wait, of all. */
  readonly untoldLooks?: number;
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

/** How long a bake goes on at most when its time is over and its newest probes and looks were not good. `usualMs`: an answer may take as long. */
export const overtimeMs = ({ forMs }: Pick<Bake, 'forMs'>, { usualMs = 0 }: Partial<Waiting> = {}): number =>
  Math.max(forMs, shortestOvertimeMs, waitingOvertimeMs(usualMs));

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

/** Takes in what the proxies have counted since the look before. One that was late and is answered after all makes it less; the next one that is late is no news then. */
export function withRequests(tally: BakeTally, seen: BakeBaseline, allowed: number): BakeTally {
  const badAnswers = tally.badAnswers + seen.badAnswers;
  const before = tally.mostBad ?? tally.badAnswers;
  const mostBad = Math.max(before, badAnswers);
  const news = { requests: Math.max(0, seen.requests), badAnswers: mostBad - before };
  return {
    ...{ ...tally, requests: tally.requests + seen.requests, badAnswers, mostBad },
    newest: withTraffic(tally.newest ?? emptyCharts, news, allowed),
    allowed,
  };
}

/** Takes in who waits; null: the proxies cannot tell for how long. */
export const withWaiting = (tally: BakeTally, waiting: Waiting | null): BakeTally =>
  waiting === null ? { ...tally, untoldLooks: (tally.untoldLooks ?? 0) + 1 } : { ...tally, waits: waiting };

const isMostlyBad = ({ requests, badAnswers }: BakeBaseline): boolean => 2 * badAnswers > requests;

/** Whether those who wait make a difference: as the newest requests, none of them answered. */
function isOpenWaiting(rules: TrafficRules, tally: BakeTally): boolean {
  const { open, stuck } = tally.waits ?? { open: 0, stuck: 0 };
  if (open + stuck === 0) return false;
  const allBad = (requests: number): BakeTally =>
    withRequests(tally, { requests, badAnswers: requests }, tally.allowed ?? 1);
  // Who is stuck is among all requests as a bad one already.
  const worst = allBad(open);
  return openTraffic(allBad(open + stuck).newest ?? []) !== null || isAbove(rules, worst) || isMostlyBad(worst);
}

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
  /** Why it could not be seen what runs; null: it was. */
  readonly unseen: string | null;
  readonly strange: string | null;
}

/** Takes in one look. What could not be asked tells nothing of strangers: what was seen of them before stays. */
export function withLook(tally: BakeTally, { beganMs, endedMs, silent, unseen, strange }: LookSeen): BakeTally {
  const sinceMs = tally.silence?.sinceMs ?? beganMs;
  const kept = silent === null && unseen === null ? null : (tally.stranger ?? null);
  return {
    ...tally,
    blindLooks: (tally.blindLooks ?? 0) + (silent === null ? 0 : 1),
    ...(unseen !== null && { unseenLooks: (tally.unseenLooks ?? 0) + 1 }),
    unseen,
    silence: silent === null ? null : { sinceMs, lastsMs: endedMs - sinceMs, reason: silent },
    stranger: strange === null ? kept : { looks: (tally.stranger?.looks ?? 0) + 1, reason: strange },
  };
}

type TrafficRules = Pick<Bake, 'minimumRequests'>;

/** Enough requests, and more of them bad than is allowed, if only by chance. */
const isAbove = ({ minimumRequests }: TrafficRules, { requests, badAnswers, allowed = 1 }: BakeTally): boolean =>
  requests >= minimumRequests && badAnswers > allowed * requests;

/** Whether the newest probes were all answered as they should be, the newest look saw what runs, it and the newest requests were good, no more of all were bad than are allowed, nor would be if nobody answered those who wait: no bake ends well before. */
export function isSettled(rules: TrafficRules, tally: BakeTally): boolean {
  const { amiss = [], silence = null, unseen = null, stranger = null, newest = [] } = tally;
  const isOpen = openTraffic(newest) !== null || isAbove(rules, tally) || isOpenWaiting(rules, tally);
  return amiss.length === 0 && silence === null && unseen === null && stranger === null && !isOpen;
}

/** Whether the watch is over: its time is, and either nothing is open or it was waited for long enough. */
export const isWatched = (rules: Pick<Bake, 'forMs'> & TrafficRules, tally: BakeTally, watchedMs: number): boolean =>
  watchedMs >= rules.forMs && (isSettled(rules, tally) || watchedMs >= rules.forMs + overtimeMs(rules, tally.waits));

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

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
  const words = `requests were answered with 5xx or not at all, allowed are ${percent(allowed)}`;
  if (tally.requests >= rules.minimumRequests && isProvenAbove(tally, allowed))
    return `${tally.badAnswers} of ${tally.requests} ${words}`;
  const newest = badTraffic(tally.newest ?? [], rules.minimumRequests);
  return newest && `${newest.badAnswers} of the newest ${newest.requests} ${words}`;
}

/**
 * What a bake without a fault has not measured, or null: one of whose probes nobody ever answered has shown nothing of that service, one
 * most of whose requests were bad is only no worse than what was before, and one whose newest probes or look were not good has not shown that it is well now.
 */
export function bakeGap(rules: TrafficRules, tally: BakeTally, asked: readonly string[]): string | null {
  const {
    probes,
    requests,
    badAnswers,
    answered,
    amiss = [],
    silence,
    unseen,
    stranger,
    newest = [],
    allowed = 1,
    waits,
  } = tally;
  if (probes === 0 && requests === 0) return 'nothing was measured';
  const silent = answered ? asked.filter((address) => !answered.includes(address)) : [];
  if (silent.length > 0) return `${silent.join(', ')} was never answered`;
  if (isMostlyBad(tally))
    return `${badAnswers} of ${requests} requests were bad, which no old version makes good enough`;
  if (isSettled(rules, tally)) return null;
  const open = openTraffic(newest);
  const bad = open && `${open.badAnswers} of the newest ${open.requests} requests were bad`;
  const above =
    isAbove(rules, tally) &&
    `${badAnswers} of ${requests} requests were bad, allowed are ${percent(allowed)}: too many to be good, too few to tell from chance`;
  const waiting = waits && isOpenWaiting(rules, tally) && waitingWords(waits);
  return [...amiss, silence?.reason, unseen, stranger?.reason, bad, above, waiting].filter((each) => each).join('; ');
}
