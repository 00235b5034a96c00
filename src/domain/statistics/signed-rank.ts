import type { Shift } from './hodges-lehmann.ts';
import { normalCumulative, normalQuantile } from './normal.ts';

/**
 * The centre of paired differences, by Wilcoxon's signed ranks: the median of all pairwise (Walsh) averages, and the
 * interval got by inverting the test. Outliers have one voice each. Meant for at most a few hundred differences
 * (their square is sorted). `inflation` is the factor by which dependence of neighbours raises the variance, see
 * `varianceInflation`. Throws RangeError on none.
 */
export function signedRankCentre(differences: readonly number[], confidence: number, inflation = 1): Shift {
  const count = differences.length;
  if (count === 0) throw new RangeError('signed ranks need at least one difference');
  const averages = walshAverages(differences);
  const middle = (averages[Math.ceil(averages.length / 2) - 1]! + averages[Math.floor(averages.length / 2)]!) / 2;
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const cut = Math.floor(averages.length / 2 - z * Math.sqrt(inflation * rankVariance(count)));
  if (cut < 1) return { estimate: middle, low: -Infinity, high: Infinity };
  return { estimate: middle, low: averages[cut - 1]!, high: averages[averages.length - cut]! };
}

/** One-sided p: how easily differences centred at most at `centre` would look like this. */
export function signedRankAbove(differences: readonly number[], centre: number, inflation = 1): number {
  const averages = walshAverages(differences);
  const positive = averages.reduce((sum, average) => sum + (average > centre ? 1 : average === centre ? 0.5 : 0), 0);
  const deviation = Math.sqrt(inflation * rankVariance(differences.length));
  return normalCumulative(-(positive - averages.length / 2 - 0.5) / deviation);
}

/**
 * How much more a mean of these values varies than one of independent values: 1 + 2 · the sum of the autocorrelations
 * of their ranks, lag by lag until one is no more than chance. 1 for independent values, never below.
 */
export function varianceInflation(values: readonly number[]): number {
  const ranks = ranksOf(values);
  const centre = (values.length - 1) / 2;
  const total = ranks.reduce((sum, rank) => sum + (rank - centre) ** 2, 0);
  let inflation = 1;
  for (let lag = 1; lag <= values.length / 4; lag++) {
    const together = ranks.reduce((sum, rank, at) => sum + (rank - centre) * ((ranks[at + lag] ?? centre) - centre), 0);
    if (!(together / total > 1 / Math.sqrt(values.length))) break;
    inflation += (2 * together) / total;
  }
  return inflation;
}

function ranksOf(values: readonly number[]): number[] {
  const ranks = values.map(() => 0);
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  for (const [rank, index] of order.entries()) ranks[index] = rank;
  return ranks;
}

function walshAverages(differences: readonly number[]): Float64Array {
  const count = differences.length;
  const averages = new Float64Array((count * (count + 1)) / 2);
  let next = 0;
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) averages[next++] = (differences[i]! + differences[j]!) / 2;
  }
  return averages.sort();
}

function rankVariance(count: number): number {
  return (count * (count + 1) * (2 * count + 1)) / 24;
}
