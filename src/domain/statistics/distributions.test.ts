import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialCumulative, incompleteBeta, studentCumulative, studentQuantile, studentUpper } from './beta.ts';
import { normalCumulative, normalQuantile } from './normal.ts';

describe('normal', () => {
  it.each([
    [0, 0.5],
    [1.959963984540054, 0.975],
    [-1, 0.15865525393145707],
    [-6, 9.865876450376981e-10],
    [-8, 6.220960574271785e-16],
  ])('cumulative at %d', (z, probability) => {
    expect(Math.abs(normalCumulative(z) / probability - 1)).toBeLessThan(1e-9);
  });

  it('quantile undoes the cumulative', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1 - 1e-9, noNaN: true }), (probability) => {
        expect(Math.abs(normalCumulative(normalQuantile(probability)) / probability - 1)).toBeLessThan(1e-6);
      }),
    );
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    expect(() => normalQuantile(1.1)).toThrow('1.1');
  });
});

describe('beta, binomial, Student', () => {
  it('agrees with the binomial sum', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (trials, p) => {
        let sum = 0;
        let coefficient = 1;
        for (let k = 0; k < trials; k++) {
          sum += coefficient * p ** k * (1 - p) ** (trials - k);
          coefficient = (coefficient * (trials - k)) / (k + 1);
          expect(binomialCumulative(k, trials, p)).toBeCloseTo(sum, 9);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is symmetric and keeps to 0..1 at its ends', () => {
    expect(incompleteBeta(0.3, 2, 5)).toBeCloseTo(1 - incompleteBeta(0.7, 5, 2), 12);
    expect([incompleteBeta(-1, 2, 2), incompleteBeta(2, 2, 2)]).toEqual([0, 1]);
  });

  it.each([
    [0.975, 1, 12.706204736],
    [0.975, 9, 2.262157163],
    [0.99, 19, 2.539483191],
    [0.99, 1e6, 2.326352],
    [0.025, 9, -2.262157163],
  ])('Student quantile of %d at %d degrees', (probability, degrees, t) => {
    expect(studentQuantile(probability, degrees)).toBeCloseTo(t, 5);
    expect(studentCumulative(t, degrees)).toBeCloseTo(probability, 6);
  });

  it('upper quantiles are exact far out, and the same as the others near the middle', () => {
    expect(studentUpper(0.025, 10)).toBeCloseTo(2.228139, 5);
    expect(studentUpper(0.025, 10)).toBeCloseTo(studentQuantile(0.975, 10), 8);
    // One degree of freedom is Cauchy's: the tail beyond t is about 1 / (π t).
    expect(studentUpper(1e-20, 1) * Math.PI * 1e-20).toBeCloseTo(1, 6);
    expect(studentUpper(0.025, 0)).toBe(Infinity);
  });
});
