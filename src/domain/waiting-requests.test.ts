import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowedWaiting, mayPileUp, waitingMs, waitingWords, withWaiting, type Waiting } from './waiting-requests.ts';

const rules = { minimumRequests: 20, baselineFactor: 3 };
const lookMs = 100;

/** Requests of `rate` a second that take `tookMs` each, or for ever once they hang, after so many seconds. */
function after(seconds: number, rate: number, tookMs: (atMs: number, i: number) => number, allowed: number): Waiting {
  const underWay: number[] = [];
  let waiting: Waiting | null = null;
  for (let atMs = 0; atMs <= seconds * 1_000; atMs += lookMs) {
    for (let i = 0; i < (rate * lookMs) / 1_000; i++) underWay.push(atMs + tookMs(atMs, i));
    const left = underWay.filter((endMs) => endMs > atMs);
    const seen = { atMs, inFlight: left.length, ended: underWay.length - left.length };
    waiting = withWaiting(waiting, seen, { allowed, share: 0.05 });
    underWay.splice(0, underWay.length, ...left);
  }
  return waiting!;
}

test('whoever answers within three seconds never has too many under way, at any rate', () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 3_000 }), (tens, tookMs) => {
      expect(waitingMs(after(15, tens * 10, () => tookMs, 20))).toBe(0);
    }),
    { numRuns: 30 },
  );
});

test('F076 when nothing is answered any more that is seen within seconds, and lasts', () => {
  const hanging = after(40, 50, (atMs) => (atMs < 20_000 ? 50 : Infinity), 20);
  expect(waitingMs(hanging)).toBeGreaterThan(15_000);
  expect(hanging.inFlight).toBe(1_005);
  // The control: the same, answered.
  expect(waitingMs(after(40, 50, () => 50, 20))).toBe(0);
});

test('as many as the old version had, three times over, may be under way; without one nothing is compared', () => {
  expect(allowedWaiting(rules, 400)).toBe(1_200);
  expect(allowedWaiting(rules, 0)).toBe(20);
  expect(allowedWaiting(rules, null)).toBe(Infinity);
  const polls = (allowed: number) => waitingMs(after(60, 20, () => 30_000, allowed));
  expect(polls(allowedWaiting(rules, 600))).toBe(0);
  expect(polls(allowedWaiting(rules, null))).toBe(0);
  expect(polls(allowedWaiting(rules, 0))).toBeGreaterThan(0);
});

test('a look in which it is over ends it, and it begins anew', () => {
  const seen = (before: Waiting | null, atMs: number, inFlight: number) =>
    withWaiting(before, { atMs, inFlight, ended: 0 }, { allowed: 20, share: 0.05 });
  const first = seen(seen(null, 0, 30), 4_000, 30);
  expect(waitingMs(first)).toBe(4_000);
  expect(waitingMs(seen(first, 5_000, 20))).toBe(0);
  expect(waitingMs(seen(seen(first, 5_000, 20), 6_000, 30))).toBe(0);
});

test('where one of eight requests is never answered their number grows from the beginning, and in the end there are too many', () => {
  const hanging = (seconds: number) =>
    after(seconds, 40, (atMs, i) => (atMs % 200 === 0 && i === 0 ? Infinity : 50), 20);
  const soon = hanging(20);
  expect([soon.inFlight, soon.sinceMs, mayPileUp(soon)]).toEqual([104, null, true]);
  expect(waitingWords(soon)).toBe('104 requests wait for an answer, 25 more than five seconds before');
  expect(waitingMs(hanging(60))).toBeGreaterThan(10_000);
});

test('a number that does not grow is open to nobody: slow answers, long polls, fewer than may be bad', () => {
  expect(mayPileUp(after(20, 40, () => 2_900, 20))).toBe(false);
  expect(mayPileUp(after(60, 40, () => 30_000, 3_600))).toBe(false);
  // They came back to the new version one by one, until all were there.
  expect([mayPileUp(after(20, 40, () => 30_000, 20)), mayPileUp(after(60, 40, () => 30_000, 2_000))]).toEqual([
    true,
    false,
  ]);
  expect(mayPileUp(after(60, 100, (atMs, i) => (atMs % 1_000 === 0 && i < 3 ? Infinity : 50), 20))).toBe(false);
});
