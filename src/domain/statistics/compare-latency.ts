import { minimumDetectableRatio, standardErrorsNeeded } from './detectable.ts';
import { hodgesLehmannRatio, type Shift } from './hodges-lehmann.ts';
import { mannWhitney } from './mann-whitney.ts';
import { normalQuantile } from './normal.ts';
import { latencyStatistic, type LatencyStatistic } from './quantile.ts';
import { signedRankAbove, signedRankCentre, varianceInflation } from './signed-rank.ts';

/**
 * Requests per block and version: small enough that a burst of the machine's noise hits both versions of a block.
 * What neighbouring blocks still have in common (correlation up to 0.5 on a busy machine) widens the interval.
 */
const BLOCK_SIZE = { p50: 25, mean: 25, p95: 25, p99: 100 } satisfies Record<LatencyStatistic, number>;
const MIN_BLOCKS = 10;
const MAX_BLOCKS = 200;

export interface LatencyQuestion {
  /** Latencies in order of intended start, both driven in turn over the same minutes. Any unit, above zero. */
  old: readonly number[];
  new: readonly number[];
  statistic: LatencyStatistic;
  /** The new version may be this much slower: 1.15 is 15 %. */
  allowedRatio: number;
  /** A slowdown this large must not slip through. Default: twice the allowed one, 1.15 → 1.30. */
  detectRatio?: number;
  /** One-sided: at most this share of releases exactly at the border is called worse, or passed at `detectRatio`. */
  alpha: number;
  /** The share of releases at `detectRatio` that must be called worse, or else the samples are insufficient. */
  power: number;
}

export interface LatencyComparison {
  /** new / old in a typical block, and the interval of confidence 1 − 2·alpha around it. */
  ratio: number;
  low: number;
  high: number;
  /** One-sided: how easily a release within the allowed ratio would look like this. */
  pValue: number;
  /** new / old of the statistic over the whole run, bursts and all. NaN without samples. */
  wholeRatio: number;
  sampleOld: number;
  sampleNew: number;
  blocks: number;
  /** The smallest slowdown this run would have called worse with the power wanted; Infinity when it sees nothing. */
  minimumDetectableRatio: number;
  detectRatio: number;
  /** Mann–Whitney (two-sided) and Hodges–Lehmann on all latencies, for the report: they take requests as independent. */
  pooled: { ratio: Shift; pValue: number } | null;
  /** `worse` and `within` are evidence; `insufficient` is none, and never a pass. */
  verdict: 'within' | 'worse' | 'insufficient';
  /** Of each version, beyond those given; 0 unless insufficient. An estimate from the spread seen. */
  moreSamplesNeeded: number;
}

/**
 * Is the new version slower than allowed? Blocks of neighbouring requests are compared pairwise, so that noise of the
 * machine, which hits both versions of a block, cancels; see docs/decisions/0003-relative-latency.md.
 *
 * - `worse`: the whole interval lies above `allowedRatio`.
 * - `within`: the whole interval lies below `detectRatio`, a slowdown to `detectRatio` would have been seen with the
 *   power wanted, and the whole run does not contradict.
 * - `insufficient`: neither.
 *
 * Throws RangeError on an `allowedRatio` below 1, a `detectRatio` not above it, or shares outside 0..1.
 */
export function compareLatency(question: LatencyQuestion): LatencyComparison {
  const { statistic, allowedRatio, alpha, power } = question;
  const detectRatio = question.detectRatio ?? 1 + 2 * (allowedRatio - 1);
  assertQuestion(question, detectRatio);
  const differences = blockDifferences(question);
  const facts = {
    wholeRatio: latencyStatistic(question.new, statistic) / latencyStatistic(question.old, statistic),
    sampleOld: question.old.length,
    sampleNew: question.new.length,
    blocks: differences.length,
    detectRatio,
    pooled: pooledShift(question),
  };
  if (differences.length < MIN_BLOCKS) {
    const moreSamplesNeeded = MIN_BLOCKS * BLOCK_SIZE[statistic] - Math.min(facts.sampleOld, facts.sampleNew);
    const unknown = { ratio: Number.NaN, low: 0, high: Infinity, pValue: 1, minimumDetectableRatio: Infinity };
    return { ...unknown, ...facts, verdict: 'insufficient', moreSamplesNeeded };
  }
  const inflation = varianceInflation(differences);
  const centre = signedRankCentre(differences, 1 - 2 * alpha, inflation);
  const standardError = (centre.high - centre.low) / 2 / normalQuantile(1 - alpha);
  const seen = {
    ratio: Math.exp(centre.estimate),
    low: Math.exp(centre.low),
    high: Math.exp(centre.high),
    pValue: signedRankAbove(differences, Math.log(allowedRatio), inflation),
    minimumDetectableRatio: minimumDetectableRatio(allowedRatio, standardError, { alpha, power }),
  };
  const verdict = judge(allowedRatio, detectRatio, { ...seen, wholeRatio: facts.wholeRatio });
  const moreSamplesNeeded =
    verdict === 'insufficient' ? moreSamples(question, detectRatio, centre.estimate, standardError) : 0;
  return { ...seen, ...facts, verdict, moreSamplesNeeded };
}

type Seen = Pick<LatencyComparison, 'low' | 'high' | 'minimumDetectableRatio' | 'wholeRatio'>;

function judge(allowedRatio: number, detectRatio: number, seen: Seen): LatencyComparison['verdict'] {
  if (seen.low > allowedRatio) return 'worse';
  const sharp = seen.minimumDetectableRatio <= detectRatio;
  // A release that stands still now and then is slower in few blocks only: the blocks outvote what the run shows.
  return sharp && seen.high < detectRatio && seen.wholeRatio < detectRatio ? 'within' : 'insufficient';
}

/** The logarithm of new / old, block by block; blocks are the same share of both samples. Empty when too few. */
function blockDifferences({ old, new: fresh, statistic }: LatencyQuestion): number[] {
  const blocks = Math.min(MAX_BLOCKS, Math.floor(Math.min(old.length, fresh.length) / BLOCK_SIZE[statistic]));
  const block = (sample: readonly number[], index: number): readonly number[] =>
    sample.slice(Math.floor((index * sample.length) / blocks), Math.floor(((index + 1) * sample.length) / blocks));
  return Array.from({ length: blocks }, (_, index) =>
    Math.log(latencyStatistic(block(fresh, index), statistic) / latencyStatistic(block(old, index), statistic)),
  );
}

function pooledShift({ old, new: fresh, alpha }: LatencyQuestion): LatencyComparison['pooled'] {
  if (old.length === 0 || fresh.length === 0) return null;
  return { ratio: hodgesLehmannRatio(old, fresh, 1 - 2 * alpha), pValue: mannWhitney(old, fresh).pValue };
}

/** The standard error shrinks with the root of the samples: how many until it settles the question. */
function moreSamples(question: LatencyQuestion, detectRatio: number, centre: number, standardError: number): number {
  const have = Math.min(question.old.length, question.new.length);
  const [border, far] = [Math.log(question.allowedRatio), Math.log(detectRatio)];
  const forPower = (far - border) / standardErrorsNeeded(question);
  // Between the two borders, or beyond, the nearer decision is the one more samples will reach.
  const forDecision = Math.max(centre - border, far - centre) / normalQuantile(1 - question.alpha);
  const wanted = Math.min(forPower, forDecision);
  const needed = Math.ceil(have * (standardError / wanted) ** 2) - have;
  // Sharp enough and still undecided: the whole run contradicts its blocks. As much again tells which was chance.
  return Number.isFinite(needed) ? (needed > 0 ? needed : have) : have * 3;
}

function assertQuestion({ allowedRatio, alpha, power, old, new: fresh }: LatencyQuestion, detectRatio: number): void {
  if (!(allowedRatio >= 1)) throw new RangeError(`allowedRatio ${allowedRatio} is below 1`);
  if (!(detectRatio > allowedRatio)) throw new RangeError(`detectRatio ${detectRatio} is not above ${allowedRatio}`);
  for (const [name, share] of Object.entries({ alpha, power })) {
    if (!(share > 0 && share < 1)) throw new RangeError(`${name} ${share} is not between 0 and 1`);
  }
  if ([...old, ...fresh].some((value) => !(value > 0))) throw new RangeError('latencies must be above zero');
}
