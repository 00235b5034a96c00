import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareLatency, type LatencyQuestion } from './compare-latency.ts';
import { minimumDetectableRatio, minimumDetectableShift } from './detectable.ts';
import { gaussian, seededUniform } from './seeded.ts';
import { signedRankAbove, signedRankCentre, varianceInflation } from './signed-rank.ts';

const policy = { statistic: 'p50', allowedRatio: 1.15, alpha: 0.01, power: 0.8 } as const;

/** Log-normal latencies with noise of the machine that comes and goes slowly and hits both versions alike. */
function run(seed: number, size: number, factor: number, spread = 0.4): Pick<LatencyQuestion, 'old' | 'new'> {
  const uniform = seededUniform(seed);
  const old: number[] = [];
  const fresh: number[] = [];
  let noise = 0;
  for (let pair = 0; pair < size; pair++) {
    noise = 0.98 * noise + 0.05 * gaussian(uniform);
    old.push(5 * Math.exp(noise + spread * gaussian(uniform)));
    fresh.push(5 * factor * Math.exp(noise + spread * gaussian(uniform)));
  }
  return { old, new: fresh };
}

function shareOf(verdict: string, runs: number, question: (seed: number) => LatencyQuestion): number {
  let seen = 0;
  for (let seed = 1; seed <= runs; seed++) if (compareLatency(question(seed)).verdict === verdict) seen++;
  return seen / runs;
}

describe('compareLatency', () => {
  it('calls a release 30 % slower worse, in 10 s at 100 requests/s', () => {
    expect(shareOf('worse', 200, (seed) => ({ ...policy, ...run(seed, 1000, 1.3) }))).toBeGreaterThan(0.97);
  });

  it('lets a release of the same speed pass, and never calls it worse', () => {
    expect(shareOf('worse', 200, (seed) => ({ ...policy, ...run(seed, 1000, 1) }))).toBe(0);
    expect(shareOf('within', 200, (seed) => ({ ...policy, ...run(seed, 1000, 1) }))).toBeGreaterThan(0.9);
  });

  it('calls a release exactly at the border worse at most about as often as alpha says', () => {
    expect(shareOf('worse', 400, (seed) => ({ ...policy, ...run(seed, 600, 1.15) }))).toBeLessThanOrEqual(0.025);
  });

  it('a release at the ratio to be detected is not passed, whatever the sample size and the spread', () => {
    for (const [size, spread] of [
      [60, 0.4],
      [250, 0.4],
      [1000, 0.4],
      [1000, 1],
      [4000, 2],
    ] as const) {
      const passed = shareOf('within', 100, (seed) => ({ ...policy, ...run(seed, size, 1.3, spread) }));
      expect(passed, `${size} samples, spread ${spread}`).toBeLessThanOrEqual(0.03);
    }
  });

  it.each(['p50', 'p95', 'p99', 'mean'] as const)(
    '%s: too few samples are insufficient, and it says how many more',
    (statistic) => {
      for (const size of [0, 1, 5, 100, 200]) {
        const result = compareLatency({ ...policy, statistic, ...run(1, size, 1) });
        expect(result.verdict).toBe('insufficient');
        expect(result.moreSamplesNeeded).toBeGreaterThan(0);
        expect(result.minimumDetectableRatio).toBe(Infinity);
        expect([result.sampleOld, result.sampleNew]).toEqual([size, size]);
      }
    },
  );

  it('the samples it asked for suffice', () => {
    const first = compareLatency({ ...policy, ...run(7, 250, 1, 0.8) });
    expect(first.verdict).toBe('insufficient');
    expect(first.minimumDetectableRatio).toBeGreaterThan(1.3);
    const enough = Math.ceil((250 + first.moreSamplesNeeded) * 1.5);
    expect(enough).toBeLessThan(10_000);
    expect(compareLatency({ ...policy, ...run(8, enough, 1, 0.8) }).verdict).toBe('within');
  });

  it('one empty side is insufficient', () => {
    const { old } = run(1, 500, 1);
    expect(compareLatency({ ...policy, old, new: [] }).verdict).toBe('insufficient');
    expect(compareLatency({ ...policy, old: [], new: old }).pooled).toBeNull();
  });

  it('does not pass a release that is quick except for a pause now and then', () => {
    const { old, new: fresh } = run(3, 2000, 1);
    const pausing = fresh.map((value, index) => (index % 500 < 60 ? value + 400 : value));
    const result = compareLatency({ ...policy, statistic: 'p95', old, new: pausing });
    expect(result.wholeRatio).toBeGreaterThan(5);
    expect(result.verdict).not.toBe('within');
    const mean = compareLatency({ ...policy, statistic: 'mean', old, new: pausing });
    expect(mean.verdict).not.toBe('within');
  });

  it('a burst of the machine that hits both versions condemns nobody', () => {
    const { old, new: fresh } = run(4, 2000, 1);
    const burst = (value: number, index: number): number => (index > 600 && index < 1000 ? value * 40 : value);
    const result = compareLatency({ ...policy, old: old.map(burst), new: fresh.map(burst) });
    expect(result.verdict).toBe('within');
    expect(result.ratio).toBeCloseTo(1, 1);
  });

  it('does not depend on the unit, and follows a factor', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.double({ min: 0.5, max: 3, noNaN: true }), (seed, factor) => {
        const { old, new: fresh } = run(seed, 400, 1);
        const plain = compareLatency({ ...policy, old, new: fresh });
        const inMicroseconds = (value: number): number => value * 1000;
        const scaled = compareLatency({ ...policy, old: old.map(inMicroseconds), new: fresh.map(inMicroseconds) });
        expect(scaled.ratio).toBeCloseTo(plain.ratio, 9);
        const slower = compareLatency({ ...policy, old, new: fresh.map((value) => value * factor) });
        expect(slower.ratio / plain.ratio).toBeCloseTo(factor, 9);
        // An interval without an end stays one: 0 and Infinity follow every factor.
        expect(slower.low).toBeCloseTo(plain.low * factor, 9);
        const swapped = compareLatency({ ...policy, old: fresh, new: old });
        expect(swapped.ratio * plain.ratio).toBeCloseTo(1, 9);
        expect(swapped.high).toBeCloseTo(1 / plain.low, 6);
      }),
      { numRuns: 20 },
    );
  });

  it('judges the same samples to the same bytes', () => {
    const question = { ...policy, ...run(5, 900, 1.2) };
    expect(JSON.stringify(compareLatency(question))).toBe(JSON.stringify(compareLatency(question)));
  });

  it('refuses a question without sense', () => {
    const samples = run(1, 100, 1);
    expect(() => compareLatency({ ...policy, ...samples, allowedRatio: 0.9 })).toThrow('0.9');
    expect(() => compareLatency({ ...policy, ...samples, allowedRatio: 1 })).toThrow('detectRatio 1 ');
    expect(() => compareLatency({ ...policy, ...samples, alpha: 0 })).toThrow('alpha 0');
    expect(() => compareLatency({ ...policy, ...samples, old: [1, Number.NaN] })).toThrow('above zero');
  });
});

describe('signed ranks', () => {
  it('move with the differences', () => {
    const differences = [3, -1, 4, 1, -5, 9, 2, 6, 5, 3];
    const before = signedRankCentre(differences, 0.9);
    expect(before.estimate).toBe(3);
    const moved = signedRankCentre(
      differences.map((value) => value + 10),
      0.9,
    );
    expect(moved).toEqual({ estimate: 13, low: before.low + 10, high: before.high + 10 });
    expect(signedRankAbove(differences, 0)).toBeLessThan(0.05);
    expect(signedRankAbove(differences, 6)).toBeGreaterThan(0.9);
    expect(signedRankCentre([1, 2], 0.98)).toEqual({ estimate: 1.5, low: -Infinity, high: Infinity });
  });

  it('cover the true centre as often as they say', () => {
    const uniform = seededUniform(6);
    let covered = 0;
    for (let time = 0; time < 1000; time++) {
      const { low, high } = signedRankCentre(
        Array.from({ length: 20 }, () => gaussian(uniform)),
        0.95,
      );
      if (low <= 0 && high >= 0) covered++;
    }
    expect(covered / 1000).toBeGreaterThan(0.935);
  });
});

describe('dependence of neighbours', () => {
  /** Values that remember their predecessor. */
  function series(uniform: () => number, count: number, memory: number): number[] {
    let value = gaussian(uniform);
    return Array.from({ length: count }, () => {
      value = memory * value + Math.sqrt(1 - memory ** 2) * gaussian(uniform);
      return value;
    });
  }

  it('is 1 for independent values and about (1 + r) / (1 − r) for a memory of r', () => {
    const uniform = seededUniform(12);
    expect(varianceInflation(series(uniform, 5000, 0))).toBeLessThan(1.1);
    expect(Math.abs(varianceInflation(series(uniform, 5000, 0.5)) - 3)).toBeLessThan(0.5);
    expect(varianceInflation([1, 1, 1])).toBeGreaterThanOrEqual(1);
  });

  it('without the correction the interval misses the centre far too often, with it much less', () => {
    const uniform = seededUniform(13);
    const missed = { plain: 0, corrected: 0 };
    for (let time = 0; time < 500; time++) {
      const differences = series(uniform, 60, 0.5);
      const plain = signedRankCentre(differences, 0.98);
      const corrected = signedRankCentre(differences, 0.98, varianceInflation(differences));
      if (plain.low > 0 || plain.high < 0) missed.plain++;
      if (corrected.low > 0 || corrected.high < 0) missed.corrected++;
    }
    expect(missed.plain / 500).toBeGreaterThan(0.12);
    expect(missed.corrected / 500).toBeLessThan(0.07);
  });
});

describe('the minimum detectable effect', () => {
  it('is what is caught in 80 % of runs', () => {
    const size = 30;
    const shift = minimumDetectableShift(size, size, { alpha: 0.025, power: 0.8 });
    expect(shift).toBeCloseTo(0.74, 2);
    // At the detectable ratio itself, 80 % of releases are called worse.
    const seen = compareLatency({ ...policy, ...run(11, 1000, 1) });
    const caught = shareOf('worse', 200, (seed) => ({ ...policy, ...run(seed, 1000, seen.minimumDetectableRatio) }));
    expect(caught).toBeGreaterThan(0.6);
    expect(caught).toBeLessThan(0.97);
  });

  it('is the allowed ratio for perfect knowledge, infinite for none', () => {
    expect(minimumDetectableRatio(1.15, 0, policy)).toBe(1.15);
    expect(minimumDetectableRatio(1.15, Infinity, policy)).toBe(Infinity);
  });
});
