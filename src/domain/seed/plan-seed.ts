// How many rows each table gets, and in which order: what is referred to first.
import { fail } from '../failure.ts';
import type { ForeignKey } from '../refresh/subset.ts';
import { surroundingsOf } from '../refresh/surroundings.ts';
import { instantColumn, isPredictable, valueCountOf } from './column-facts.ts';
import { columnOf, type SeedTable, type Unique } from './seed-schema.ts';

export interface SeedWish {
  /** Of a table that stands for itself; others follow from it. */
  readonly rows: number;
  /** By name of a table; `keep`: its rows stay and are referred to. */
  readonly tables: Readonly<Record<string, number | 'keep'>>;
}

/** `lookup`: a few rows that others point at. `own`: stands for itself. `child`: hangs on others. `kept`: its rows stay. `asked`: somebody has said. */
export type SeedStanding = 'lookup' | 'own' | 'child' | 'one-to-one' | 'pairs' | 'asked' | 'kept';

export interface PlannedSeed {
  readonly table: SeedTable;
  readonly count: number;
  readonly standing: SeedStanding;
  /** What has no room for more; null when it gets what it should. */
  readonly limitedBy: string | null;
}

const LOOKUP_ROWS = 12;
const CHILDREN = 3;
/** A table that hangs on others gets at most so many times the rows of one that stands for itself. */
const MOST_TIMES = 10;

/** Parents first. Throws GR5173 for a name that no table has, and where tables need each other's rows first. */
export function planSeed(tables: readonly SeedTable[], wish: SeedWish): readonly PlannedSeed[] {
  const unknown = Object.keys(wish.tables).filter((name) => !tables.some((table) => table.name === name));
  if (unknown.length > 0)
    fail({
      code: 'GR5173',
      message: `There is no table ${unknown.join(', ')} to be filled.`,
      where: 'seed.yaml (tables)',
      do: `Write it with its schema, such as ${tables[0]?.name ?? 'public.users'}.`,
    });
  const referred = new Set(
    tables.flatMap(({ name, references }) => references.flatMap(({ parent }) => (parent === name ? [] : [parent]))),
  );
  const counts = new Map<string, PlannedSeed>();
  for (const table of inOrder(tables, wish)) counts.set(table.name, planOne(table, wish, counts, referred));
  return [...counts.values()];
}

function planOne(
  table: SeedTable,
  { rows, tables }: SeedWish,
  before: ReadonlyMap<string, PlannedSeed>,
  referred: ReadonlySet<string>,
): PlannedSeed {
  const asked = tables[table.name];
  if (asked === 'keep') return { table, count: table.rowCount, standing: 'kept', limitedBy: null };
  const countOf = (name: string): number => before.get(name)?.count ?? rows;
  const parents = table.references.filter(({ parent }) => parent !== table.name && before.has(parent));
  const [standing, natural] =
    asked === undefined ? naturalCount(table, parents, { rows, before, referred }) : (['asked', asked] as const);
  const limits = [
    ...table.uniques.map((unique) => ({ by: unique.name, most: roomOf(table, unique, countOf) })),
    ...table.references
      .filter(
        ({ parent, columns }) =>
          parent !== table.name && !columns.some(({ isNullable }) => isNullable) && countOf(parent) === 0,
      )
      .map(({ name }) => ({ by: name, most: 0 })),
  ];
  const tightest = limits.toSorted((a, b) => a.most - b.most)[0];
  return tightest && tightest.most < natural
    ? { table, count: tightest.most, standing, limitedBy: tightest.by }
    : { table, count: natural, standing, limitedBy: null };
}

interface Around {
  readonly rows: number;
  readonly before: ReadonlyMap<string, PlannedSeed>;
  readonly referred: ReadonlySet<string>;
}

function naturalCount(
  table: SeedTable,
  parents: readonly ForeignKey[],
  { rows, before, referred }: Around,
): readonly [SeedStanding, number] {
  const countOf = ({ parent }: ForeignKey): number => before.get(parent)!.count;
  if (parents.length === 0)
    return referred.has(table.name) && isLookup(table) ? ['lookup', Math.min(LOOKUP_ROWS, rows)] : ['own', rows];
  const single = parents.find(({ columns }) =>
    table.uniques.some(
      (unique) =>
        unique.columns.length === columns.length && columns.every(({ child }) => unique.columns.includes(child)),
    ),
  );
  if (single) return ['one-to-one', Math.ceil(countOf(single) * 0.7)];
  const many = parents.filter(({ parent }) => !['lookup'].includes(before.get(parent)!.standing));
  const most = Math.max(0, ...many.map(countOf));
  const keyed = (child: string): boolean => parents.some(({ columns }) => columns.some((each) => each.child === child));
  const isPairs = parents.length > 1 && table.uniques.some(({ columns }) => columns.length > 1 && columns.every(keyed));
  if (isPairs) return ['pairs', Math.min(2 * Math.max(...parents.map(countOf)), MOST_TIMES * rows)];
  return ['child', many.length === 0 ? rows : Math.min(CHILDREN * most, MOST_TIMES * rows)];
}

/** Codes and words that others choose from: nothing is measured there, and nobody is met. */
function isLookup(table: SeedTable): boolean {
  const around = surroundingsOf(
    table.name,
    table.columns.map(({ name }) => name),
  );
  const measures = table.columns.filter(
    ({ type, sequence, name }) =>
      sequence === null &&
      type.kind === 'base' &&
      (['numeric', 'float4', 'float8', 'json', 'jsonb', 'inet'].includes(type.name) ||
        (instantColumn(type) && !/creat|updat/i.test(name))),
  );
  return (
    table.columns.length <= 6 && measures.length === 0 && !around.isOfPeople && !around.isOfFirms && !around.isWritten
  );
}

/** How many different rows a unique constraint lets in: what its columns can say, multiplied. */
function roomOf(table: SeedTable, { columns }: Unique, countOf: (name: string) => number): number {
  const left = new Set(columns);
  let room = 1;
  for (const reference of table.references) {
    if (reference.parent === table.name || !reference.columns.every(({ child }) => left.has(child))) continue;
    for (const { child } of reference.columns) left.delete(child);
    room *= Math.max(0, countOf(reference.parent));
  }
  for (const name of left) {
    const column = columnOf(table, name);
    room *= column ? valueCountOf(column.type) : Number.POSITIVE_INFINITY;
  }
  // Pairs are found by trying: the last of many would be looked for too long.
  return room > 30 && columns.length > 1 ? Math.floor(room * 0.8) : room;
}

function inOrder(tables: readonly SeedTable[], { tables: wished }: SeedWish): readonly SeedTable[] {
  const done = new Set<string>();
  const ordered: SeedTable[] = [];
  const isWaiting = (reference: ForeignKey, self: string): boolean =>
    reference.parent !== self && !done.has(reference.parent) && tables.some(({ name }) => name === reference.parent);
  const open = new Set(tables.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
  while (open.size > 0) {
    const all = [...open];
    const waits = (table: SeedTable): readonly ForeignKey[] =>
      table.references.filter((reference) => isWaiting(reference, table.name));
    const next =
      all.find(({ name }) => wished[name] === 'keep') ??
      all.find((table) => waits(table).length === 0) ??
      // In a circle: whose parents' keys can be told before their rows are made, or may be empty.
      all.find((table) => waits(table).every((reference) => isForeseen(tables, reference))) ??
      all.find((table) => waits(table).every((reference) => isForeseen(tables, reference) || isEmptiable(reference)));
    if (!next)
      return fail({
        code: 'GR5173',
        message: `These tables need each other's rows first: ${all.map(({ name }) => name).join(', ')}.`,
        where: all[0]!.name,
        do: 'Let one of their references be empty, or fill one of them by a script of your own and name it under "keep" in seed.yaml.',
      });
    done.add(next.name);
    ordered.push(next);
    open.delete(next);
  }
  return ordered;
}

const isForeseen = (tables: readonly SeedTable[], { parent, columns }: ForeignKey): boolean => {
  const table = tables.find(({ name }) => name === parent)!;
  return columns.every((each) => isPredictable(table, each.parent));
};

export const isEmptiable = ({ columns, isFull }: ForeignKey): boolean =>
  isFull ? columns.every(({ isNullable }) => isNullable) : columns.some(({ isNullable }) => isNullable);
