import type { Sample } from './exposition.ts';

export type Aggregation = 'max' | 'min' | 'sum' | 'average' | 'count' | `p${number}`;

/** `above`: the quantile lies in a histogram's last bucket, which has no upper end. */
export type Measured =
  | { readonly status: 'found'; readonly value: number; readonly series: number }
  | { readonly status: 'above'; readonly value: number; readonly series: number }
  | { readonly status: 'missing' }
  | { readonly status: 'no-value'; readonly reason: string };

type Matches = (labels: Readonly<Record<string, string>>) => boolean;

interface Wanted {
  readonly name: string;
  readonly matches: Matches;
  readonly take: Aggregation;
  /** Samples that say they are older, Unix milliseconds, are no measurement of now. */
  readonly notBefore: number;
}

export function aggregate(samples: readonly Sample[], { name, matches, take, notBefore }: Wanted): Measured {
  const old = samples.find(
    (sample) =>
      (sample.name === name || sample.name === `${name}_bucket`) &&
      (sample.at ?? notBefore) < notBefore &&
      matches(sample.labels),
  );
  if (old) return { status: 'no-value', reason: `of ${new Date(old.at!).toISOString()}, too old` };
  if (take.startsWith('p')) return quantile(samples, name, matches, Number(take.slice(1)) / 100);
  const values = samples
    .filter((sample) => sample.name === name && matches(sample.labels))
    .map((sample) => sample.value);
  if (values.length === 0) return { status: 'missing' };
  const value = reduce(values, take);
  if (!Number.isFinite(value)) return { status: 'no-value', reason: 'not a number' };
  return { status: 'found', value, series: values.length };
}

function reduce(values: readonly number[], take: Aggregation): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (take) {
    case 'max':
      return values.reduce((a, b) => Math.max(a, b), -Infinity);
    case 'min':
      return values.reduce((a, b) => Math.min(a, b), Infinity);
    case 'sum':
      return sum;
    case 'average':
      return sum / values.length;
    case 'count':
      return values.length;
    default:
      return Number.NaN;
  }
}

/** As Prometheus' histogram_quantile: the buckets of all series are added, within a bucket observations lie evenly. */
function quantile(samples: readonly Sample[], name: string, matches: Matches, q: number): Measured {
  const counts = new Map<number, number>();
  let series = 0;
  for (const sample of samples) {
    const { le, ...labels } = sample.labels;
    if (sample.name !== `${name}_bucket` || le === undefined || !matches(labels)) continue;
    const bound = le === '+Inf' ? Infinity : Number(le);
    if (bound === Infinity) series += 1;
    counts.set(bound, (counts.get(bound) ?? 0) + sample.value);
  }
  const buckets = [...counts].toSorted(([a], [b]) => a - b);
  const last = buckets.at(-1);
  if (!last) return { status: 'missing' };
  if (last[0] !== Infinity) return { status: 'no-value', reason: 'a histogram without its +Inf bucket' };
  if (!(last[1] > 0)) return { status: 'no-value', reason: 'a histogram without observations' };
  const rank = q * last[1];
  const index = buckets.findIndex(([, count]) => count >= rank);
  const [upper, count] = buckets[index]!;
  const [lower, before] = buckets[index - 1] ?? [Math.min(0, upper), 0];
  if (upper === Infinity) return { status: 'above', value: lower, series };
  const within = count > before ? (rank - before) / (count - before) : 1;
  // Rounded, so that 0.1 + 0.2 is not above a bound of 0.3.
  return { status: 'found', value: Number((lower + (upper - lower) * within).toPrecision(12)), series };
}
