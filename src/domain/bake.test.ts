import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bakeFault, bakeGap, emptyTally, type BakeTally } from './bake.ts';
import type { Bake } from './project.ts';

const rules: Bake = {
  forMs: 60_000,
  everyMs: 1_000,
  failureLimit: 2,
  consecutiveErrorLimit: 3,
  minimumRequests: 20,
  errorShare: 0.05,
  baselineFactor: 3,
  rollBack: 'automatic',
  probes: [],
};
const quiet = { requests: 0, badAnswers: 0 };
const tally = (parts: Partial<BakeTally>): BakeTally => ({ ...emptyTally, ...parts });

test.each([
  ['nothing seen yet', {}, null],
  ['failed probes up to the limit', { probes: 9, failedProbes: 2 }, null],
  ['one failed probe more', { probes: 9, failedProbes: 3, lastFailure: 'x' }, '3 of 9 probes failed, allowed are 2: x'],
  ['errors in a row up to the limit', { probes: 9, errorsInARow: 3 }, null],
  ['F077 one more in a row', { errorsInARow: 4, lastFailure: 'y' }, '4 probes in a row could not be asked: y'],
  ['too few requests to judge', { requests: 19, badAnswers: 19 }, null],
  ['exactly the allowed share', { requests: 20, badAnswers: 1 }, null],
  [
    'F076 a larger share',
    { requests: 20, badAnswers: 2 },
    '2 of 20 requests were answered with 5xx or not at all, allowed are 5.0 %',
  ],
])('%s', (_, parts, fault) => {
  expect(bakeFault(rules, tally(parts), quiet)).toBe(fault);
});

test('an old version that was worse allows the new one more, three times its share', () => {
  const baseline = { requests: 100, badAnswers: 10 };
  expect(bakeFault(rules, tally({ requests: 100, badAnswers: 30 }), baseline)).toBeNull();
  expect(bakeFault(rules, tally({ requests: 100, badAnswers: 31 }), baseline)).toContain('allowed are 30.0 %');
});

const counts = fc.record({
  failedProbes: fc.nat(5),
  errorsInARow: fc.nat(6),
  requests: fc.nat(200),
  badAnswers: fc.nat(200),
});

test('more of what is bad never makes a fault go away', () => {
  const more = fc.record({ failedProbes: fc.nat(3), errorsInARow: fc.nat(3), badAnswers: fc.nat(50) });
  expect.hasAssertions();
  fc.assert(
    fc.property(counts, more, (seen, worse) => {
      const added = {
        ...seen,
        failedProbes: seen.failedProbes + worse.failedProbes,
        errorsInARow: seen.errorsInARow + worse.errorsInARow,
        badAnswers: seen.badAnswers + worse.badAnswers,
      };
      const [before, after] = [seen, added].map((each) => bakeFault(rules, tally(each), quiet) !== null);
      expect(after || !before).toBe(true);
    }),
  );
});

test.each([
  ['without a probe and without a request', {}, [], 'nothing was measured'],
  [
    'F077 one of whose probes was asked and never answered',
    { probes: 2, answered: ['/a'] },
    ['/a', '/b'],
    '/b was never answered',
  ],
  [
    'F077 whose probes nobody answered, with traffic',
    { probes: 2, requests: 9 },
    ['/a', '/b'],
    '/a, /b was never answered',
  ],
  ['all of whose probes were answered', { probes: 2, answered: ['/b', '/a'] }, ['/a', '/b'], null],
] as const)('a bake %s', (_, seen, asked, gap) => {
  expect(bakeGap(tally(seen), asked)).toBe(gap);
});

test('a bake that an older version began kept no account of who answered, and ends as it would have', () => {
  const { answered: _, ...older } = tally({ probes: 2 });
  expect(bakeGap(older, ['/a'])).toBeNull();
});
