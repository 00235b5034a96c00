import { z } from 'zod';
import type { Bounds } from '../../kinds/bounds.ts';
import { sizeBytes } from '../../kinds/fields.ts';
import { matcher, pattern } from '../../kinds/pattern.ts';
import type { Aggregation } from './aggregate.ts';

const aggregation = z.custom<Aggregation>(
  (value) => typeof value === 'string' && /^(max|min|sum|average|count|p\d{1,2}(\.\d+)?)$/.test(value),
  { error: 'must be max, min, sum, average, count, or a quantile of a histogram such as p99' },
);
/** A number, or a size such as 150MiB for a series in bytes. */
const amount = z.union([z.number(), sizeBytes()]);
export const seriesSchema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z_:][\w:]*$/),
  labels: z.record(z.string(), z.union([z.string(), z.strictObject({ matches: pattern() })])).default({}),
  take: aggregation.default('max'),
  'at-least': amount.optional(),
  'at-most': amount.optional(),
});
export type Series = z.infer<typeof seriesSchema>;

/** `sum(http_requests_total{code="500"})`. */
export function title({ name, labels, take }: Series): string {
  const parts = Object.entries(labels).map(
    ([label, value]) => `${label}${typeof value === 'string' ? `="${value}"` : `=~"${value.matches}"`}`,
  );
  return `${take}(${name}${parts.length > 0 ? `{${parts.join(',')}}` : ''})`;
}

export function selector({ labels }: Series): (labels: Readonly<Record<string, string>>) => boolean {
  const tests = Object.entries(labels).map(([label, wanted]) => {
    const matches = typeof wanted === 'string' ? (value: string) => value === wanted : matcher(wanted.matches);
    return (seen: Readonly<Record<string, string>>): boolean =>
      matches(Object.hasOwn(seen, label) ? (seen[label] ?? '') : '');
  });
  return (seen) => tests.every((matches) => matches(seen));
}

/** Null: being there is enough. */
export function boundOf(series: Series): Bounds | null {
  const { 'at-least': low, 'at-most': high } = series;
  if (low === undefined && high === undefined) return null;
  return { ...(low === undefined ? {} : { 'at-least': low }), ...(high === undefined ? {} : { 'at-most': high }) };
}
