// Rows that no condition tells, by where they lie: a place stays the same row as long as the snapshot lasts.

/** Rows of one table. */
export interface Batch {
  readonly parts: readonly { readonly relation: string; readonly places: string }[];
  readonly count: number;
}

/** As many as are held: each is about 12 bytes of text, here and in every statement that speaks of it. */
export const MOST_LISTED = 4_000_000;

export interface RowLists {
  /** Rows that children are kept for. */
  drive: Batch[];
  /** Rows that are kept and nothing more. */
  more: Batch[];
}

/** The places of rows of `t`, which are in `from`, as `toBatch` takes them; of too many as many as show that they are. */
export const placesOf = (from: string): string =>
  `SELECT relation::text, count(*)::int AS count, array_agg(place)::text AS places
    FROM (SELECT t.tableoid AS relation, t.ctid AS place FROM ${from} LIMIT ${MOST_LISTED + 1}) AS greenroom_p GROUP BY 1`;

export interface PlacesRow {
  readonly relation: string;
  readonly count: number;
  readonly places: string;
}

export function toBatch(rows: readonly PlacesRow[]): Batch | null {
  if (rows.length === 0) return null;
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  return { count, parts: rows.map(({ relation, places }) => ({ relation, places })) };
}

/** A relation of `greenroom_rel` and `greenroom_at`; null for no rows. */
export function listed(batches: readonly Batch[]): string | null {
  const parts = batches.flatMap((batch) => batch.parts);
  if (parts.length === 0) return null;
  const each = ({ relation, places }: Batch['parts'][number]): string =>
    `SELECT ${Number(relation)}::oid AS greenroom_rel, unnest('${places}'::tid[]) AS greenroom_at`;
  return `(${parts.map(each).join(' UNION ALL ')})`;
}
