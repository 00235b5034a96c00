import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  allowedShare,
  bakeFault,
  bakeGap,
  emptyTally,
  isWatched,
  overtimeMs,
  withLook,
  withProbes,
  withRequests,
  type BakeBaseline,
  type BakeTally,
  type ProbeSeen,
} from './bake.ts';
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
  ['a larger share that may be chance', { requests: 20, badAnswers: 2 }, null],
  [
    'F076 a larger share',
    { requests: 20, badAnswers: 6 },
    '6 of 20 requests were answered with 5xx or not at all, allowed are 5.0 %',
  ],
])('%s', (_, parts, fault) => {
  expect(bakeFault(rules, tally(parts), quiet)).toBe(fault);
});

test('an old version that was worse allows the new one more, three times its share', () => {
  const baseline = { requests: 100, badAnswers: 10 };
  expect(bakeFault(rules, tally({ requests: 10_000, badAnswers: 3_000 }), baseline)).toBeNull();
  expect(bakeFault(rules, tally({ requests: 10_000, badAnswers: 3_300 }), baseline)).toContain('allowed are 30.0 %');
});

test.each([
  ['too few requests of the old version', { requests: 19, badAnswers: 19 }, 0.05],
  ['an old version that is down: half of what it still answers', { requests: 100, badAnswers: 60 }, 0.8],
  ['one that answers nothing at all', { requests: 100, badAnswers: 100 }, 1],
  ['one with a third of 5xx', { requests: 100, badAnswers: 34 }, 0.67],
])('%s', (_, baseline, allowed) => {
  expect(allowedShare(rules, baseline)).toBeCloseTo(allowed, 10);
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
  [
    'F076 most of whose requests were bad, as the old version’s were',
    { requests: 9, badAnswers: 5 },
    [],
    '5 of 9 requests were bad, which no old version makes good enough',
  ],
  ['all of whose probes were answered', { probes: 2, answered: ['/b', '/a'] }, ['/a', '/b'], null],
] as const)('a bake %s', (_, seen, asked, gap) => {
  expect(bakeGap(rules, tally(seen), asked)).toBe(gap);
});

test('a bake that an older version began kept no account of who answered, and ends as it would have', () => {
  const { answered: _, ...older } = tally({ probes: 2 });
  expect(bakeGap(rules, older, ['/a'])).toBeNull();
});

const good = (url: string): ProbeSeen => ({ url, code: 200, wrong: null });
const silent = (url: string): ProbeSeen => ({ url, code: null, wrong: `${url}: no answer within 5 s` });
const wrong = (url: string): ProbeSeen => ({ url, code: 404, wrong: `${url} answered 404` });
const lookAt = (beganMs: number, over: { silent?: string; strange?: string } = {}) => ({
  ...{ beganMs, endedMs: beganMs + 100, silent: null, unseen: null, strange: null },
  ...over,
});

/** Whether a bake that has seen this ends well there. */
const endsWell = (seen: BakeTally, watchedMs: number): boolean =>
  bakeFault(rules, seen, quiet) === null &&
  isWatched(rules, seen, watchedMs) &&
  bakeGap(rules, seen, ['/a', '/b']) === null;

const kinds = fc.constantFrom(good, silent, wrong);
const rounds = fc.array(fc.tuple(kinds, kinds), { maxLength: 12 });
const taken = (round: readonly [typeof good, typeof good]) => [round[0]('/a'), round[1]('/b')];

test('whatever came before: a bake whose newest probes are not all good never ends well, and one whose are may', () => {
  const tolerant = { ...rules, failureLimit: 1_000, consecutiveErrorLimit: 1_000 };
  const after = (before: (readonly [typeof good, typeof good])[], last: readonly [typeof good, typeof good]) =>
    [...before, last].reduce((seen, round) => withProbes(seen, taken(round)), emptyTally);
  const times = fc.integer({ min: 0, max: 3 * (rules.forMs + overtimeMs(rules)) });
  const notGood = fc.tuple(kinds, kinds).filter((round) => round.some((each) => each !== good));
  expect.hasAssertions();
  fc.assert(
    fc.property(rounds, notGood, times, (before, last, watchedMs) => {
      expect(endsWell(after(before, last), watchedMs)).toBe(false);
      expect(bakeGap(rules, after(before, last), ['/a', '/b'])).not.toBeNull();
      // The control: with good ones at the end it ends as soon as its time is over, if what came before is tolerated.
      const well = after(before, [good, good]);
      expect(bakeFault(tolerant, well, quiet)).toBeNull();
      expect(isWatched(tolerant, well, watchedMs)).toBe(watchedMs >= rules.forMs);
      expect(bakeGap(rules, well, ['/a', '/b'])).toBeNull();
    }),
  );
});

test('whatever came before: a bake whose newest look could not ask a proxy, or saw another release, never ends well', () => {
  const looks = fc.array(fc.constantFrom({}, { silent: 'no answer' }, { unseen: 'no word' }, { strange: 'another' }), {
    maxLength: 12,
  });
  const notGood = fc.constantFrom({ silent: 'no answer' }, { unseen: 'no word' }, { strange: 'another' });
  expect.hasAssertions();
  fc.assert(
    fc.property(looks, notGood, (before, last) => {
      const probed = withProbes(emptyTally, [good('/a'), good('/b')]);
      const seen = [...before, last].reduce((all, each, index) => withLook(all, lookAt(index * 100, each)), probed);
      for (const watchedMs of [0, rules.forMs, rules.forMs + overtimeMs(rules)])
        expect(endsWell(seen, watchedMs)).toBe(false);
      expect(endsWell(withLook(seen, lookAt(5_000)), rules.forMs)).toBe(true);
    }),
  );
});

test('a proxy may be silent for as long as the errors that are tolerated may last, and no longer', () => {
  const silentFor = (endedMs: number) => withLook(emptyTally, { ...lookAt(0, { silent: 'it hangs' }), endedMs });
  expect(bakeFault(rules, silentFor(20_000), quiet)).toBeNull();
  expect(bakeFault(rules, silentFor(20_001), quiet)).toBe(
    'the proxy could not be asked for 20.0 s, allowed are 20.0 s: it hangs',
  );
  // Counted from the first look of the silence, and anew after one that was answered.
  const again = withLook(silentFor(19_000), { ...lookAt(19_000, { silent: 'it hangs' }), endedMs: 24_000 });
  expect(bakeFault(rules, again, quiet)).toContain('for 24.0 s');
  expect(bakeFault(rules, withLook(again, lookAt(24_000)), quiet)).toBeNull();
  expect(withLook(again, lookAt(24_000)).blindLooks).toBe(2);
});

test('another release in one look or two is a moment between two states, in three a fault', () => {
  const strange = (seen: BakeTally) => withLook(seen, lookAt(0, { strange: 'web runs rel_old' }));
  const twice = strange(strange(emptyTally));
  expect(bakeFault(rules, twice, quiet)).toBeNull();
  expect(bakeFault(rules, strange(twice), quiet)).toBe('web runs rel_old');
  expect(bakeFault(rules, strange(withLook(twice, lookAt(0))), quiet)).toBeNull();
  // What could not be asked does not make it go away.
  expect(bakeFault(rules, strange(withLook(twice, lookAt(0, { silent: 'it hangs' }))), quiet)).toBe('web runs rel_old');
});

test('F076 more bad requests than are allowed keep a bake from ending well, also where that may be chance', () => {
  const asked = (badAnswers: number, requests: number) => withRequests(emptyTally, { requests, badAnswers }, 0.05);
  const above = asked(110, 2_000);
  expect(bakeFault(rules, above, quiet)).toBeNull();
  expect(isWatched(rules, above, rules.forMs)).toBe(false);
  expect(isWatched(rules, above, rules.forMs + overtimeMs(rules))).toBe(true);
  expect(bakeGap(rules, above, [])).toBe(
    '110 of 2000 requests were bad, allowed are 5.0 %: too many to be good, too few to tell from chance',
  );
  // Good requests bring it down; too few requests say nothing.
  const better = withRequests(above, { requests: 300, badAnswers: 0 }, 0.05);
  expect(isWatched(rules, better, rules.forMs)).toBe(true);
  expect(bakeGap(rules, better, [])).toBeNull();
  expect(bakeGap(rules, asked(1, 19), [])).toBeNull();
});

test('F076 a service that has always had bad answers, old and new alike, is not gone back from by chance', () => {
  // Drawn the same each time (mulberry32).
  let seed = 20_261_122;
  const chance = (): number => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const badOf = (requests: number, share: number): number =>
    Array.from({ length: requests }, chance).filter((each) => each < share).length;
  const goesBack = (share: number, rate: number, baseline: BakeBaseline): boolean => {
    const allowed = allowedShare(rules, baseline);
    let seen = emptyTally;
    for (let look = 0; look < 600; look++) {
      seen = withRequests(seen, { requests: rate, badAnswers: badOf(rate, share) }, allowed);
      if (bakeFault(rules, seen, baseline) !== null) return true;
    }
    return false;
  };
  const bakes = Array.from({ length: 200 });
  for (const share of [0.02, 0.03, 0.05]) {
    const back = bakes.filter(() => goesBack(share, 5, { requests: 10_000, badAnswers: 10_000 * share })).length;
    expect(back).toBeLessThanOrEqual(2);
  }
  // The control: four times as bad as what has always been.
  expect(bakes.filter(() => goesBack(0.2, 5, { requests: 10_000, badAnswers: 500 })).length).toBe(200);
});
