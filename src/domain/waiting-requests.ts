/**
 * Requests that nobody answers any more: they are no bad answers, since they are none, and whoever waits patiently is counted nowhere but
 * among those under way. More of them than come to an end in five seconds are more than any service has that answers within five seconds
 * (Little 1961); one that always has as many, as long polls do, had them with the old version too. Where only some of them are never answered that takes
 * its time, but their number grows from the beginning: while it grows by a larger share than may be bad, it is not known how the watch ends.
 */
import type { Bake } from './project.ts';

/** Carried from look to look. */
export interface Waiting {
  readonly atMs: number;
  /** Under way when it was last looked. */
  readonly inFlight: number;
  /** Ended in about the last `endedWithinMs`, answered or given up: what is older fades. */
  readonly ended: number;
  /** How long too many have been under way; null: they are not. */
  readonly sinceMs: number | null;
  /** Fewest under way since then, and in the five seconds before; null: not looked at as long. Absent where an older version has begun. */
  readonly fewest?: { readonly fromMs: number; readonly now: number; readonly before: number | null };
  /** By how many more those are than before; absent: their number does not grow. */
  readonly growth?: number;
}

export interface TrafficSeen {
  readonly atMs: number;
  readonly inFlight: number;
  /** Since the look before. */
  readonly ended: number;
}

const endedWithinMs = 5_000;

/** How many may be under way, whatever ends; no old version to compare with: any number. `before`: of the old version, when it lost the traffic. */
export const allowedWaiting = (
  { minimumRequests, baselineFactor }: Pick<Bake, 'minimumRequests' | 'baselineFactor'>,
  before: number | null,
): number => (before === null ? Infinity : Math.max(minimumRequests, baselineFactor * before));

/** `share`: of the requests that end, as many may be bad. */
export function withWaiting(
  waiting: Waiting | null,
  { atMs, inFlight, ended: more }: TrafficSeen,
  { allowed, share }: { readonly allowed: number; readonly share: number },
): Waiting {
  const kept = waiting === null ? 0 : waiting.ended * Math.exp((waiting.atMs - atMs) / endedWithinMs);
  const ended = kept + more;
  const isTooMany = inFlight > allowed && inFlight > ended;
  const fewest = withFewest(waiting?.fewest, atMs, inFlight);
  const growth = fewest.before === null ? 0 : fewest.now - fewest.before;
  return {
    ...{ atMs, inFlight, ended, fewest },
    sinceMs: isTooMany ? (waiting?.sinceMs ?? atMs) : null,
    ...(inFlight > allowed && growth > share * (ended + growth) && { growth }),
  };
}

/** In stretches of five seconds. */
function withFewest(known: Waiting['fewest'], atMs: number, inFlight: number): NonNullable<Waiting['fewest']> {
  if (known === undefined) return { fromMs: atMs, now: inFlight, before: null };
  if (atMs - known.fromMs >= endedWithinMs) return { fromMs: atMs, now: inFlight, before: known.now };
  return { ...known, now: Math.min(known.now, inFlight) };
}

/** Whether too many are waiting now, or it is open how many will be. */
export const mayPileUp = (waiting: Waiting | undefined): waiting is Waiting =>
  typeof waiting?.sinceMs === 'number' || waiting?.growth !== undefined;

/** How long too many have been waiting; 0: they are not. */
export const waitingMs = (waiting: Waiting | null): number =>
  waiting === null || waiting.sinceMs === null ? 0 : waiting.atMs - waiting.sinceMs;

export const waitingWords = ({ inFlight, ended, growth, sinceMs }: Waiting): string =>
  `${inFlight} requests wait for an answer, ${
    sinceMs === null && growth !== undefined
      ? `${growth} more than five seconds before`
      : `and ${Math.round(ended)} ended in the last five seconds`
  }`;
