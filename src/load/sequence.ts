const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Which of the weighted requests is the index-th. A golden-ratio (Weyl) sequence: every stretch, short or long, holds
 * each request nearly in proportion to its weight, so that two stretches compare like with like; the seed moves its start.
 */
export function requestSequence(weights: readonly number[], seed: number): (index: number) => number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const start = (Math.abs(seed) * Math.SQRT2) % 1;
  return (index) => {
    let left = ((start + index * GOLDEN) % 1) * total;
    for (let choice = 0; choice < weights.length - 1; choice++) {
      left -= weights[choice]!;
      if (left < 0) return choice;
    }
    return weights.length - 1;
  };
}
