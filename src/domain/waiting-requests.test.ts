import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addCounts,
  countByAge,
  judgeWaiting,
  longestWaitMs,
  usualWaiting,
  waitingWords,
  type Waiting,
} from './waiting-requests.ts';

const ages = fc.array(fc.integer({ min: 0, max: longestWaitMs }), { maxLength: 40 });
const times = fc.integer({ min: 0, max: longestWaitMs });
const judge = (agesMs: readonly number[], slowestMs: number, oldSlowestMs: number | null, watchedMs: number) =>
  judgeWaiting(
    { unanswered: countByAge(agesMs), slowestMs },
    { old: oldSlowestMs === null ? null : { slowestMs: oldSlowestMs, late: 0 }, watchedMs },
  );

test('who waits no longer than somebody has who was answered is not late, and is open to nobody once the watch has lasted as long', () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(ages, times, times, times, (agesMs, slowestMs, oldSlowestMs, watchedMs) => {
      const usual = agesMs.filter((ageMs) => ageMs <= Math.max(slowestMs, oldSlowestMs));
      expect(judge(usual, slowestMs, oldSlowestMs, watchedMs).late).toBe(0);
      expect(judge(usual, slowestMs, oldSlowestMs, longestWaitMs).open).toBe(0);
    }),
  );
});

test('who waits more than four times as long as anybody has is late after forty seconds at most, beside an old version', () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(ages, times, times, times, (agesMs, slowestMs, oldSlowestMs, watchedMs) => {
      const leastMs = Math.max(40_000, 4 * Math.max(slowestMs, oldSlowestMs));
      const hanging = agesMs.filter((ageMs) => ageMs > leastMs);
      expect(judge(hanging, slowestMs, oldSlowestMs, watchedMs)).toMatchObject({ late: hanging.length, open: 0 });
      expect(judge(hanging, slowestMs, null, watchedMs).late).toBe(0);
    }),
  );
});

test('whoever has waited since the beginning is open or late, whatever was usual, as soon as that is a second', () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(times, times, fc.integer({ min: 1_001, max: longestWaitMs }), (slowestMs, oldSlowestMs, watchedMs) => {
      const hanging = judge([watchedMs], slowestMs, oldSlowestMs, watchedMs);
      // The proxies end what has lasted longer than the longest wait.
      const isOver = hanging.usualMs === longestWaitMs && watchedMs === longestWaitMs;
      expect(hanging.open + hanging.late + Number(isOver)).toBe(1);
    }),
  );
});

test('as many as were late or open with the old version are usual, and neither stuck nor open', () => {
  const seen = { unanswered: countByAge([5_000, 90_000, 95_000, 100_000]), slowestMs: 300 };
  const old = usualWaiting({ ...seen, unanswered: countByAge([5_000, 70_000, 80_000]) });
  expect(old).toEqual({ slowestMs: 300, late: 2, open: 1 });
  expect(judgeWaiting(seen, { old, watchedMs: 200_000 })).toMatchObject({ late: 3, stuck: 1, open: 0 });
  expect(judgeWaiting(seen, { old: { slowestMs: 300, late: 2 }, watchedMs: 200_000 }).open).toBe(1);
});

test('who is given up after the longest wait counts as stuck until he would be open again; who is answered does not', () => {
  const old = { slowestMs: 400, late: 0 };
  const at = (agesMs: readonly number[], watchedMs: number, before?: Waiting, slowestMs = 300) =>
    judgeWaiting({ unanswered: countByAge(agesMs), slowestMs }, { old, watchedMs, before });
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

test('in words', () => {
  const agesMs = [500, 3_000, 12_000, 12_500, 25_000];
  expect(judge(agesMs, 1_500, 800, 60_000)).toEqual({
    ...{ late: 1, stuck: 1, open: 3, sinceMs: 2_000, oldestMs: 20_000, usualMs: 2_000, longest: 0 },
  });
  expect(waitingWords(judge(agesMs, 1_500, 800, 60_000))).toBe(
    '4 requests wait for an answer, the longest for more than 20.0 s; no answer took longer than 2.0 s',
  );
  expect(waitingWords(judge(agesMs, 1_500, 30_000, 20_000))).toBe(
    '3 requests wait for an answer, the longest for more than 20.0 s; one may take up to 40.0 s',
  );
});

test('several proxies as one; one that cannot tell makes it unknown', () => {
  expect(addCounts(countByAge([1_500, 30_000]), countByAge([30_000]))).toEqual([3, 2, 2, 2, 2, 0, 0, 0]);
  expect(addCounts(countByAge([30_000]), null)).toBeNull();
});
