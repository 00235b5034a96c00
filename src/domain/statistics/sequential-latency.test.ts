import { expect, test } from 'vitest';
import { gaussian, seededUniform } from './seeded.ts';
import { judgeLooks, lookAtLatency, type LatencyLook, type LatencyRule } from './sequential-latency.ts';
import { lookThresholds, type Looks } from './spending.ts';

const rule: LatencyRule = { allowedRatio: 1.1, detectRatio: 1.2, alpha: 0.025, power: 0.8 };
const uniform = seededUniform(7);
const latencies = (count: number, ratio: number, deviation = 0.2): number[] =>
  Array.from({ length: count }, () => 80 * ratio * Math.exp(deviation * gaussian(uniform)));

/** All watches look at the same times. */
const known = new Map<number, number[]>();
function remembered(looks: Looks): number[] {
  const found = known.get(looks.fractions.length) ?? lookThresholds(looks);
  known.set(looks.fractions.length, found);
  return found;
}

interface Watch {
  readonly looks: number;
  readonly of: number;
  readonly ratio: number | ((look: number) => number);
  readonly count?: number;
  /** What the machine does to the new version for one look. */
  readonly shake?: number;
}

function watch({ looks, of, ratio, count = 60, shake = 0 }: Watch): LatencyLook[] {
  return Array.from({ length: looks }, (_, look) => {
    const now = (typeof ratio === 'number' ? ratio : ratio(look)) * Math.exp(shake * gaussian(uniform));
    return lookAtLatency(latencies(count, 1), latencies(count, now), {
      allowedRatio: rule.allowedRatio,
      fraction: (look + 1) / of,
    });
  });
}

test('a release that is as fast is within at the end, and open before it', () => {
  const looks = watch({ looks: 12, of: 12, ratio: 1 });
  expect(judgeLooks(looks.slice(0, 6), rule, { isOver: false })).toMatchObject({ verdict: 'open' });
  const judged = judgeLooks(looks, rule, { isOver: true });
  expect(judged).toMatchObject({ verdict: 'within', sampleOld: 720, sampleNew: 720, spentAlpha: 0.025 });
  expect(judged.minimumDetectableRatio).toBeLessThan(1.2);
  expect(judged.low).toBeLessThan(1);
  expect(judged.high).toBeGreaterThan(1);
});

test('a slower release is worse before the end, and its ratio is told', () => {
  const judged = judgeLooks(watch({ looks: 6, of: 12, ratio: 1.5 }), rule, { isOver: false });
  expect(judged.verdict).toBe('worse');
  expect(judged.z).toBeGreaterThan(judged.boundary);
  expect(judged.ratio).toBeGreaterThan(1.4);
  expect(judged.ratio).toBeLessThan(1.6);
});

test('a release that becomes slower in the middle is worse; what changes slowly does not count as noise', () => {
  const looks = watch({ looks: 48, of: 48, ratio: (look) => 1 + look / 60 });
  expect(judgeLooks(looks, rule, { isOver: true }).verdict).toBe('worse');
});

test('noise from look to look widens what can be told: the same releases with it say less', () => {
  const calm = judgeLooks(watch({ looks: 24, of: 24, ratio: 1 }), rule, { isOver: true });
  const shaken = judgeLooks(watch({ looks: 24, of: 24, ratio: 1, shake: 0.2 }), rule, { isOver: true });
  expect(shaken.minimumDetectableRatio).toBeGreaterThan(calm.minimumDetectableRatio * 1.05);
});

test('noise from look to look that hits one version does not make false alarms', () => {
  const alarms = Array.from({ length: 200 }, () => {
    const looks = watch({ looks: 24, of: 24, ratio: rule.allowedRatio, shake: 0.3 });
    return looks.some((_, look) => {
      const judged = judgeLooks(looks.slice(0, look + 1), rule, { isOver: false, thresholds: remembered });
      return judged.verdict === 'worse';
    });
  }).filter(Boolean).length;
  // 2.5 % and what three standard errors of 200 runs add to it.
  expect(alarms).toBeLessThanOrEqual(12);
});

test('too few samples are insufficient, with how many more are needed; none at all as well', () => {
  const few = judgeLooks(watch({ looks: 2, of: 2, ratio: 1, count: 12 }), rule, { isOver: true });
  expect(few.verdict).toBe('insufficient');
  expect(few.moreSamplesNeeded).toBeGreaterThan(24);
  expect(few.minimumDetectableRatio).toBeGreaterThan(1.2);
  expect(judgeLooks([], rule, { isOver: true })).toMatchObject({ verdict: 'insufficient', moreSamplesNeeded: 10 });
  expect(judgeLooks([], rule, { isOver: false })).toMatchObject({ verdict: 'open', minimumDetectableRatio: Infinity });
});

test('latencies that are all the same tell of no difference and pass nothing', () => {
  const same = Array.from({ length: 60 }, () => 5);
  const look = lookAtLatency(same, same, { allowedRatio: 1, fraction: 1 });
  expect(judgeLooks([look], { ...rule, allowedRatio: 1 }, { isOver: true }).verdict).toBe('insufficient');
});

test('a look refuses samples that are too small, and latencies that are none', () => {
  const settings = { allowedRatio: 1, fraction: 1 };
  expect(() => lookAtLatency(latencies(9, 1), latencies(60, 1), settings)).toThrow(RangeError);
  expect(() => lookAtLatency([...latencies(9, 1), 0], latencies(60, 1), settings)).toThrow(RangeError);
});
