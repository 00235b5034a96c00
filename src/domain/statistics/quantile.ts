import { binomialCumulative } from './beta.ts';

/** What one number a latency sample is reduced to. */
export type LatencyStatistic = 'p50' | 'p95' | 'p99' | 'mean';

/** The quantile (0..1) of values sorted ascending, linear between neighbours (R type 7). NaN when empty. */
export function quantileOfSorted(sorted: ArrayLike<number>, quantile: number): number {
  const position = (sorted.length - 1) * quantile;
  const below = Math.floor(position);
  const value = sorted[below];
  if (value === undefined) return Number.NaN;
  const next = sorted[below + 1] ?? value;
  return value + (next - value) * (position - below);
}

function quantileOf(statistic: Exclude<LatencyStatistic, 'mean'>): number {
  return Number(statistic.slice(1)) / 100;
}

/** The statistic of a sample in any order; NaN when empty. */
export function latencyStatistic(sample: readonly number[], statistic: LatencyStatistic): number {
  if (statistic === 'mean') return sample.reduce((sum, value) => sum + value, 0) / sample.length;
  return quantileOfSorted(Float64Array.from(sample).sort(), quantileOf(statistic));
}

/**
 * Distribution-free interval of a quantile of independent values: two order statistics with at least the confidence
 * asked. A side the sample is too small for is −Infinity or Infinity.
 */
export function quantileInterval(
  sorted: ArrayLike<number>,
  quantile: number,
  confidence: number,
): { low: number; high: number } {
  const miss = (1 - confidence) / 2;
  const size = sorted.length;
  const lower = largestRank(size, (rank) => binomialCumulative(rank - 1, size, quantile) <= miss);
  const upper = largestRank(size, (rank) => binomialCumulative(rank - 1, size, 1 - quantile) <= miss);
  return { low: sorted[lower - 1] ?? -Infinity, high: sorted[size - upper] ?? Infinity };
}

/** The largest rank 1..size for which a condition holds that is true up to some rank and false after; else 0. */
function largestRank(size: number, holds: (rank: number) => boolean): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
