import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addCounts,
  countByAge,
  judgeWaiting,
  longerWaiting,
  longestWaitMs,
  waitingWords,
  type Waiting,
} from './waiting-requests.ts';

const ages = fc.array(fc.integer({ min: 0, max: longestWaitMs - 1 }), { maxLength: 40 });
const times = fc.integer({ min: 0, max: longestWaitMs });
const seenOf = (agesMs: readonly number[], slowestMs: number) => ({ unanswered: countByAge(agesMs), slowestMs });
interface Watched {
  readonly forMs: number;
  readonly watchedMs: number;
}
const judge = (agesMs: readonly number[], slowestMs: number, oldSlowestMs: number | null, watched: Watched) =>
  judgeWaiting(seenOf(agesMs, slowestMs), { old: oldSlowestMs === null ? null : seenOf([], oldSlowestMs), ...watched });

test('who waits no longer than somebody has who was answered is not late, and is open to nobody once all could have been answered', () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(ages, times, times, times, times, (agesMs, slowestMs, oldSlowestMs, forMs, watchedMs) => {
      const usual = agesMs.filter((ageMs) => ageMs <= Math.max(slowestMs, oldSlowestMs));
      expect(judge(usual, slowestMs, oldSlowestMs, { forMs, watchedMs }).late).toBe(0);
      const { usualMs, open } = judge(usual, slowestMs, oldSlowestMs, {
        forMs,
        watchedMs: forMs + longestWaitMs + 3_000,
      });
      expect([open, usualMs >= Math.max(slowestMs, oldSlowestMs)]).toEqual([0, true]);
    }),
  );
});

test('who waits more than four times as long as anybody has is late after forty seconds at most, beside an old version', () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(ages, times, times, times, times, (agesMs, slowestMs, oldSlowestMs, forMs, watchedMs) => {
      const leastMs = Math.max(40_000, 4 * Math.max(slowestMs, oldSlowestMs));
      const hanging = agesMs.filter((ageMs) => ageMs > leastMs);
      const watched = { forMs, watchedMs };
      expect(judge(hanging, slowestMs, oldSlowestMs, watched)).toMatchObject({ late: hanging.length, open: 0 });
      expect(judge(hanging, slowestMs, null, watched).late).toBe(0);
    }),
  );
});

test('whoever has hung since a second before the time of the bake was over is open or late from then on, whatever was usual', () => {
  const lag = fc.integer({ min: 0, max: 2_000 });
  expect.hasAssertions();
  fc.assert(
    fc.property(times, times, times, times, lag, (slowestMs, oldSlowestMs, forMs, ageMs, lagMs) => {
      const toldMs = ageMs - lagMs;
      // The proxies end what has lasted longer than the longest wait.
      fc.pre(toldMs > 1_000 && ageMs < longestWaitMs);
      const watched = { forMs, watchedMs: forMs + ageMs };
      const { open, late } = judge([toldMs], slowestMs, oldSlowestMs, watched);
      expect(open + late).toBe(1);
    }),
  );
});

test('as many as waited so long with the old version are usual at any age, be they answered or not, and some more by chance', () => {
  const slow = fc.integer({ min: 0, max: 160_000 });
  expect.hasAssertions();
  fc.assert(
    fc.property(ages, slow, times, times, (agesMs, slowestMs, forMs, watchedMs) => {
      const old = seenOf(agesMs, slowestMs);
      const beside = (more: number) =>
        judgeWaiting(seenOf([...agesMs, ...Array(more).fill(170_000)], slowestMs), { old, forMs, watchedMs });
      const chance = Math.floor(2 * Math.sqrt(agesMs.length));
      expect(beside(0)).toMatchObject({ late: 0, open: 0, stuck: 0 });
      expect(beside(chance + 1).late + beside(chance + 1).open).toBeGreaterThan(0);
    }),
  );
  const nine = { old: seenOf(Array(9).fill(25_000), 50), forMs: 10_000, watchedMs: 60_000 };
  const seen = [15, 16, 17].map((count) => judgeWaiting(seenOf(Array(count).fill(30_000), 50), nine).late);
  expect(seen).toEqual([0, 1, 2]);
  // Open is every one of them that is more.
  expect(judgeWaiting(seenOf(Array(10).fill(30_000), 50), nine)).toMatchObject({ late: 0, open: 1 });
});

test('who is given up after the longest wait counts as stuck until he would be open again; who is answered does not', () => {
  const old = seenOf([], 400);
  const at = (agesMs: readonly number[], watchedMs: number, before?: Waiting, slowestMs = 300) =>
    judgeWaiting(seenOf(agesMs, slowestMs), { old, forMs: 10_000, watchedMs, before });
  const waiting = at([299_000, 298_000, 30_000], 299_000);
  expect(waiting).toMatchObject({ stuck: 3, open: 0, longest: 2 });
  const one = at([299_500, 31_500, 500], 300_500, waiting);
  expect(one).toMatchObject({ late: 2, stuck: 3, kept: { requests: 3, untilMs: 311_500 } });
  const both = at([33_000, 2_000, 500], 302_000, one);
  expect(both).toMatchObject({ late: 1, open: 1, stuck: 2, kept: { requests: 3, untilMs: 313_000 } });
  expect(waitingWords(both)).toContain('3 requests wait for an answer, the longest for more than 2 min 40 s;');
  const gone = at([], 313_000, both);
  expect(gone).toMatchObject({ late: 0, open: 0, stuck: 0, oldestMs: 0 });
  expect(gone).not.toHaveProperty('kept');
  expect(at([299_500, 31_500], 300_500, waiting, 299_000)).not.toHaveProperty('kept');
});

test('of several steps of a shift the larger counts', () => {
  expect(longerWaiting(seenOf([3_000, 3_000], 500), seenOf([30_000], 200))).toEqual({
    ...{ unanswered: [2, 2, 1, 1, 1, 0, 0, 0], slowestMs: 500 },
  });
});

test('in words', () => {
  const agesMs = [500, 3_000, 12_000, 12_500, 25_000];
  expect(judge(agesMs, 1_500, 800, { forMs: 10_000, watchedMs: 60_000 })).toEqual({
    ...{ late: 1, stuck: 1, open: 3, sinceMs: 2_000, oldestMs: 20_000, usualMs: 2_000, longest: 0 },
  });
  expect(waitingWords(judge(agesMs, 1_500, 800, { forMs: 10_000, watchedMs: 60_000 }))).toBe(
    '4 requests wait for an answer, the longest for more than 20.0 s; no answer took longer than 2.0 s',
  );
  expect(waitingWords(judge(agesMs, 1_500, 30_000, { forMs: 30_000, watchedMs: 40_000 }))).toBe(
    '4 requests wait for an answer, the longest for more than 20.0 s; one may take up to 40.0 s',
  );
});

test('several proxies as one; one that cannot tell makes it unknown', () => {
  expect(addCounts(countByAge([1_500, 30_000]), countByAge([30_000]))).toEqual([3, 2, 2, 2, 2, 0, 0, 0]);
  expect(addCounts(countByAge([30_000]), null)).toBeNull();
});
