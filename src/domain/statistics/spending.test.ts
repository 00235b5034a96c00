import { describe, expect, it } from 'vitest';
import { lookThresholds, spentAlpha } from './spending.ts';
import { gaussian, seededUniform } from './seeded.ts';

describe('spentAlpha', () => {
  it('gives the published O’Brien–Fleming values (two-sided 0.05 as 2 × 0.025)', () => {
    expect(spentAlpha(0.5, 0.025)).toBeCloseTo(0.001525, 5);
    expect(spentAlpha(0.25, 0.05)).toBeCloseTo(0.0000888, 6);
    expect(spentAlpha(1, 0.025)).toBe(0.025);
    expect(spentAlpha(0, 0.025)).toBe(0);
  });

  it('gives the published Pocock value', () => {
    expect(spentAlpha(0.5, 0.05, 'pocock')).toBeCloseTo(0.031006, 5);
  });
});

describe('lookThresholds', () => {
  it('48 looks at a good release alarm falsely no more often than alpha; 48 naive looks alarm far more', () => {
    const fractions = Array.from({ length: 48 }, (_, look) => (look + 1) / 48);
    const thresholds = lookThresholds(fractions, 0.05);
    const uniform = seededUniform(5);
    const runs = 2000;
    let alarms = 0;
    let naive = 0;
    for (let run = 0; run < runs; run++) {
      let sum = 0;
      let alarmed = false;
      let naivelyAlarmed = false;
      for (let look = 0; look < 48; look++) {
        sum += gaussian(uniform);
        const z = sum / Math.sqrt(look + 1);
        alarmed ||= z > thresholds[look]!;
        naivelyAlarmed ||= z > 1.645;
      }
      alarms += Number(alarmed);
      naive += Number(naivelyAlarmed);
    }
    expect(alarms / runs).toBeLessThanOrEqual(0.05);
    expect(alarms / runs).toBeGreaterThan(0.005);
    expect(naive / runs).toBeGreaterThan(0.25);
  });

  it('refuses fractions that do not rise', () => {
    expect(() => lookThresholds([0.5, 0.5], 0.05)).toThrow(RangeError);
  });
});
