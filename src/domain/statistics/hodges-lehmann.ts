import { normalQuantile } from './normal.ts';

/** How far the second sample lies above the first, with an interval that assumes no distribution. */
export interface Shift {
  estimate: number;
  /** −Infinity when the samples are too small for the confidence asked. */
  low: number;
  high: number;
}

/**
 * Hodges–Lehmann: the median of all pairwise differences second − first, and the interval got by inverting
 * Mann–Whitney. Exact selection without writing the m·n differences down: 20,000 against 20,000 takes well under 1 s.
 * Throws RangeError on an empty sample.
 */
export function hodgesLehmann(first: readonly number[], second: readonly number[], confidence: number): Shift {
  const [m, n] = [first.length, second.length];
  if (m === 0 || n === 0) throw new RangeError('Hodges–Lehmann needs two samples that are not empty');
  const a = Float64Array.from(first).sort();
  const b = Float64Array.from(second).sort();
  const pairs = m * n;
  const middle = (select(a, b, Math.ceil(pairs / 2)) + select(a, b, Math.floor(pairs / 2) + 1)) / 2;
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const cut = Math.floor(pairs / 2 - z * Math.sqrt((pairs * (m + n + 1)) / 12));
  if (cut < 1) return { estimate: middle, low: -Infinity, high: Infinity };
  return { estimate: middle, low: select(a, b, cut), high: select(a, b, pairs + 1 - cut) };
}

/** The same for positive values as a ratio second / first, by working on logarithms. */
export function hodgesLehmannRatio(first: readonly number[], second: readonly number[], confidence: number): Shift {
  const shift = hodgesLehmann(first.map(Math.log), second.map(Math.log), confidence);
  return { estimate: Math.exp(shift.estimate), low: Math.exp(shift.low), high: Math.exp(shift.high) };
}

/** The rank-th smallest (from 1) of all b − a, both sorted: halve the value range, then snap to a real difference. */
function select(a: Float64Array, b: Float64Array, rank: number): number {
  let low = b[0]! - a.at(-1)!;
  let high = b.at(-1)! - a[0]!;
  if (countAtMost(a, b, low).count >= rank) return low;
  for (let step = 0; step < 200; step++) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    const { count, largest } = countAtMost(a, b, middle);
    if (count < rank) low = middle;
    else high = largest;
  }
  return high;
}

/** How many differences are ≤ limit, and the largest of those. One walk over both arrays. */
function countAtMost(a: Float64Array, b: Float64Array, limit: number): { count: number; largest: number } {
  let count = 0;
  let largest = -Infinity;
  let reach = 0;
  for (let i = 0; i < a.length; i++) {
    // Never add a to the limit: rounding would disagree with the difference itself.
    while (reach < b.length && b[reach]! - a[i]! <= limit) reach++;
    count += reach;
    if (reach > 0) largest = Math.max(largest, b[reach - 1]! - a[i]!);
  }
  return { count, largest };
}
