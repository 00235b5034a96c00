/**
 * Requests that nobody answers any more: they are no bad answers, since they are none, and whoever waits patiently is counted nowhere but
 * among those under way. What tells is for how long, and how many more wait so long than did with the old version. Nobody waits much longer than
 * the slowest that has ever been answered, by the old version or by the new one: who waits more than twice as long, and twenty seconds at
 * least, counts as answered badly, and who waits longer than that slowest may count so yet. So may all who wait while it is open whether they
 * will: until everyone who asked within the time of the bake could have been answered. A proxy gives up at last who waits, and he asks
 * again: he counts as stuck until that would be open.
 */
import { formatDuration } from './duration.ts';

/** Ages at which requests without an answer are told apart. */
export const waitStepsMs = [1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 80_000, 160_000] as const;
/** No proxy waits longer for an answer: it gives one of its own, and that is a bad one. */
export const longestWaitMs = 300_000;
const leastLateMs = 20_000;
/** A proxy may tell an age by so much too short. */
const toldLateMs = 3_000;
/** Who has been given up asks again within this. */
const asksAgainMs = 10_000;
/** Who is answered later than this is answered later than any step. */
const lastStepMs = waitStepsMs.at(-1)!;

/** How many of these have waited for longer than each of the steps. */
export const countByAge = (agesMs: readonly number[]): readonly number[] =>
  waitStepsMs.map((stepMs) => agesMs.filter((ageMs) => ageMs > stepMs).length);

/** Of several that count; null as soon as one of them cannot tell. */
export const addCounts = (one: readonly number[] | null, other: readonly number[] | null): readonly number[] | null =>
  one && other && waitStepsMs.map((_, step) => (one[step] ?? 0) + (other[step] ?? 0));

export interface WaitingSeen {
  /** As `countByAge` gives it. */
  readonly unanswered: readonly number[];
  /** How long the slowest answer took so far; 0: none is known. */
  readonly slowestMs: number;
}

/** The larger of both, at every age. */
export const longerWaiting = (one: WaitingSeen, other: WaitingSeen): WaitingSeen => ({
  unanswered: waitStepsMs.map((_, step) => Math.max(one.unanswered[step] ?? 0, other.unanswered[step] ?? 0)),
  slowestMs: Math.max(one.slowestMs, other.slowestMs),
});

export interface Waiting {
  /** They count as answered badly. */
  readonly late: number;
  /** They may count so yet: so many more than with the old version have waited for longer than `sinceMs`. */
  readonly open: number;
  readonly sinceMs: number;
  /** Wait for ever, as far as is known: those who are late, or were given up and ask again. */
  readonly stuck: number;
  /** The oldest of them has waited for longer than this. */
  readonly oldestMs: number;
  /** About as long as the slowest answer took, of old and new. */
  readonly usualMs: number;
  /** Have waited for longer than the last of the steps. */
  readonly longest: number;
  /** So many waited when some of those were given up. They count as stuck until then, by the watch; who has asked again is open by then. */
  readonly kept?: { readonly requests: number; readonly untilMs: number };
}

/** How long a bake may go on beyond its time for those who wait. */
export const waitingOvertimeMs = (usualMs: number): number => usualMs + toldLateMs;

interface WaitingWatch {
  /** As the old version was left, if it was asked enough to compare with; null: there is none, and nobody is late. */
  readonly old: WaitingSeen | null;
  /** How long the bake is to watch. */
  readonly forMs: number;
  readonly watchedMs: number;
  /** As the look before saw it. */
  readonly before?: Waiting | undefined;
}

export function judgeWaiting(
  { unanswered, slowestMs }: WaitingSeen,
  { old, forMs, watchedMs, before }: WaitingWatch,
): Waiting {
  const slowest = Math.max(slowestMs, old?.slowestMs ?? 0);
  const usualMs = stepFrom(slowest);
  const oldOlderThan = (ms: number): number => olderThan(old?.unanswered ?? [], ms);
  const lateMs = stepFrom(Math.max(leastLateMs, 2 * slowest));
  const late = old === null ? 0 : Math.max(0, olderThan(unanswered, lateMs) - byChance(oldOlderThan(lateMs)));
  const isUndecided = watchedMs < forMs + waitingOvertimeMs(usualMs);
  const [sinceMs, waiting] = waitStepsMs
    .filter((stepMs) => (isUndecided ? stepMs <= usualMs : stepMs === usualMs))
    .map((stepMs): readonly [number, number] => [stepMs, olderThan(unanswered, stepMs) - oldOlderThan(stepMs)])
    .reduce((most, each) => (each[1] >= most[1] ? each : most), [usualMs, 0]);
  const open = Math.max(0, waiting - late);
  const longest = olderThan(unanswered, lastStepMs);
  // An answer would have made the slowest slower than that.
  const areGivenUp = before !== undefined && longest < before.longest && slowest <= lastStepMs;
  const kept = areGivenUp
    ? { requests: before.open + before.stuck, untilMs: watchedMs + usualMs + asksAgainMs }
    : before?.kept;
  const stillKept = kept && watchedMs < kept.untilMs ? kept : null;
  const stuck = Math.max(late, (stillKept?.requests ?? 0) - open);
  const oldestMs = stillKept ? lastStepMs : (waitStepsMs.findLast((stepMs) => olderThan(unanswered, stepMs) > 0) ?? 0);
  return { late, open, sinceMs, stuck, oldestMs, usualMs, longest, ...(stillKept && { kept: stillKept }) };
}

/** Nobody has waited for longer than the longest wait. */
const olderThan = (unanswered: readonly number[], ms: number): number =>
  unanswered[waitStepsMs.findIndex((stepMs) => stepMs === ms)] ?? 0;

/** As many may be seen at another moment where so many were: two standard deviations of a Poisson process. What is open needs none of it: it is over as soon as one look sees no more. */
const byChance = (count: number): number => count + Math.floor(2 * Math.sqrt(count));

const stepFrom = (ms: number): number => waitStepsMs.find((stepMs) => stepMs >= ms) ?? longestWaitMs;

export const waitingWords = ({ open, stuck, sinceMs, oldestMs, usualMs }: Waiting): string =>
  `${open + stuck} requests wait for an answer, the longest for more than ${formatDuration(oldestMs)}; ${
    sinceMs < usualMs
      ? `one may take up to ${formatDuration(usualMs)}`
      : `no answer took longer than ${formatDuration(usualMs)}`
  }`;
