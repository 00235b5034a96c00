/**
 * Does a watch of 48 hours cry wolf, and does it see? Simulated: hourly looks of 60 log-normal latencies of old and of new each,
 * a thousand releases of a kind, judged by the rule that the bake uses. Nothing is measured, so that it needs no quiet machine.
 */
import { bakeAlpha, bakePower, usualComparison } from '../src/domain/bake-looks.ts';
import { mannWhitney } from '../src/domain/statistics/mann-whitney.ts';
import { gaussian, seededUniform } from '../src/domain/statistics/seeded.ts';
import {
  judgeLooks,
  lookAtLatency,
  type LatencyLook,
  type LatencyRule,
} from '../src/domain/statistics/sequential-latency.ts';
import { lookThresholds, type Looks } from '../src/domain/statistics/spending.ts';
import type { BenchRow } from './row.ts';

const hours = 48;
const perLook = 60;
const releases = 1_000;
const seed = 20_261_121;
const slower = 1.2;
/** One-sided 0.05. */
const naiveZ = 1.645;

export async function benchBake(): Promise<BenchRow[]> {
  console.log(`  seed ${seed}; ${releases} releases of a kind, ${hours} looks of ${perLook} + ${perLook}`);
  return [0.2, 0.5].flatMap((variation) => rowsOf(variation));
}

function rowsOf(variation: number): BenchRow[] {
  const usual = { ...usualComparison, alpha: bakeAlpha, power: bakePower };
  const strict = { ...usual, allowedRatio: 1, detectRatio: slower };
  const name = `variation ${variation * 100} %`;
  const [good, border] = [watched(1, variation, strict), watched(usual.allowedRatio, variation, usual)];
  const [calm, bad] = [watched(1, variation, usual), watched(slower, variation, usual)];
  const [badStrict, atEdge] = [watched(slower, variation, strict), watched(calm.detectable, variation, usual)];
  const shaken = watched(1, variation, strict, 0.1);
  const allowed = `${usual.allowedRatio}x allowed`;
  return [
    row(`${name}: good releases called worse, none slower allowed`, good.worse, `<= 5`, good.worse <= 0.05),
    row(`${name}: good releases called worse, ${allowed}`, calm.worse, '<= 5', calm.worse <= 0.05),
    row(`${name}: good releases passed at the end, ${allowed}`, calm.within, '>= 95', calm.within >= 0.95),
    row(`${name}: releases exactly at what is allowed called worse`, border.worse, '<= 5', border.worse <= 0.05),
    row(`${name}: 20 % slower caught, none slower allowed`, badStrict.worse, '>= 95', badStrict.worse >= 0.95),
    row(`${name}: 20 % slower caught, ${allowed}`, bad.worse, '>= 95', bad.worse >= 0.95),
    row(`${name}: 20 % slower passed at the end`, bad.within, '<= 0.5', bad.within <= 0.005),
    { ...row(`${name}: looks until 20 % slower is caught, median`, bad.looks / 100, 'reported', true), unit: 'h' },
    {
      ...row(`${name}: stated minimum detectable ratio`, calm.detectable / 100, '<= 1.2', calm.detectable <= slower),
      unit: 'x',
    },
    row(
      `${name}: caught of releases that much slower`,
      atEdge.worse,
      `>= ${bakePower * 100}`,
      atEdge.worse >= bakePower,
    ),
    row(`${name}: good ones called worse, each hour disturbed by 10 %`, shaken.worse, '<= 5', shaken.worse <= 0.05),
    control(`${name}: good releases called worse by 0.05 at every look`, good.naive, '>= 50', good.naive >= 0.5),
    control(`${name}: 20 % slower caught by a rule that never alarms`, bad.blind, '0', bad.blind === 0),
  ];
}

interface Watched {
  /** Shares of the releases. */
  readonly worse: number;
  readonly within: number;
  readonly naive: number;
  readonly blind: number;
  /** Median of those called worse: looks until then. */
  readonly looks: number;
  /** Mean of what the last look said that it would have seen. */
  readonly detectable: number;
}

/** A thousand releases whose true latencies are `ratio` times the old ones. */
function watched(ratio: number, variation: number, rule: LatencyRule, shake = 0): Watched {
  const uniform = seededUniform(seed + Math.round(1_000 * (ratio + variation)));
  const runs = Array.from({ length: releases }, () => oneWatch({ ratio, variation, shake, rule }, uniform));
  const share = (of: (run: ReturnType<typeof oneWatch>) => boolean) => runs.filter(of).length / releases;
  return {
    worse: share((run) => run.verdict === 'worse'),
    within: share((run) => run.verdict === 'within'),
    naive: share((run) => run.naive),
    blind: share((run) => run.blind),
    looks: median(runs.filter((run) => run.verdict === 'worse').map((run) => run.looks)),
    detectable: mean(runs.map((run) => run.detectable)),
  };
}

interface Simulated {
  readonly ratio: number;
  readonly variation: number;
  /** Deviation of what the machine does to the new version for one hour and not for the next. */
  readonly shake: number;
  readonly rule: LatencyRule;
}

function oneWatch({ ratio, variation, shake, rule }: Simulated, uniform: () => number) {
  const looks: LatencyLook[] = [];
  let verdict: string = 'open';
  let naive = false;
  let detectable = Infinity;
  let alarmedAfter = 0;
  for (let hour = 1; hour <= hours; hour += 1) {
    const [old, fresh] = [
      latencies(1, variation, uniform),
      latencies(shake > 0 ? ratio * Math.exp(shake * gaussian(uniform)) : ratio, variation, uniform),
    ];
    naive ||= mannWhitney(old, fresh).z > naiveZ;
    // The product stops at the first alarm; the controls go on looking.
    if (verdict === 'worse') continue;
    looks.push(lookAtLatency(old, fresh, { allowedRatio: rule.allowedRatio, fraction: hour / hours }));
    const judged = judgeLooks(looks, rule, { isOver: hour === hours, thresholds: remembered });
    ({ verdict, minimumDetectableRatio: detectable } = judged);
    alarmedAfter = hour;
  }
  const unalarmed = judgeLooks(looks, rule, { isOver: true, thresholds: never });
  return { verdict, naive, blind: unalarmed.verdict === 'worse', looks: alarmedAfter, detectable };
}

/** Log-normal around 100 ms × `ratio`; `variation` is deviation over mean. */
function latencies(ratio: number, variation: number, uniform: () => number): number[] {
  const sigma = Math.sqrt(Math.log(1 + variation ** 2));
  return Array.from({ length: perLook }, () => 100 * ratio * Math.exp(sigma * gaussian(uniform)));
}

const never = ({ fractions }: Looks): number[] => fractions.map(() => Infinity);

/** All watches look at the same times, so that the product's boundaries need computing once a look. */
const known = new Map<string, number[]>();
function remembered(looks: Looks): number[] {
  const key = JSON.stringify(looks);
  const found = known.get(key) ?? lookThresholds(looks);
  known.set(key, found);
  return found;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const row = (measure: string, share: number, bar: string, holds: boolean): BenchRow => ({
  ...{ bench: 'bake', measure, value: Math.round(share * 100_000) / 1_000, unit: '%', bar, holds, control: false },
});

const control = (measure: string, share: number, bar: string, holds: boolean): BenchRow => ({
  ...row(measure, share, bar, holds),
  control: true,
});
