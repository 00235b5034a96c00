import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyStatistic, quantileInterval, quantileOfSorted } from './quantile.ts';
import { seededUniform } from './seeded.ts';

describe('quantiles', () => {
  it('interpolates between neighbours', () => {
    expect(quantileOfSorted([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantileOfSorted([1, 2, 3, 4], 1)).toBe(4);
    expect(quantileOfSorted([], 0.5)).toBeNaN();
  });

  it('does not care for order, and scales with the unit', () => {
    const positive = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1 });
    fc.assert(
      fc.property(positive, fc.constantFrom('p50', 'p95', 'p99', 'mean'), (values, statistic) => {
        const value = latencyStatistic(values, statistic);
        expect(latencyStatistic(values.toReversed(), statistic)).toBeCloseTo(value, 9);
        expect(
          latencyStatistic(
            values.map((each) => each * 4),
            statistic,
          ),
        ).toBeCloseTo(value * 4, 6);
      }),
    );
  });

  it('covers the true p95 at least as often as it says, and owns up when it cannot', () => {
    const uniform = seededUniform(4);
    let covered = 0;
    for (let run = 0; run < 1000; run++) {
      const sorted = Array.from({ length: 300 }, uniform).sort((a, b) => a - b);
      const { low, high } = quantileInterval(sorted, 0.95, 0.98);
      if (low <= 0.95 && high >= 0.95) covered++;
    }
    expect(covered / 1000).toBeGreaterThanOrEqual(0.97);
    expect(quantileInterval([1, 2, 3], 0.99, 0.98).high).toBe(Infinity);
    expect(quantileInterval([], 0.5, 0.9)).toEqual({ low: -Infinity, high: Infinity });
  });
});
