import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hodgesLehmann, hodgesLehmannRatio } from './hodges-lehmann.ts';
import { mannWhitney } from './mann-whitney.ts';
import { gaussian, seededUniform } from './seeded.ts';

// Small whole numbers: plenty of ties, and no rounding to argue about.
const sample = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 });
const normals = (uniform: () => number, size: number, mean: number, deviation: number): number[] =>
  Array.from({ length: size }, () => mean + deviation * gaussian(uniform));

describe('mannWhitney', () => {
  it('counts the pairs, as brute force does', () => {
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const brute = first.flatMap((a) => second.map((b) => (b > a ? 1 : b === a ? 0.5 : 0)));
        expect(mannWhitney(first, second).u).toBe(brute.reduce<number>((sum, pair) => sum + pair, 0));
      }),
    );
  });

  it('is symmetric: swapped samples, same p and opposite z', () => {
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const [there, back] = [mannWhitney(first, second), mannWhitney(second, first)];
        expect(there.pValue).toBeCloseTo(back.pValue, 12);
        expect(there.z).toBeCloseTo(-back.z, 12);
      }),
    );
  });

  it('corrects for ties and continuity: worked by hand', () => {
    // Pooled 1 2 3 3 4 4 4 5 6 7: one pair, one triple of ties; U = 21.5 of 25.
    const { u, z, pValue } = mannWhitney([1, 2, 3, 4, 4], [3, 4, 5, 6, 7]);
    expect(u).toBe(21.5);
    expect(z).toBeCloseTo((21.5 - 12.5 - 0.5) / Math.sqrt((25 / 12) * (11 - (6 + 24) / 90)), 12);
    expect(pValue).toBeCloseTo(0.0714, 3);
  });

  it('learns nothing from nothing', () => {
    expect(mannWhitney([], [1]).pValue).toBe(1);
    expect(mannWhitney([2, 2], [2, 2])).toEqual({ u: 2, variance: 0, z: 0, pValue: 1 });
  });

  it('rejects equals as often as it says: p < 0.05 in about 5 % of 2,000 pairs', () => {
    const uniform = seededUniform(3);
    let rejected = 0;
    for (let run = 0; run < 2000; run++) {
      if (mannWhitney(normals(uniform, 20, 1, 0.2), normals(uniform, 25, 1, 0.2)).pValue < 0.05) rejected++;
    }
    expect(rejected / 2000).toBeGreaterThan(0.035);
    expect(rejected / 2000).toBeLessThan(0.065);
  });
});

describe('hodgesLehmann', () => {
  it('selects what brute force selects', () => {
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const all = first.flatMap((a) => second.map((b) => b - a)).sort((x, y) => x - y);
        const median = (all[Math.ceil(all.length / 2) - 1]! + all[Math.floor(all.length / 2)]!) / 2;
        const shift = hodgesLehmann(first, second, 0.8);
        expect(shift.estimate).toBe(median);
        if (shift.low !== -Infinity) expect(all).toContain(shift.low);
        expect(shift.low).toBeLessThanOrEqual(median);
        expect(shift.high).toBeGreaterThanOrEqual(median);
      }),
    );
  });

  it('selects among fractions too, to the last bit', () => {
    const fraction = fc.array(fc.double({ min: 0.001, max: 1000, noNaN: true }), { minLength: 4, maxLength: 10 });
    fc.assert(
      fc.property(fraction, fraction, (first, second) => {
        const all = new Set(first.flatMap((a) => second.map((b) => b - a)));
        const { low, high } = hodgesLehmann(first, second, 0.7);
        expect([all.has(low), all.has(high)]).toEqual([true, true]);
      }),
    );
  });

  it('moves with the second sample, and mirrors when the samples are swapped', () => {
    fc.assert(
      fc.property(sample, sample, fc.integer({ min: -50, max: 50 }), (first, second, by) => {
        const before = hodgesLehmann(first, second, 0.9);
        const moved = hodgesLehmann(
          first,
          second.map((value) => value + by),
          0.9,
        );
        expect(moved).toEqual({ estimate: before.estimate + by, low: before.low + by, high: before.high + by });
        const back = hodgesLehmann(second, first, 0.9);
        expect(back.estimate + before.estimate).toBeCloseTo(0, 12);
        if (before.low !== -Infinity) expect(back.high).toBe(0 - before.low);
      }),
    );
  });

  it('as a ratio follows the unit and the factor', () => {
    const first = [1, 2, 3, 4, 5, 6, 7, 8];
    const shift = hodgesLehmannRatio(
      first,
      first.map((value) => value * 1.3),
      0.95,
    );
    expect(shift.estimate).toBeCloseTo(1.3, 9);
    expect(shift.low).toBeLessThan(1.3);
    expect(shift.high).toBeGreaterThan(1.3);
  });

  it('claims no interval the samples cannot give, and nothing about none', () => {
    expect(hodgesLehmann([1, 2, 3], [4, 5, 6], 0.98)).toEqual({ estimate: 3, low: -Infinity, high: Infinity });
    expect(() => hodgesLehmann([], [1], 0.9)).toThrow(RangeError);
  });

  it('covers the true shift as often as it says, at any sample size', () => {
    const uniform = seededUniform(9);
    for (const size of [6, 15, 60]) {
      let covered = 0;
      for (let run = 0; run < 1000; run++) {
        const first = normals(uniform, size, 0, 1).map(Math.exp);
        const second = normals(uniform, size, 0.25, 1).map(Math.exp);
        const { low, high } = hodgesLehmannRatio(first, second, 0.95);
        if (low <= Math.exp(0.25) && Math.exp(0.25) <= high) covered++;
      }
      expect(covered / 1000).toBeGreaterThan(0.93);
    }
  });

  it('takes 20,000 against 20,000 in well under two seconds', () => {
    const uniform = seededUniform(1);
    const first = Array.from({ length: 20_000 }, () => uniform());
    const startMs = performance.now();
    const { estimate } = hodgesLehmann(
      first,
      first.map((value) => value + 0.5),
      0.98,
    );
    expect(estimate).toBeCloseTo(0.5, 2);
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  it('a shift of +25 % at 20 % variation shows in about 3, 28, 70, 100 % of runs at n = 5, 10, 20, 50', () => {
    // The rule of the published figures: 98 % interval wholly above 0.25 · |estimate|, and means more than 10 % apart.
    const uniform = seededUniform(2);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const caughtShare = (size: number): number => {
      let caught = 0;
      for (let run = 0; run < 1000; run++) {
        const [old, fresh] = [normals(uniform, size, 1, 0.2), normals(uniform, size, 1.25, 0.2)];
        const { estimate, low } = hodgesLehmann(old, fresh, 0.98);
        if (low > 0.25 * Math.abs(estimate) && mean(fresh) / mean(old) > 1.1) caught++;
      }
      return caught / 1000;
    };
    expect(Math.abs(caughtShare(5) - 0.03)).toBeLessThan(0.04);
    expect(Math.abs(caughtShare(10) - 0.28)).toBeLessThan(0.08);
    expect(Math.abs(caughtShare(20) - 0.7)).toBeLessThan(0.06);
    expect(caughtShare(50)).toBeGreaterThan(0.99);
  });
});
