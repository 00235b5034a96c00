/** P(Z ≤ z) of the standard normal distribution, to about nine digits or better even in the tails (Hart's rational form). */
export function normalCumulative(z: number): number {
  const size = Math.abs(z);
  const tail = size > 37 ? 0 : Math.exp((-size * size) / 2) * tailFactor(size);
  return z > 0 ? 1 - tail : tail;
}

const NUMERATOR = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
  220.206867912376,
];
const DENOMINATOR = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];

function tailFactor(size: number): number {
  if (size < 7.07106781186547) return polynomial(NUMERATOR, size) / polynomial(DENOMINATOR, size);
  let fraction = size;
  for (let term = 12; term >= 1; term--) fraction = size + term / fraction;
  return 1 / (fraction * Math.sqrt(2 * Math.PI));
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

/** The z with P(Z ≤ z) = probability; −Infinity at 0, Infinity at 1. Throws RangeError outside 0..1. */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`probability ${probability} is not within 0..1`);
  if (probability === 0) return -Infinity;
  if (probability === 1) return Infinity;
  // From the small side, where the cumulative keeps its relative precision.
  if (probability > 0.5) return -normalQuantile(1 - probability);
  let low = -38;
  let high = 0;
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (normalCumulative(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
