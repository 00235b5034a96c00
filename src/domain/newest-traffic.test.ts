import fc from 'fast-check';
import { expect, test } from 'vitest';
import { badTraffic, emptyCharts, openTraffic, withTraffic, type TrafficChart } from './newest-traffic.ts';
import { seededUniform } from './statistics/seeded.ts';

const allowed = 0.05;
const minimum = 20;
const good = (requests: number) => ({ requests, badAnswers: 0 });
const bad = { requests: 1, badAnswers: 1 };

/** Requests, one by one and bad by chance, until they are a fault; null: after `most` of them there was none. */
function untilFault(share: number, most: number, begin: readonly TrafficChart[] = emptyCharts): number | null {
  const uniform = seededUniform(20_261_122);
  let charts = begin;
  for (let count = 1; count <= most; count += 1) {
    charts = withTraffic(charts, uniform() < share ? bad : good(1), allowed);
    if (badTraffic(charts, minimum) !== null) return count;
  }
  return null;
}

test('F076 an outage is seen in as few requests after two days of good traffic as at the beginning', () => {
  const long = withTraffic(emptyCharts, { requests: 17_280_000, badAnswers: 170_000 }, allowed);
  expect(untilFault(1, 1_000)).toBe(minimum);
  expect(untilFault(1, 1_000, long)).toBe(minimum);
});

test.each([
  [0.5, 60],
  [0.2, 300],
  [0.1, 2_000],
])('F076 of which %d are bad is seen within %d requests', (share, most) => {
  expect(untilFault(share, most)).not.toBeNull();
});

test('nobody cries wolf: millions of requests at four fifths of what is allowed, or exactly there, are no fault', () => {
  expect(untilFault(0.04, 3_000_000)).toBeNull();
  expect(untilFault(allowed, 3_000_000)).toBeNull();
});

test('what was good before takes nothing away from what is bad since, whatever the shares of both', () => {
  const pasts = fc.array(fc.record({ requests: fc.nat(10_000), share: fc.double({ min: 0, max: 0.05, noNaN: true }) }));
  expect.hasAssertions();
  fc.assert(
    fc.property(pasts, fc.double({ min: 0.3, max: 1, noNaN: true }), (past, share) => {
      const before = past.reduce(
        (charts, each) => withTraffic(charts, { ...each, badAnswers: Math.floor(each.requests * each.share) }, allowed),
        emptyCharts,
      );
      const since = { requests: 200, badAnswers: Math.round(200 * share) };
      expect(badTraffic(withTraffic(before, since, allowed), minimum)).not.toBeNull();
    }),
  );
});

test('two bad requests in a row are open, and good ones after them close it', () => {
  const twice = [bad, bad].reduce((charts, each) => withTraffic(charts, each, allowed), emptyCharts);
  expect(openTraffic(withTraffic(emptyCharts, bad, allowed))).toBeNull();
  expect(openTraffic(twice)).toMatchObject({ requests: 2, badAnswers: 2 });
  expect(badTraffic(twice, minimum)).toBeNull();
  expect(openTraffic(withTraffic(twice, good(3), allowed))).toBeNull();
});

test('where everything may be bad nothing is a fault, and where nothing may be bad few are enough', () => {
  const all = { requests: 1_000, badAnswers: 1_000 };
  expect(badTraffic(withTraffic(emptyCharts, all, 1), minimum)).toBeNull();
  expect(badTraffic(withTraffic(emptyCharts, all, 0.99), minimum)).toBeNull();
  expect(badTraffic(withTraffic(emptyCharts, { requests: 20, badAnswers: 10 }, 0), minimum)).not.toBeNull();
});
