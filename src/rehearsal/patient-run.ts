// The observed run, and again where it lost a lock to the old version's statements, as production's own run goes again.
import { lostLock, mostRuns } from '../domain/rehearsal/repeatable.ts';
import type { Song } from './canary.ts';
import type { ObservedRun } from './observed-run.ts';

/** `lostLocks`: runs before this one that lost a lock. */
export type PatientRun = ObservedRun & { readonly lostLocks: number };

/** `run`: on a clone of its own each time. The last run counts; what the old version waited in those before is not forgotten. */
export async function patientRun<Run extends ObservedRun>(run: () => Promise<Run>): Promise<Run & PatientRun> {
  const stalls: Stall[] = [];
  for (let lostLocks = 0; ; lostLocks += 1) {
    const seen = await run();
    stalls.push(...seen.song.stalls);
    if (lostLock(seen.end.failedWith) && lostLocks + 1 < mostRuns) continue;
    const song = { ...seen.song, stalls: seen.song.stalls.map((stall) => longest(stall, stalls)) };
    return { ...seen, song, lostLocks };
  }
}

type Stall = Song['stalls'][number];

const longest = (stall: Stall, all: readonly Stall[]): Stall => {
  const same = all.filter(({ text }) => text === stall.text);
  return { ...stall, longestMs: Math.max(...same.map(({ longestMs }) => longestMs)) };
};
