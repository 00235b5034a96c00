import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isProvenAbove, oddsAbove } from './bad-share.ts';

/** Of `requests`, each of which goes bad with that probability. */
function chances(requests: number, share: number): readonly number[] {
  const of = [(1 - share) ** requests];
  for (let bad = 1; bad <= requests; bad++)
    of.push((of[bad - 1]! * (requests - bad + 1) * share) / (bad * (1 - share)));
  return of;
}

const mean = (requests: number, share: number, allowed: number): number =>
  chances(requests, share).reduce(
    (sum, chance, badAnswers) => sum + chance * oddsAbove({ requests, badAnswers }, allowed),
    0,
  );

const allowedShares = fc.double({ min: 0.02, max: 0.8, noNaN: true });

test('a release that is no worse than allowed gains nothing on average, however many requests: so odds of a hundred come once in a hundred bakes at most', () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(allowedShares, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(60), (allowed, part, requests) => {
      expect(mean(requests, allowed * part, allowed)).toBeLessThanOrEqual(1 + 1e-9);
    }),
  );
  // The control: one that is worse does gain.
  expect(mean(60, 0.2, 0.05)).toBeGreaterThan(10);
});

test('one bad answer more never speaks for the release, one good one never against it', () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(allowedShares, fc.nat(500), fc.nat(500), (allowed, requests, bad) => {
      const seen = { requests: requests + bad, badAnswers: bad };
      const odds = oddsAbove(seen, allowed);
      expect(oddsAbove({ ...seen, badAnswers: bad + 1 }, allowed)).toBeGreaterThanOrEqual(odds);
      expect(oddsAbove({ ...seen, requests: seen.requests + 1 }, allowed)).toBeLessThanOrEqual(odds);
    }),
  );
});

test.each([
  [20, 2, false],
  [20, 7, true],
  [60, 10, false],
  [60, 13, true],
  [1_000, 60, false],
  [1_000, 90, true],
  [100_000, 5_000, false],
  [100_000, 5_500, true],
])(
  'beside a share of 0.05 that is allowed: of %d requests %d bad ones prove it: %s',
  (requests, badAnswers, isProven) => {
    expect(isProvenAbove({ requests, badAnswers }, 0.05)).toBe(isProven);
  },
);

test('where none may be bad one is enough, and where all may be none ever is', () => {
  expect(isProvenAbove({ requests: 20, badAnswers: 0 }, 0)).toBe(false);
  expect(isProvenAbove({ requests: 20, badAnswers: 1 }, 0)).toBe(true);
  expect(isProvenAbove({ requests: 20, badAnswers: 20 }, 1)).toBe(false);
});
