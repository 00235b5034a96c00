import { describe, expect, it, test } from 'vitest';
import { gaussian, seededUniform } from './seeded.ts';
import { lookThresholds, spentAlpha } from './spending.ts';

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

const evenly = (looks: number) => Array.from({ length: looks }, (_, look) => (look + 1) / looks);

/** Published boundaries of even looks: Reboussin, DeMets, Kim and Lan (programs of 1996), and what SeqBounds.jl prints. */
describe('lookThresholds', () => {
  test.each([
    ['obrien-fleming', 0.025, [2.9626, 1.9686]],
    ['obrien-fleming', 0.025, [3.7103, 2.5114, 1.993]],
    ['obrien-fleming', 0.025, [4.8769, 3.3569, 2.6803, 2.2898, 2.031]],
    ['obrien-fleming', 0.05, [3.74955, 2.53993, 2.01604, 1.72014]],
    ['pocock', 0.025, [2.438, 2.4268, 2.4101, 2.3966, 2.3859]],
  ] as const)('gives the published boundaries: %s, one-sided %d, %j', (rule, alpha, published) => {
    const found = lookThresholds({ fractions: evenly(published.length), alpha, rule });
    for (const [look, z] of published.entries()) expect(Math.abs(found[look]! - z)).toBeLessThan(0.0006);
  });

  it('a threshold does not move when later looks come, and only the order of information counts, not its unit', () => {
    const fractions = [0.1, 0.35, 0.6, 1];
    const all = lookThresholds({ fractions, alpha: 0.025 });
    const early = lookThresholds({ fractions: fractions.slice(0, 2), alpha: 0.025 });
    const scaled = lookThresholds({ fractions, information: fractions.map((each) => each * 2880), alpha: 0.025 });
    for (const look of [0, 1]) expect(early[look]).toBeCloseTo(all[look]!, 4);
    for (const look of [0, 1, 2, 3]) expect(scaled[look]).toBeCloseTo(all[look]!, 8);
  });

  test.each([
    ['even looks', evenly(48)],
    ['looks that learn unevenly', evenly(48).map((fraction) => fraction ** 2)],
    ['looks of day and night', evenly(48).map((fraction, look) => fraction + (look % 2 === 0 ? 0 : -0.018))],
  ])('48 looks at a good run alarm falsely as often as stated, naive ones far more: %s', (_, information) => {
    const thresholds = lookThresholds({ fractions: evenly(48), information, alpha: 0.05 });
    const uniform = seededUniform(5);
    const runs = 4000;
    let alarms = 0;
    let naive = 0;
    for (let run = 0; run < runs; run++) {
      let sum = 0;
      let alarmed = false;
      let naivelyAlarmed = false;
      for (let look = 0; look < 48; look++) {
        sum += gaussian(uniform) * Math.sqrt(information[look]! - (information[look - 1] ?? 0));
        const z = sum / Math.sqrt(information[look]!);
        alarmed ||= z > thresholds[look]!;
        naivelyAlarmed ||= z > 1.645;
      }
      alarms += Number(alarmed);
      naive += Number(naivelyAlarmed);
    }
    // Four standard errors of 4,000 runs on both sides of the stated 5 %.
    expect(alarms / runs).toBeLessThan(0.064);
    expect(alarms / runs).toBeGreaterThan(0.036);
    expect(naive / runs).toBeGreaterThan(0.25);
  });

  it('refuses what does not rise', () => {
    expect(() => lookThresholds({ fractions: [0.5, 0.5], alpha: 0.05 })).toThrow(RangeError);
    expect(() => lookThresholds({ fractions: [0.5, 1.1], alpha: 0.05 })).toThrow(RangeError);
    expect(() => lookThresholds({ fractions: [0.5, 1], information: [9, 9], alpha: 0.05 })).toThrow(RangeError);
    expect(() => lookThresholds({ fractions: [0.5, 1], information: [9], alpha: 0.05 })).toThrow(RangeError);
  });
});
