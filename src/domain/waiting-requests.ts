/**
 * Requests that nobody answers any more: they are no bad answers, since they are none, and whoever waits patiently is counted nowhere but
 * among those under way. More of them than come to an end in five seconds are more than any service has that answers within five seconds
 * (Little 1961); one that always has as many, as long polls do, had them with the old version too.
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

export function withWaiting(waiting: Waiting | null, { atMs, inFlight, ended }: TrafficSeen, allowed: number): Waiting {
  const kept = waiting === null ? 0 : waiting.ended * Math.exp((waiting.atMs - atMs) / endedWithinMs);
  const isTooMany = inFlight > allowed && inFlight > kept + ended;
  return { atMs, inFlight, ended: kept + ended, sinceMs: isTooMany ? (waiting?.sinceMs ?? atMs) : null };
}

/** Whether too many are waiting now. */
export const pilesUp = (waiting: Waiting | undefined): waiting is Waiting => typeof waiting?.sinceMs === 'number';

/** How long too many have been waiting; 0: they are not. */
export const waitingMs = (waiting: Waiting | null): number =>
  waiting === null || waiting.sinceMs === null ? 0 : waiting.atMs - waiting.sinceMs;

export const waitingWords = ({ inFlight, ended }: Waiting): string =>
  `${inFlight} requests wait for an answer, and ${Math.round(ended)} ended in the last five seconds`;
