import { normalCumulative, normalQuantile } from './normal.ts';

/** What lies further below the middle than this many standard deviations (1e-15) is left out. */
const reach = 8;
/** Points of the grid for each standard deviation of the smaller of the steps before and after a look. */
const pointsPerDeviation = 5;
/** Of the usual learning of a look so far. */
const leastLearned = 0.2;

/** Density of the running sum at a look, of the runs that have not alarmed yet, on an even grid from `low`. */
interface Density {
  readonly low: number;
  readonly step: number;
  readonly values: Float64Array;
}

/**
 * The z that each look must exceed, so that the share of good runs alarming at look k for the first time is exactly
 * `increments[k]`. `information` (any unit, rising) says how much is known at each look; the sum of what was seen so far is a
 * random walk in it, so looks are as correlated as they really are (Armitage, McPherson and Rowe 1969). Infinity where nothing
 * may be spent.
 */
export function crossingThresholds(information: readonly number[], increments: readonly number[]): number[] {
  const known = spread(information);
  const times = known.map((each) => each / known.at(-1)!);
  const deviations = times.map((time, index) => Math.sqrt(time - (times[index - 1] ?? 0)));
  const thresholds: number[] = [];
  let before: Density | null = null;
  for (const [look, time] of times.entries()) {
    const deviation = deviations[look]!;
    const bound = boundOf(before, deviation, increments[look]!);
    thresholds.push(bound / Math.sqrt(time));
    // Fine enough for what made this density and for what is made of it.
    const step = Math.min(deviation, deviations[look + 1] ?? deviation) / pointsPerDeviation;
    if (look < times.length - 1) before = advance(before, deviation, { time, bound, step });
  }
  return thresholds;
}

/**
 * A look that learned next to nothing is taken as if it had learned a little: looks then count as less alike than they are, which
 * makes thresholds higher and never lower, and the grid stays one that can be computed.
 */
function spread(information: readonly number[]): readonly number[] {
  let sum = 0;
  return information.map((each, look) => {
    const least = (leastLearned * each) / (look + 1);
    return (sum += Math.max(each - (information[look - 1] ?? 0), least));
  });
}

/** The height of the sum above which a share of exactly `increment` of all runs lies. */
function boundOf(before: Density | null, deviation: number, increment: number): number {
  if (!(increment > 0)) return Infinity;
  if (before === null) return -deviation * normalQuantile(increment);
  let low = before.low;
  let high = before.low + before.step * (before.values.length - 1) + reach * deviation;
  if (crossing(before, deviation, high) > increment) return high;
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (low + high) / 2;
    if (crossing(before, deviation, middle) > increment) low = middle;
    else high = middle;
  }
  return high;
}

function crossing({ low, step, values }: Density, deviation: number, bound: number): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) {
    const far = (bound - low - at * step) / deviation;
    if (far < reach) sum += simpson(at, values.length) * values[at]! * normalCumulative(-far);
  }
  return (sum * step) / 3;
}

/** Of those that stayed below `bound` at this look. */
function advance(
  before: Density | null,
  deviation: number,
  to: { readonly time: number; readonly bound: number; readonly step: number },
): Density {
  const low = -reach * Math.sqrt(to.time);
  const high = Math.min(to.bound, reach * Math.sqrt(to.time));
  const intervals = 2 * Math.ceil((high - low) / to.step / 2);
  const step = (high - low) / intervals;
  const density = (distance: number) =>
    Math.exp(-(distance * distance) / (2 * deviation * deviation)) / (deviation * Math.sqrt(2 * Math.PI));
  const values = new Float64Array(intervals + 1).map((_, index) => {
    const place = low + index * step;
    return before === null ? density(place) : convolved(before, place, { deviation, density });
  });
  return { low, step, values };
}

function convolved(
  { low, step, values }: Density,
  place: number,
  { deviation, density }: { readonly deviation: number; readonly density: (distance: number) => number },
): number {
  const first = Math.max(0, Math.floor((place - reach * deviation - low) / step));
  const last = Math.min(values.length - 1, Math.ceil((place + reach * deviation - low) / step));
  let sum = 0;
  for (let at = first; at <= last; at += 1)
    sum += simpson(at, values.length) * values[at]! * density(place - low - at * step);
  return (sum * step) / 3;
}

/** Weights of Simpson's rule, 1 4 2 4 … 4 1, in thirds of a step. */
const simpson = (at: number, length: number): number => (at === 0 || at === length - 1 ? 1 : at % 2 === 1 ? 4 : 2);
