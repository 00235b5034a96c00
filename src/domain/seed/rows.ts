// Rows of one table, one after the other. What a row refers to was made before, or can be told before it is made.
import { fail, type Failure } from '../failure.ts';
import type { ForeignKey } from '../refresh/subset.ts';
import { keyFor, unit } from './chance.ts';
import { isAlone, isLeftToDefault, isPredictable } from './column-facts.ts';
import { openClaims } from './claims.ts';
import { openColumn, type ColumnMaker } from './columns.ts';
import { SPAN_MS } from './instants.ts';
import { openReference, type Referring } from './references.ts';
import type { PlannedSeed } from './plan-seed.ts';
import type { SeedTable } from './seed-schema.ts';
import type { Maker } from './values.ts';

export type Values = (string | null)[];

export interface OpenRows {
  readonly count: number;
  /** Of each row, in this order. */
  readonly columns: readonly string[];
  /** `attempt`: how often PostgreSQL refused this row. Throws GR5174 where no row can be told from those before. */
  make(row: number, attempt: number): Values;
  /** The row is not kept: its place is free again. */
  release(values: Values): void;
  /** Of a column that somebody refers to. */
  valueOf(column: string, row: number): string | null;
  bornAt(row: number): number;
}

export interface Opening {
  readonly planned: PlannedSeed;
  readonly seed: number;
  readonly untilAt: number;
  /** Tables that are made or will be; a later one gives only what can be told. */
  parents(name: string): OpenRows | null;
  /** Columns of it that somebody refers to. */
  readonly referred: ReadonlySet<string>;
  /** What a check wants, where it is not what the name says; null: nothing is taken, it stays empty. */
  readonly chosen: ReadonlyMap<string, Maker | null>;
  /** The `i`th row that the table gets from this sequence. */
  counted(sequence: string, row: number): number;
}

const MOST_TRIES = 400;
/** Of 41 attempts, the ninth. */
const AT_ANY_TIME = 8 * MOST_TRIES;

export function openRows(opening: Opening): OpenRows {
  const { planned, seed, referred } = opening;
  const { table, count } = planned;
  const key = keyFor(seed, table.name);
  // Only children ask for it.
  const isAsked = referred.size > 0;
  const bornAts = new Float64Array(isAsked ? count : 0);
  const stored = new Map<string, (string | null)[]>();
  const referring = referringOf(table);
  const made = table.columns.filter((column) => !isLeftToDefault(table, column) || opening.chosen.has(column.name));
  const makers = made.map((column) => openColumn(column, opening, referring.has(column.name)));
  const places = made.flatMap((_, i) => (makers[i] === null ? [] : [i]));
  const columns = places.map((i) => made[i]!.name);
  const bare = places.map((i) => makers[i] as ColumnMaker | 'refers');
  const at = new Map(columns.map((name, i) => [name, i]));
  for (const name of referred)
    if (!isForeseen(opening, name))
      stored.set(
        name,
        Array.from({ length: count }, () => null),
      );
  const claims = openClaims(watchedOf(opening), at);
  const self: OpenRows = { count, columns, make, release: claims.release, valueOf, bornAt: (row) => bornAts[row]! };
  const references = table.references
    .toSorted((a, b) => b.columns.length - a.columns.length)
    .map((reference): Referring =>
      openReference(reference, { opening, self, at, key, isSingle: isSingle(table, reference) }),
    );

  function valueOf(name: string, row: number): string | null {
    const kept = stored.get(name);
    if (kept) return kept[row]!;
    const maker = bare[at.get(name) ?? -1];
    return typeof maker === 'function' ? maker(row, 0, bornAts[row]!) : null;
  }

  function make(row: number, attempt: number): Values {
    let crowded: string | null = null;
    for (let tried = 0; tried < MOST_TRIES; tried++) {
      const values = once(row, attempt * MOST_TRIES + tried);
      if (values === null) continue;
      crowded = claims.claim(values);
      if (crowded !== null) continue;
      for (const [name, kept] of stored) kept[row] = values[at.get(name)!] ?? null;
      return values;
    }
    return fail(noRoom(table.name, row, crowded));
  }

  function once(row: number, salt: number): Values | null {
    const values: Values = Array.from({ length: columns.length }, () => null);
    const isSet = new Uint8Array(columns.length);
    let born = 0;
    for (const reference of references) {
      const parentAt = reference.fill(row, salt, values, isSet);
      if (parentAt === false) return null;
      if (parentAt > born) born = parentAt;
    }
    const bornAt = birthOf(opening, key, row, salt, born);
    if (isAsked) bornAts[row] = bornAt;
    for (let i = 0; i < bare.length; i++) {
      const maker = bare[i]!;
      if (typeof maker === 'function') values[i] = maker(row, salt, bornAt);
    }
    return values;
  }

  return self;
}

/** After what it refers to. Rows that stand for themselves come one after the other; one that is refused again and again may come at any time. */
function birthOf({ untilAt, planned }: Opening, key: number, row: number, salt: number, parentAt: number): number {
  const share = unit(key, row, salt + 7);
  if (parentAt > 0) return parentAt + (untilAt - parentAt) * share * 0.9;
  const place = salt < AT_ANY_TIME ? (row + share) / planned.count : share;
  return untilAt - SPAN_MS + place * SPAN_MS * 0.98;
}

const noRoom = (table: string, row: number, constraint: string | null): Failure => ({
  code: 'GR5174',
  message: `Row ${row + 1} of ${table} cannot be made: ${constraint === null ? 'no row of another table fits its references' : `the unique constraint "${constraint}" has no room for more`}.`,
  where: table,
  do: 'Ask for fewer rows of it in seed.yaml (tables).',
});

const referringOf = ({ references }: SeedTable): ReadonlySet<string> =>
  new Set(references.flatMap(({ columns }) => columns.map(({ child }) => child)));

/** Each parent is met once at most, since the reference is unique by itself. */
const isSingle = (table: SeedTable, { columns }: ForeignKey): boolean =>
  columns.length === 1 && isAlone(table, columns[0]!.child);

const isForeseen = ({ planned: { table }, chosen }: Opening, name: string): boolean =>
  isPredictable(table, name) && !chosen.has(name);

/** Unique constraints that do not hold by themselves. */
function watchedOf(opening: Opening): SeedTable['uniques'] {
  const { table } = opening.planned;
  const holds = (name: string): boolean =>
    isForeseen(opening, name) ||
    (isAlone(table, name) &&
      table.references.some((reference) => isSingle(table, reference) && reference.columns[0]!.child === name));
  return table.uniques.filter(({ columns }) => !columns.some(holds));
}
