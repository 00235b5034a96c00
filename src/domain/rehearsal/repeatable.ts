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

/** Whether what a failed command printed tells of a lock that it did not get in time (lock_not_available). */
export const tellsOfLock = (output: string): boolean => /\b55P03\b|lock timeout|could not obtain lock/i.test(output);
