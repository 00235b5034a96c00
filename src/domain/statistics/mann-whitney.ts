import { normalCumulative } from './normal.ts';

/** `u` counts pairs where the second sample's value is larger (ties count half); `pValue` is two-sided. */
export interface MannWhitney {
  u: number;
  /** Of `u` when both samples are alike, corrected for ties; 0 when they tell nothing. */
  variance: number;
  z: number;
  pValue: number;
}

/**
 * Mann–Whitney U of two independent samples: normal approximation, corrected for ties and continuity.
 * An empty sample, or one single value throughout, tells nothing: z 0, p 1.
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitney {
  const pooled = [
    ...first.map((value) => ({ value, isSecond: false })),
    ...second.map((value) => ({ value, isSecond: true })),
  ].sort((a, b) => a.value - b.value);
  const { rankSum, tieTerm } = rankSecond(pooled);
  const [m, n, total] = [first.length, second.length, pooled.length];
  const u = rankSum - (n * (n + 1)) / 2;
  if (m === 0 || n === 0) return { u, variance: 0, z: 0, pValue: 1 };
  const variance = ((m * n) / 12) * (total + 1 - tieTerm / (total * (total - 1)));
  if (!(variance > 0)) return { u, variance: 0, z: 0, pValue: 1 };
  const distance = u - (m * n) / 2;
  const z = (Math.sign(distance) * Math.max(0, Math.abs(distance) - 0.5)) / Math.sqrt(variance);
  return { u, variance, z, pValue: Math.min(1, 2 * normalCumulative(-Math.abs(z))) };
}

function rankSecond(pooled: readonly { value: number; isSecond: boolean }[]): { rankSum: number; tieTerm: number } {
  let rankSum = 0;
  let tieTerm = 0;
  for (let start = 0; start < pooled.length;) {
    let end = start;
    let seconds = 0;
    while (end < pooled.length && pooled[end]?.value === pooled[start]?.value) {
      if (pooled[end]?.isSecond) seconds++;
      end++;
    }
    const ties = end - start;
    rankSum += seconds * ((start + 1 + end) / 2);
    tieTerm += ties ** 3 - ties;
    start = end;
  }
  return { rankSum, tieTerm };
}
