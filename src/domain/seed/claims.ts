// Rows that unique constraints have let in, so that no second one like them is made.
import type { Unique } from './seed-schema.ts';

type Row = readonly (string | null)[];

export interface Claims {
  /** Name of the first constraint that has such a row already; null when its place was free, and is taken now. */
  claim(row: Row): string | null;
  /** The row is not kept: its place is free again. */
  release(row: Row): void;
}

/** `at`: the place of each column in a row. */
export function openClaims(uniques: readonly Unique[], at: ReadonlyMap<string, number>): Claims {
  const watched = uniques.map(({ name, columns }) => ({
    ...{ name, seen: new Set<string>() },
    places: columns.flatMap((column) => at.get(column) ?? []),
  }));
  const keyOf = (row: Row, places: readonly number[]): string => places.map((i) => row[i]).join('\u0001');
  return {
    claim(row) {
      for (const { name, seen, places } of watched)
        if (places.every((i) => row[i] !== null) && seen.has(keyOf(row, places))) return name;
      for (const { seen, places } of watched) seen.add(keyOf(row, places));
      return null;
    },
    release(row) {
      for (const { seen, places } of watched) seen.delete(keyOf(row, places));
    },
  };
}
