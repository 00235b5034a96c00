import type { Effects } from '../kinds/effects.ts';
import { invalidIndexesQuery } from '../rehearsal/relations.ts';

export interface InvalidIndex {
  readonly name: string;
  /** What mends it. */
  readonly mend: string;
}

/** `unseen`: nobody could look, and that is never good. `elsewhere`: the database is no PostgreSQL, which knows no such thing. */
export type IndexLook =
  | { readonly status: 'seen'; readonly invalid: readonly InvalidIndex[] }
  | { readonly status: 'unseen'; readonly reason: string }
  | { readonly status: 'elsewhere' };

/** INVALID indexes of a database: nobody reads by them, everybody writes to them, and a unique one may not hold what it says. */
export async function lookForInvalid(
  { sql }: Pick<Effects, 'sql'>,
  url: string,
  signal: AbortSignal,
): Promise<IndexLook> {
  if (!/^postgres(?:ql)?:/.test(url)) return { status: 'elsewhere' };
  const answer = await sql.query(url, invalidIndexesQuery, { timeoutMs: 10_000, maxRows: 1_000 }, signal);
  if (answer.status !== 'answered') return { status: 'unseen', reason: answer.reason };
  return {
    status: 'seen',
    invalid: answer.rows.map((row) => {
      const name = String(row['name']);
      return { name, mend: mendOf(name, row['isPartitioned'] === true) };
    }),
  };
}

/** What a REINDEX has left beside the index is dropped; one of a partitioned table becomes valid with its last part. */
function mendOf(name: string, isPartitioned: boolean): string {
  if (isPartitioned) return `ALTER INDEX ${name} ATTACH PARTITION, for the index of each part that lacks it`;
  if (/_cc(?:new|old)\d*"?$/.test(name)) return `DROP INDEX CONCURRENTLY ${name}`;
  return `REINDEX INDEX CONCURRENTLY ${name}`;
}
