import { compareLatency, type LatencyComparison } from '../../domain/statistics/compare-latency.ts';
import type { Finding } from '../../kinds/check.ts';
import { counted, shortNumber } from '../../kinds/wording.ts';
import type { Comparison } from './schema.ts';

/** At most one release in twenty exactly at the border is called worse; four of five at the detectable slowdown are. */
const ALPHA = 0.05;
const POWER = 0.8;

/** The finding, and how many more requests of each version it would take to judge; 0 when it is judged. */
export interface Relative {
  readonly finding: Finding;
  readonly moreSamplesNeeded: number;
}

export function relativeFinding(wanted: Comparison, old: readonly number[], fresh: readonly number[]): Relative {
  const { statistic, 'at-most': allowedRatio } = wanted;
  const detectRatio = 'detect' in wanted ? wanted.detect : undefined;
  const compared = compareLatency({
    old,
    new: fresh,
    statistic,
    alpha: ALPHA,
    power: POWER,
    // "Not slower at all" needs a slowdown that would be seen; 5 % when the file names none.
    allowedRatio,
    ...(detectRatio === undefined ? (allowedRatio === 1 ? { detectRatio: 1.05 } : {}) : { detectRatio }),
  });
  const name = `${statistic} against running`;
  const threshold = `at most ${times(allowedRatio)}`;
  const outcome = ({ within: 'pass', worse: 'fail', insufficient: 'error' } as const)[compared.verdict];
  return {
    finding: { name, outcome, value: valueText(compared), threshold },
    moreSamplesNeeded: compared.moreSamplesNeeded,
  };
}

const times = (ratio: number): string =>
  Number.isFinite(ratio) ? `${shortNumber(Math.round(ratio * 1_000) / 1_000)}x` : 'unknown';

/** A relative verdict never comes without its number of samples and the smallest slowdown it would have seen. */
function valueText({ ratio, low, high, sampleOld, sampleNew, minimumDetectableRatio }: LatencyComparison): string {
  const samples = `${counted(sampleNew, 'answer')} against ${sampleOld}`;
  if (!Number.isFinite(ratio)) return `unknown: ${samples} are too few`;
  return `${times(ratio)} (${times(low)} to ${times(high)}; ${samples}; slower than ${times(minimumDetectableRatio)} would have been seen)`;
}
