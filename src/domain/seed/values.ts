// One value for each row, by type and name of its column.
import type { Surroundings } from '../refresh/surroundings.ts';
import { below, draw, pick, unit } from './chance.ts';
import { asDay, asInstant, DAY_MS, instantAt, isBirthday, rankOf } from './instants.ts';
import { jsonMakerOf } from './json-values.ts';
import { limitsOf, numberMakerOf, written, writtenApart } from './number-values.ts';
import type { ValueType } from './seed-schema.ts';
import { fitted, textMakerOf } from './text-values.ts';
import { numeral, sentence } from './vocabulary.ts';

export interface Place {
  readonly name: string;
  readonly key: number;
  readonly around: Surroundings;
  /** No two rows may have the same. */
  readonly isUnique: boolean;
  readonly untilAt: number;
}

/** `attempt`: how often PostgreSQL has refused the row. `bornAt`: instant at which the row was made. */
export type Maker = (row: number, attempt: number, bornAt: number) => string;

const UNIQUE_DATES_FROM = Date.UTC(2000, 0, 1);

/** Null: nobody knows what belongs into this type. */
export function makerOf(type: ValueType, place: Place): Maker | null {
  switch (type.kind) {
    case 'enum':
      return place.isUnique
        ? (row) => type.labels[row % type.labels.length]!
        : (row, attempt) => type.labels[Math.floor(type.labels.length * unit(place.key, row, attempt) ** 1.5)]!;
    case 'array':
      return arrayMaker(type.of, place);
    case 'range':
      return rangeMaker(type.of, type.isMulti, place);
    case 'composite':
      return compositeMaker(type.fields, place);
    default:
      return baseMaker(type.name, type.typmod, place);
  }
}

const texts = ['text', 'varchar', 'bpchar', 'citext', 'name'];
const numbers = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'money', 'oid'];
const instants = ['date', 'timestamp', 'timestamptz'];

function baseMaker(type: string, typmod: number, place: Place): Maker | null {
  const { name, isUnique, around } = place;
  const keyOf = (attempt: number): number => (place.key + attempt * 0x1000193) >>> 0;
  if (texts.includes(type)) {
    const make = textMakerOf(name, around);
    const most = typmod > 4 ? typmod - 4 : type === 'name' ? 63 : null;
    return isUnique
      ? (row) => fitted(make(place.key, row, row), most, row)
      : (row, attempt) => fitted(make(keyOf(attempt), row, null), most, null);
  }
  if (numbers.includes(type)) {
    const limits = limitsOf(type, typmod);
    const make = numberMakerOf(name);
    return isUnique ? (row) => writtenApart(row, limits) : (row, attempt) => written(make(keyOf(attempt), row), limits);
  }
  if (instants.includes(type)) return instantMaker(type, place);
  if (type === 'json' || type === 'jsonb') {
    const make = jsonMakerOf(name);
    return (row, attempt) => make(keyOf(attempt), row, isUnique ? row : null);
  }
  const make = others[type];
  if (make) return (row, attempt) => make(isUnique ? place.key : keyOf(attempt), row, isUnique, typmod);
  return null;
}

function instantMaker(type: string, { name, key, isUnique, untilAt }: Place): Maker {
  const write = type === 'date' ? asDay : asInstant;
  if (isUnique) return (row) => write(UNIQUE_DATES_FROM + row * (type === 'date' ? DAY_MS : 1000));
  if (isBirthday(name)) return (row, attempt) => write(untilAt - (18 + 62 * unit(key, row, attempt)) * 365 * DAY_MS);
  const rank = rankOf(name) ?? 1;
  return (row, attempt, bornAt) => write(instantAt(bornAt, untilAt, rank, unit(key, row, attempt)));
}

/** `{"a","b"}`: every element in quotes, which every type takes. */
const quotedPart = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
const MOST_ELEMENTS = 4;

function arrayMaker(of: ValueType, place: Place): Maker | null {
  const make = makerOf(of, place);
  // An array of JSON or of composites quotes what is quoted already; an array of arrays is one.
  if (!make) return null;
  return (row, attempt, bornAt) => {
    const count = place.isUnique ? 1 : below(MOST_ELEMENTS, place.key, row, attempt + 50);
    const elements = Array.from({ length: count }, (_, i) => quotedPart(make(row + i, attempt, bornAt)));
    return `{${elements.join(',')}}`;
  };
}

function compositeMaker(fields: readonly ValueType[], place: Place): Maker | null {
  const makers = fields.map((field, i) => makerOf(field, { ...place, key: (place.key + i) >>> 0 }));
  if (makers.includes(null)) return null;
  return (row, attempt, bornAt) => `(${makers.map((make) => quotedPart(make!(row, attempt, bornAt))).join(',')})`;
}

/** Ranges of different rows do not touch: constraints of exclusion ask for it, and a list of prices over time has it. */
function rangeMaker(of: ValueType, isMulti: boolean, { untilAt }: Place): Maker | null {
  if (of.kind !== 'base') return null;
  const around = (write: (step: number) => string): Maker => {
    return (row) => {
      const range = `[${write(2 * row)},${write(2 * row + 1)})`;
      return isMulti ? `{${range}}` : range;
    };
  };
  if (numbers.includes(of.name)) return around((step) => String(step * 5));
  if (of.name === 'date') return around((step) => asDay(UNIQUE_DATES_FROM + step * DAY_MS));
  // Backwards from the end, an hour and an hour between.
  if (instants.includes(of.name)) return around((step) => asInstant(untilAt - 2 ** 37 * 20 + step * 3_600_000));
  return null;
}

type OtherMaker = (key: number, row: number, isUnique: boolean, typmod: number) => string;

const hexOf = (key: number, row: number, count: number): string => {
  let text = '';
  for (let i = 0; text.length < count; i++) text += draw(key, row, i).toString(16).padStart(8, '0');
  return text.slice(0, count);
};
const numberFor = (key: number, row: number, isUnique: boolean, most: number): number =>
  isUnique ? row % most : below(most, key, row);
const two = (value: number): string => String(value).padStart(2, '0');
const clock: OtherMaker = (key, row, isUnique) => {
  const second = numberFor(key, row, isUnique, 86_400);
  return `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
};
const bits = (count: number, key: number, row: number, isUnique: boolean): string =>
  (isUnique ? row : draw(key, row)).toString(2).padStart(count, '0').slice(-count);
const point: OtherMaker = (key, row) => `(${below(1000, key, row)},${below(1000, key, row, 1)})`;
const address: OtherMaker = (key, row, isUnique) => {
  const host = numberFor(key, row, isUnique, 2 ** 24);
  return isUnique ? `10.${host >>> 16}.${(host >>> 8) & 255}.${host & 255}` : `203.0.113.${1 + (host % 254)}`;
};

const others: Readonly<Record<string, OtherMaker>> = {
  bool: (key, row, isUnique) => ((isUnique ? row % 2 === 0 : unit(key, row) < 0.6) ? 't' : 'f'),
  uuid: (key, row) => {
    const hex = hexOf(key, row, 32);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  },
  bytea: (key, row) => `\\x${hexOf(key, row, 32)}`,
  time: clock,
  timetz: (...all) => `${clock(...all)}+00`,
  interval: (key, row, isUnique) => `${numberFor(key, row, isUnique, 2 ** 20) + 1} minutes`,
  inet: address,
  cidr: (...all) => `${address(...all)}/32`,
  macaddr: (key, row, isUnique) => {
    const hex = numberFor(key, row, isUnique, 2 ** 24)
      .toString(16)
      .padStart(6, '0');
    return `00:00:5e:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`;
  },
  macaddr8: (key, row, isUnique) => {
    const hex = numberFor(key, row, isUnique, 2 ** 24)
      .toString(16)
      .padStart(6, '0');
    return `00:00:5e:ff:fe:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`;
  },
  bit: (key, row, isUnique, typmod) => bits(Math.max(1, typmod), key, row, isUnique),
  varbit: (key, row, isUnique, typmod) => bits(typmod > 0 ? typmod : 32, key, row, isUnique),
  point,
  box: (...all) => `${point(...all)},(0,0)`,
  lseg: (...all) => `[${point(...all)},(0,0)]`,
  path: (...all) => `[${point(...all)},(0,0)]`,
  polygon: (...all) => `((0,0),(0,9),${point(...all)})`,
  circle: (...all) => `<${point(...all)},5>`,
  line: (key, row) => `{1,${1 + below(9, key, row)},${below(9, key, row, 1)}}`,
  tsvector: (key, row) => sentence(3, 8, key, row).toLowerCase(),
  tsquery: (key, row) => sentence(1, 1, key, row).toLowerCase(),
  xml: (key, row, isUnique) =>
    `<item id="${isUnique ? row : below(1000, key, row)}">${sentence(2, 5, key, row)}</item>`,
  hstore: (key, row, isUnique) => `"id"=>"${isUnique ? row : below(1000, key, row)}"`,
  ltree: (key, row, isUnique) =>
    `top.${pick(['a', 'b', 'c'], key, row)}.n${numeral(isUnique ? row : below(1000, key, row, 1))}`,
  pg_lsn: (key, row, isUnique) =>
    `0/${numberFor(key, row, isUnique, 2 ** 31)
      .toString(16)
      .toUpperCase()}`,
  char: (key, row) => pick(['a', 'b', 'c'], key, row),
};
