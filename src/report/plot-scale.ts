/** One axis of a plot: a value's place between 0 and `length`, and where the readable marks are. */
export interface Axis {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
  readonly scale: 'linear' | 'logarithmic' | 'percentile';
}

/** Round numbers (1, 2, 5 × 10ⁿ) that cover `from … to` in about `wanted` steps. */
export function niceTicks(from: number, to: number, wanted: number): readonly number[] {
  const raw = (to - from) / Math.max(1, wanted);
  if (!(raw > 0) || !Number.isFinite(raw)) return [from];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((each) => each * power >= raw * 0.999) ?? 10) * power;
  const first = Math.floor(from / step + 1e-9);
  const last = Math.ceil(to / step - 1e-9);
  return Array.from({ length: Math.min(last - first + 1, 50) }, (_, index) =>
    Number(((first + index) * step).toPrecision(14)),
  );
}

export function linearAxis(values: readonly number[], length: number, wanted: number, fromZero: boolean): Axis {
  const { least, most } = apart(bounds(values));
  const ticks = niceTicks(fromZero ? Math.min(0, least) : least, most, wanted);
  const from = fromZero ? (ticks[0] ?? 0) : least;
  const to = fromZero ? (ticks.at(-1) ?? 1) : most;
  const shown = ticks.filter((tick) => tick >= from - 1e-9 && tick <= to + 1e-9);
  return { place: (value) => (length * (value - from)) / (to - from), ticks: shown, scale: 'linear' };
}

/** Values too close to tell apart get room of their own. */
function apart({ least, most }: { least: number; most: number }): { least: number; most: number } {
  const size = Math.max(Math.abs(least), Math.abs(most));
  return most - least > size * 1e-9 && most - least > 1e-12
    ? { least, most }
    : { least, most: least + Math.max(1, size) };
}

/** For values over several orders of magnitude, all above zero. */
export function logarithmicAxis(values: readonly number[], length: number): Axis {
  const { least, most } = bounds(values);
  const from = Math.floor(Math.log10(least) + 1e-9);
  const to = Math.max(from + 1, Math.ceil(Math.log10(most) - 1e-9));
  const powers = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  const ticks =
    powers.length > 3 ? powers : powers.flatMap((each) => (each === 10 ** to ? [each] : [each, 2 * each, 5 * each]));
  return { place: (value) => (length * (Math.log10(value) - from)) / (to - from), ticks, scale: 'logarithmic' };
}

const marks = [0, 50, 75, 90, 95, 99, 99.9, 99.99];

/** Stretches the tail: 90, 99 and 99.9 % stand equally far apart. Percentiles above 99.99 have no place on it. */
export function percentileAxis(values: readonly number[], length: number): Axis {
  const most = Math.min(99.99, Math.max(90, bounds(values).most));
  const tail = (percentile: number): number => -Math.log10(1 - Math.min(percentile, 99.99) / 100);
  return {
    place: (value) => (length * tail(value)) / tail(most),
    ticks: marks.filter((mark) => mark <= most + 1e-9),
    scale: 'percentile',
  };
}

export function bounds(values: readonly number[]): { least: number; most: number } {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return least > most ? { least: 0, most: 1 } : { least, most };
}

type Point = readonly [number, number];

/** At most about `most` points: of every bucket the lowest and the highest, so that no spike gets lost. */
export function thinned(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  const size = Math.ceil((points.length * 2) / most);
  const kept: Point[] = [];
  for (let from = 0; from < points.length; from += size) {
    const bucket = points.slice(from, from + size);
    const low = bucket.reduce((a, b) => (b[1] < a[1] ? b : a));
    const high = bucket.reduce((a, b) => (b[1] > a[1] ? b : a));
    kept.push(...(low === high ? [low] : bucket.indexOf(low) < bucket.indexOf(high) ? [low, high] : [high, low]));
  }
  return kept;
}
