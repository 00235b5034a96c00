import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../kinds/effects.ts';

export function createClock(): Clock {
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    sleep: async (durationMs, signal) => {
      try {
        await wait(durationMs, undefined, signal ? { signal } : {});
      } catch (error) {
        // The caller's reason, not the timer's own AbortError.
        signal?.throwIfAborted();
        throw error;
      }
    },
  };
}
