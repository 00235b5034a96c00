// Rows that others refer to and that are not made in their turn: they come later, or were there before.
import { isPredictable } from './column-facts.ts';
import { openColumn } from './columns.ts';
import type { Opening, OpenRows } from './rows.ts';

/** Rows of a table that comes later, as far as they can be told: their keys. */
export function foreseenRows(opening: Pick<Opening, 'planned' | 'seed' | 'untilAt' | 'counted'>): OpenRows {
  const { table, count } = opening.planned;
  const whole = { ...opening, chosen: new Map(), referred: new Set<string>(), parents: () => null };
  const makers = new Map(
    table.columns
      .filter(({ name }) => isPredictable(table, name))
      .map((column) => [column.name, openColumn(column, whole, false)] as const),
  );
  return {
    ...{ count, columns: [], make: () => [], release: () => {}, bornAt: () => 0 },
    valueOf(column, row) {
      const maker = makers.get(column);
      return typeof maker === 'function' ? maker(row, 0, 0) : null;
    },
  };
}

/** Rows that were there before and stay: read, not made. */
export function keptRows(count: number, read: ReadonlyMap<string, readonly (string | null)[]>): OpenRows {
  return {
    ...{ count, columns: [], make: () => [], release: () => {} },
    valueOf: (column, row) => read.get(column)?.[row] ?? null,
    bornAt: () => 0,
  };
}
