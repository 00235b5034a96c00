// Finds whose masker could have made them of one value of the source only: the source is asked whether it has that one.
import type { Client } from 'pg';
import { quoted } from './connect.ts';
import type { OpenFind } from './prove-tasks.ts';

/** In the transaction of the snapshot. Whether what a find was made of stands in its column. */
export async function standing(source: Client, open: readonly OpenFind[]): Promise<(find: OpenFind) => boolean> {
  const found = new Set<string>();
  for (const each of Map.groupBy(open, placeOf).values()) {
    const { table, column } = each[0]!;
    const { rows } = await source.query<{ value: string }>(
      `SELECT DISTINCT ${quoted(column)}::text AS value FROM ${table} WHERE ${quoted(column)} = ANY($1)`,
      [[...new Set(each.map(({ was }) => was))]],
    );
    for (const { value } of rows) found.add(`${placeOf(each[0]!)} ${value}`);
  }
  return (find) => found.has(`${placeOf(find)} ${find.was}`);
}

const placeOf = ({ table, column }: OpenFind): string => `${table}.${quoted(column)}`;
