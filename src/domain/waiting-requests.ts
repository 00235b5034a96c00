/**
 * Requests that nobody answers any more: they are no bad answers, since they are none, and whoever waits patiently is counted nowhere but
 * among those under way. What tells is for how long: nobody waits much longer than the slowest that has ever been answered, by the old
 * version or by the new one. Who waits more than twice as long, and twenty seconds at least, counts as answered badly, and where more do than
 * did with the old version, somebody is stuck. Who waits longer than anybody has and not that long may count so yet, beyond as many as did so with
 * the old version, and so may all who have been waiting for a while before the watch itself has lasted that long. A proxy gives up at last who waits, and he asks again: he counts as
 * stuck until that would be open.
 */
import { formatDuration } from './duration.ts';

/** Ages at which requests without an answer are told apart. */
export const waitStepsMs = [1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 80_000, 160_000] as const;
/** No proxy waits longer for an answer: it gives one of its own, and that is a bad one. */
export const longestWaitMs = 300_000;
const leastLateMs = 20_000;
/** At most: in a short watch, half of it. */
const aWhileMs = 10_000;
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

export interface Waiting {
  /** They count as answered badly. */
  readonly late: number;
  /** By how many more those are than with the old version. */
  readonly stuck: number;
  /** They may count so yet: they have waited for longer than `sinceMs`, and are more than with the old version. */
  readonly open: number;
  readonly sinceMs: number;
  /** The oldest of them has waited for longer than this. */
  readonly oldestMs: number;
  /** About as long as the slowest answer took, of old and new: within it whoever asked in the beginning was answered, or is open or late. */
  readonly usualMs: number;
  /** Have waited for longer than the last of the steps. */
  readonly longest: number;
  /** So many waited when some of those were given up. They count as stuck until then, by the watch; who has asked again is open by then. */
  readonly kept?: { readonly requests: number; readonly untilMs: number };
}

/** What was usual, as the old version was left. */
export interface UsualWaiting {
  readonly slowestMs: number;
  readonly late: number;
  /** Absent of what an older Greenroom has begun. */
  readonly open?: number;
}

/** Of an old version that was asked enough to compare with. */
export function usualWaiting(seen: WaitingSeen): UsualWaiting {
  const { slowestMs } = seen;
  const { late, open } = judgeWaiting(seen, { old: { slowestMs, late: 0 }, watchedMs: longestWaitMs });
  return { slowestMs, late, open };
}

interface WaitingWatch {
  /** Null: there is no old version to compare with, and nobody is late. */
  readonly old: UsualWaiting | null;
  readonly watchedMs: number;
  /** As the look before saw it. */
  readonly before?: Waiting | undefined;
}

export function judgeWaiting(
  { unanswered, slowestMs }: WaitingSeen,
  { old, watchedMs, before }: WaitingWatch,
): Waiting {
  const slowest = Math.max(slowestMs, old?.slowestMs ?? 0);
  const usualMs = stepFrom(slowest);
  const lateMs = old === null ? longestWaitMs : stepFrom(Math.max(leastLateMs, 2 * slowest));
  const sinceMs = watchedMs < usualMs ? Math.min(stepTo(Math.min(aWhileMs, watchedMs / 2)), usualMs) : usualMs;
  const olderThan = (ms: number): number => unanswered[waitStepsMs.findIndex((stepMs) => stepMs === ms)] ?? 0;
  const late = olderThan(lateMs);
  const open = Math.max(0, olderThan(sinceMs) - late - (old?.open ?? 0));
  const longest = olderThan(lastStepMs);
  // An answer would have made the slowest slower than that.
  const areGivenUp = before !== undefined && longest < before.longest && slowest <= lastStepMs;
  const kept = areGivenUp
    ? { requests: before.open + before.stuck, untilMs: watchedMs + usualMs + aWhileMs }
    : before?.kept;
  const stillKept = kept && watchedMs < kept.untilMs ? kept : null;
  const stuck = Math.max(0, late - (old?.late ?? 0), (stillKept?.requests ?? 0) - open);
  const oldestMs = stillKept ? lastStepMs : (waitStepsMs.findLast((_, step) => (unanswered[step] ?? 0) > 0) ?? 0);
  return { late, stuck, open, sinceMs, oldestMs, usualMs, longest, ...(stillKept && { kept: stillKept }) };
}

const stepFrom = (ms: number): number => waitStepsMs.find((stepMs) => stepMs >= ms) ?? longestWaitMs;
const stepTo = (ms: number): number => waitStepsMs.findLast((stepMs) => stepMs <= ms) ?? waitStepsMs[0];

export const waitingWords = ({ open, stuck, sinceMs, oldestMs, usualMs }: Waiting): string =>
  `${open + stuck} requests wait for an answer, the longest for more than ${formatDuration(oldestMs)}; ${
    sinceMs < usualMs
      ? `one may take up to ${formatDuration(usualMs)}`
      : `no answer took longer than ${formatDuration(usualMs)}`
  }`;
