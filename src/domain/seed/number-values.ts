// Numbers by what a column is called: sums with a long tail, counts, shares, places.
import { asWords } from '../refresh/surroundings.ts';
import { below, unit } from './chance.ts';

type NumberMaker = (key: number, row: number) => number;

const tail =
  (most: number): NumberMaker =>
  (key, row) =>
    most * unit(key, row) ** 3;
const evenly =
  (from: number, to: number): NumberMaker =>
  (key, row) =>
    from + (to - from) * unit(key, row);

/** The first whose name fits. */
const named: readonly (readonly [RegExp, NumberMaker])[] = [
  [/(?:^|_)(?:quantity|qty|count|copies|pieces|seats|guests|attempts|retries)$/, (key, row) => 1 + tail(9)(key, row)],
  [/(?:^|_)(?:rating|stars|score)$/, (key, row) => 1 + below(5, key, row)],
  [/(?:^|_)(?:percent|percentage|rate|ratio|share|discount|progress|vat|tax)$/, evenly(0, 100)],
  [/(?:^|_)year$/, (key, row) => 1990 + below(36, key, row)],
  [/(?:^|_)age$/, (key, row) => 18 + below(62, key, row)],
  [/(?:^|_)month$/, (key, row) => 1 + below(12, key, row)],
  [/(?:^|_)(?:day|weekday)$/, (key, row) => 1 + below(7, key, row)],
  [/(?:^|_)hour$/, (key, row) => below(24, key, row)],
  [/(?:^|_)(?:lat|latitude)$/, evenly(-60, 70)],
  [/(?:^|_)(?:lng|lon|longitude)$/, evenly(-180, 180)],
  [
    /(?:^|_)(?:price|amount|total|subtotal|cost|fee|balance|salary|income|wage|sum|net|gross|cents|paid)(?:_cents)?$/,
    (key, row) => 1 + tail(900)(key, row),
  ],
  [
    /(?:^|_)(?:position|sort|sort_order|ordinal|rank|sequence|line|line_no|step)$/,
    (key, row) => 1 + below(9, key, row),
  ],
  [/(?:^|_)(?:size|size_bytes|bytes|length|file_size)$/, (key, row) => Math.floor(tail(5_000_000)(key, row))],
  [/(?:^|_)(?:version|revision|lock_version)$/, (key, row) => 1 + Math.floor(tail(5)(key, row))],
];

export function numberMakerOf(name: string): NumberMaker {
  const words = asWords(name);
  return named.find(([shape]) => shape.test(words))?.[1] ?? ((key, row) => tail(1000)(key, row));
}

const MOST: Readonly<Record<string, number>> = { int2: 32_767, int4: 2_147_483_647, oid: 2_147_483_647 };

export interface Limits {
  readonly most: number;
  /** Digits behind the point. */
  readonly scale: number;
}

/** Of a type as PostgreSQL keeps it: the precision of a `numeric` stands in its typmod. */
export function limitsOf(type: string, typmod: number): Limits {
  if (type === 'numeric' && typmod >= 4) {
    const [precision, scale] = [((typmod - 4) >> 16) & 0xffff, (typmod - 4) & 0x7ff];
    return { most: 10 ** Math.max(0, precision - scale) * (1 - 10 ** -Math.min(scale, 15)), scale };
  }
  if (type === 'numeric' || type === 'money') return { most: 1e15, scale: 2 };
  return type.startsWith('float') ? { most: 1e15, scale: 4 } : { most: MOST[type] ?? 2 ** 53 - 1, scale: 0 };
}

/** Whole where the type is; what is too large for it starts again from nothing. */
export function written(value: number, { most, scale }: Limits): string {
  const fitting = value > most ? value % (Math.floor(most) + 1 || most) : value;
  return scale === 0
    ? String(Math.floor(fitting))
    : (Math.floor(fitting * 10 ** Math.min(scale, 6)) / 10 ** Math.min(scale, 6)).toFixed(Math.min(scale, 6));
}

/** Below this, places behind the point are needed to tell rows apart. */
const FEW = 1e6;

/** Another number for each row, as far as the type has so many. */
export const writtenApart = (row: number, limits: Limits): string =>
  limits.scale > 0 && limits.most < FEW ? (row / 10 ** limits.scale).toFixed(limits.scale) : written(row + 1, limits);
