import type { RehearsalFacts } from './facts.ts';

/** Runs of a migrate command in production, where each before has given up on a lock. */
export const mostRuns = 3;

/** Why a migration that gave up on a lock is not run again; null where a rehearsal has shown that it may be: it gave up, went through afterwards, and stands a second run. */
export function whyNotAgain({ hostileReader, secondRuns }: RehearsalFacts): string | null {
  if (hostileReader !== 'gave-up-and-retried') return 'no rehearsal has shown that it goes through afterwards';
  if (secondRuns === null || secondRuns.some(({ failedWith, isSame }) => failedWith !== null || !isSame))
    return 'no rehearsal has shown that it stands a second run';
  return null;
}

/** lock_not_available: it gave up on a lock. */
export const gaveUp = '55P03';
/** deadlock_detected: two waited for each other, and PostgreSQL ended this one. */
const deadlocked = '40P01';

/** Whether an SQLSTATE says that somebody else's lock stood in the way, so that the same run may well go through later. */
export const lostLock = (sqlState: string | null): boolean => sqlState === gaveUp || sqlState === deadlocked;

/** Whether what a failed command printed says so. */
export const tellsOfLock = (output: string): boolean =>
  /\b(55P03|40P01)\b|lock timeout|could not obtain lock|deadlock detected/i.test(output);
