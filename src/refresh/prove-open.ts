// Finds whose masker could have made them of one value of the source only: the source is asked whether it has that one.
import type { Client } from 'pg';
import { quoted } from './connect.ts';
import type { AskedType } from './look-at.ts';

/** A value that was found in the copy: a coincidence if what it was made of stands in the source, and a leak otherwise. */
export interface OpenFind {
  readonly place: string;
  /** Of the source; as in a plan. */
  readonly table: string;
  readonly column: string;
  /** What it was made of, as PostgreSQL writes it. Never said to anybody but the source. */
  readonly was: string;
  readonly type: AskedType;
}
/** How often it was found. */
export type CountedFind = OpenFind & { readonly count: number };

export interface OpenFinds {
  /** False when there are too many different ones to be asked about: more than chance would bring. */
  add(find: OpenFind, count: number): boolean;
  all(): readonly CountedFind[];
}

/** A number that stands for "none" may have the same mask in any number of rows. */
export function openFinds(most: number): OpenFinds {
  const finds = new Map<string, OpenFind & { count: number }>();
  return {
    add(find, count) {
      const key = JSON.stringify([find.place, find.was]);
      const before = finds.get(key);
      if (before !== undefined) before.count += count;
      else if (finds.size < most) finds.set(key, { ...find, count });
      return before !== undefined || finds.has(key);
    },
    all: () => [...finds.values()],
  };
}

/**
 * In the transaction of the snapshot. Whether what a find was made of stands in its column, sign for sign: PostgreSQL may take two texts for one, and a
 * column of bpchar loses its blanks as text. A number may be larger than the column's type.
 */
export async function standing(source: Client, open: readonly OpenFind[]): Promise<(find: OpenFind) => boolean> {
  const found = new Set<string>();
  for (const each of Map.groupBy(open, placeOf).values()) {
    const { table, column, type } = each[0]!;
    const name = quoted(column);
    const { rows } = await source.query<{ value: string }>(
      `SELECT DISTINCT format('%s', ${name}) COLLATE "C" AS value FROM ${table} WHERE ${name} IN (SELECT unnest($1::${type}[]))`,
      [[...new Set(each.map(({ was }) => was))]],
    );
    for (const { value } of rows) found.add(`${placeOf(each[0]!)} ${value}`);
  }
  return (find) => found.has(`${placeOf(find)} ${find.was}`);
}

const placeOf = ({ table, column }: OpenFind): string => `${table}.${quoted(column)}`;
