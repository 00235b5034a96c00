import { hodgesLehmannRatio } from './hodges-lehmann.ts';
import { mannWhitney } from './mann-whitney.ts';
import { studentUpper } from './beta.ts';
import { normalCumulative, normalQuantile } from './normal.ts';
import { lookThresholds, spentAlpha, type JudgingLooks } from './spending.ts';

/** Fewer latencies of a version than this say too little of a look's spread: they wait for the next look. */
export const fewestOfALook = 10;

/** What one look at old and new side by side has seen. Looks never share a sample. Plain numbers, so that it can be kept. */
export interface LatencyLook {
  readonly sampleOld: number;
  readonly sampleNew: number;
  /** Mann–Whitney's rank sum of the new version against the old one times the allowed ratio, from its middle; above 0 is slower. */
  readonly score: number;
  /** Of `score`, for a release exactly at the allowed ratio. */
  readonly variance: number;
  /** Logarithm of new / old, by Hodges and Lehmann, with its standard error. */
  readonly logRatio: number;
  readonly standardError: number;
  /** Part of the planned watch that was over, 0..1. */
  readonly fraction: number;
}

export interface LatencyRule {
  /** The new version may be this much slower: 1.1 is 10 %. */
  readonly allowedRatio: number;
  /** A slowdown this large must not slip through a whole watch. */
  readonly detectRatio: number;
  /** One-sided: at most this share of releases at the allowed ratio is called worse at any of the looks. */
  readonly alpha: number;
  /** The share of releases at the detectable ratio that must be called worse. */
  readonly power: number;
}

export interface LooksJudgement {
  /** `worse` at any look; the others are of the end: `open` before it. `insufficient` is no evidence, and never a pass. */
  readonly verdict: 'worse' | 'within' | 'insufficient' | 'open';
  /** Of all looks together, and what it must exceed to be `worse`. */
  readonly z: number;
  readonly boundary: number;
  /** new / old over all looks, with the interval that may be read at every look; NaN, 0 and Infinity before the first. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly sampleOld: number;
  readonly sampleNew: number;
  /** The smallest slowdown that is called worse at this look with the power wanted; Infinity when nothing is seen. */
  readonly minimumDetectableRatio: number;
  /** False alarms that were allowed so far: alpha at the end. */
  readonly spentAlpha: number;
  /** Of each version; 0 unless insufficient. An estimate from the spread seen. */
  readonly moreSamplesNeeded: number;
}

/** Throws RangeError on a sample with fewer than `fewestOfALook` latencies, or one that is not above zero. */
export function lookAtLatency(
  old: readonly number[],
  fresh: readonly number[],
  { allowedRatio, fraction }: { readonly allowedRatio: number; readonly fraction: number },
): LatencyLook {
  if (Math.min(old.length, fresh.length) < fewestOfALook) throw new RangeError(`a look needs ${fewestOfALook} of each`);
  if ([...old, ...fresh].some((value) => !(value > 0))) throw new RangeError('latencies must be above zero');
  const allowed = old.map((latency) => latency * allowedRatio);
  const { u, variance } = mannWhitney(allowed, fresh);
  // Looks of any size add up as one test in strata (van Elteren): the larger ones weigh more, and noise of an hour stays in it.
  const weight = 1 / (old.length + fresh.length + 1);
  const confidence = 0.9;
  const shift = hodgesLehmannRatio(old, fresh, confidence);
  return {
    ...{ sampleOld: old.length, sampleNew: fresh.length, fraction },
    score: weight * (u - (old.length * fresh.length) / 2),
    variance: weight ** 2 * variance,
    logRatio: Math.log(shift.estimate),
    standardError: Math.log(shift.high / shift.low) / 2 / normalQuantile((1 + confidence) / 2),
  };
}

/** Judges all looks so far. */
export function judgeLooks(
  looks: readonly LatencyLook[],
  rule: LatencyRule,
  { isOver, thresholds = lookThresholds }: JudgingLooks,
): LooksJudgement {
  const sampleOld = looks.reduce((sum, look) => sum + look.sampleOld, 0);
  const sampleNew = looks.reduce((sum, look) => sum + look.sampleNew, 0);
  const telling = looks.filter((look) => look.variance > 0);
  if (telling.length === 0) return { ...blind(isOver), sampleOld, sampleNew };
  const fractions = telling.map((look) => look.fraction);
  const exact = thresholds({ fractions, information: informationOf(telling), alpha: rule.alpha }).at(-1)!;
  // The noise between looks is known as well as there are looks to compare, one alone tells nothing of it.
  const boundary = studentUpper(normalCumulative(-exact), telling.length - 1);
  const inflation = noiseBetween(telling);
  const variance = telling.reduce((sum, look) => sum + look.variance, 0);
  const z = telling.reduce((sum, look) => sum + look.score, 0) / Math.sqrt(inflation * variance);
  const { logRatio, standardError } = pooled(telling, inflation);
  const seen = {
    ...{ z, boundary, ratio: Math.exp(logRatio) },
    low: Math.exp(logRatio - boundary * standardError),
    high: Math.exp(logRatio + boundary * standardError),
    minimumDetectableRatio: rule.allowedRatio * Math.exp((boundary + normalQuantile(rule.power)) * standardError),
    ...{ spentAlpha: spentAlpha(fractions.at(-1)!, rule.alpha), sampleOld, sampleNew },
  };
  const verdict = z > boundary ? 'worse' : isOver ? endOf(seen, rule) : 'open';
  const moreSamplesNeeded = verdict === 'insufficient' ? moreSamples({ ...seen, logRatio, standardError }, rule) : 0;
  return { ...seen, verdict, moreSamplesNeeded };
}

const blind = (isOver: boolean) => ({
  ...{ verdict: isOver ? ('insufficient' as const) : ('open' as const), z: 0, boundary: Infinity },
  ...{ ratio: Number.NaN, low: 0, high: Infinity, minimumDetectableRatio: Infinity, spentAlpha: 0 },
  moreSamplesNeeded: isOver ? fewestOfALook : 0,
});

type Seen = Pick<LooksJudgement, 'high' | 'minimumDetectableRatio'>;

const endOf = ({ high, minimumDetectableRatio }: Seen, { detectRatio }: LatencyRule) =>
  minimumDetectableRatio <= detectRatio && high < detectRatio ? 'within' : 'insufficient';

/** Samples as if both versions had equally many; grows with every look, as its score's variance does. */
const sizeOf = ({ sampleOld, sampleNew }: LatencyLook): number => (sampleOld * sampleNew) / (sampleOld + sampleNew);

function informationOf(looks: readonly LatencyLook[]): number[] {
  let sum = 0;
  return looks.map((look) => (sum += sizeOf(look)));
}

/**
 * By how much more neighbouring looks differ than their own samples explain, 1 or more: what the machine does to one version for
 * an hour and not for the next. Taken from differences, so that a release that slowly gets worse does not count as noise.
 */
function noiseBetween(looks: readonly LatencyLook[]): number {
  const each = looks.map(({ score, variance }) => score / Math.sqrt(variance));
  const squares = each.slice(1).reduce((sum, z, index) => sum + (z - each[index]!) ** 2, 0);
  return Math.max(1, looks.length > 1 ? squares / 2 / (looks.length - 1) : 1);
}

function pooled(looks: readonly LatencyLook[], inflation: number): { logRatio: number; standardError: number } {
  const whole = looks.reduce((sum, look) => sum + sizeOf(look), 0);
  const shares = looks.map((look) => ({ ...look, share: sizeOf(look) / whole }));
  const variance = shares.reduce((sum, { share, standardError }) => sum + (share * standardError) ** 2, 0);
  return {
    logRatio: shares.reduce((sum, { share, logRatio }) => sum + share * logRatio, 0),
    standardError: Math.sqrt(inflation * variance),
  };
}

/** The standard error shrinks with the root of the samples: how many until it settles the question. */
function moreSamples(
  seen: Pick<LooksJudgement, 'boundary' | 'sampleOld' | 'sampleNew'> & { logRatio: number; standardError: number },
  { allowedRatio, detectRatio, power }: LatencyRule,
): number {
  const have = Math.min(seen.sampleOld, seen.sampleNew);
  const [border, far] = [Math.log(allowedRatio), Math.log(detectRatio)];
  const forPower = (far - border) / (seen.boundary + normalQuantile(power));
  // Between the two borders the nearer decision is the one that more samples will reach.
  const forDecision = Math.max(seen.logRatio - border, far - seen.logRatio) / seen.boundary;
  const needed = Math.ceil(have * (seen.standardError / Math.min(forPower, forDecision)) ** 2) - have;
  return needed > 0 ? needed : have;
}
