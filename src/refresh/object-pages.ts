// What large objects hold, page by page in the moment of the snapshot: memory is bounded, however large they are.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { literal } from './connect.ts';
import type { Pace } from './pace.ts';

/** At a time, of at most 2 KiB each: a block of PostgreSQL has four. */
const PAGES = 512;

export interface ObjectEnds {
  readonly source: Client;
  readonly fresh: Client;
  readonly pace: Pace;
  readonly signal: AbortSignal;
}

interface Page {
  readonly oid: number;
  readonly at: string;
  readonly isFull: boolean;
  readonly data: Buffer;
}

/** Pages that an object does not have are zeros, and are not written either. */
export async function copyPages({ source, fresh, pace, signal }: ObjectEnds, oids: readonly number[]): Promise<void> {
  await source.query(`DECLARE greenroom_pages NO SCROLL CURSOR FOR
    SELECT o.oid, l.pageno::int8 * b.size AS at, length(l.data) = b.size AS "isFull", l.data
    FROM (SELECT current_setting('block_size')::int / 4 AS size) b CROSS JOIN unnest('{${oids.join(',')}}'::oid[]) AS o (oid)
    CROSS JOIN LATERAL (SELECT pageno, data FROM pg_catalog.pg_largeobject WHERE loid = o.oid ORDER BY pageno OFFSET 0) l`);
  for (;;) {
    const { rows } = await source.query<Page>(`FETCH ${PAGES} FROM greenroom_pages`);
    if (rows.length === 0) break;
    const runs = runsOf(rows);
    await fresh.query('SELECT lo_put(o, p, d) FROM unnest($1::oid[], $2::int8[], $3::bytea[]) AS r (o, p, d)', [
      runs.map(({ oid }) => oid),
      runs.map(({ at }) => at),
      runs.map(({ pages }) => Buffer.concat(pages)),
    ]);
    const byteCount = rows.reduce((sum, { data }) => sum + data.length, 0);
    for (let wait = pace(byteCount, performance.now()); wait > 0; wait = pace(0, performance.now()))
      await sleep(wait, undefined, { signal });
  }
  await source.query('CLOSE greenroom_pages');
}

/** Pages that follow one another, as one. */
function runsOf(rows: readonly Page[]): readonly { oid: number; at: string; pages: Buffer[] }[] {
  const runs: { oid: number; at: string; end: number | null; pages: Buffer[] }[] = [];
  for (const { oid, at, isFull, data } of rows) {
    const end = isFull ? Number(at) + data.length : null;
    const last = runs.at(-1);
    if (last?.oid === oid && last.end === Number(at)) {
      last.pages.push(data);
      last.end = end;
    } else runs.push({ oid, at, end, pages: [data] });
  }
  return runs;
}

export async function copyComments({ source, fresh }: ObjectEnds, oids: readonly number[]): Promise<void> {
  const { rows } = await source.query<{ oid: number; text: string }>(
    "SELECT objoid AS oid, description AS text FROM pg_catalog.pg_description WHERE classoid = 'pg_catalog.pg_largeobject'::regclass AND objoid = ANY ($1::oid[])",
    [oids],
  );
  for (const { oid, text } of rows) await fresh.query(`COMMENT ON LARGE OBJECT ${oid} IS ${literal(text)}`);
}

/** As the source has it: where the last page ends. */
export async function sizeOf(source: Client, oids: readonly number[]): Promise<number> {
  const { rows } = await source.query<{ sizeBytes: number }>(
    `SELECT coalesce(sum(l.pageno::int8 * (current_setting('block_size')::int / 4) + length(l.data)), 0)::float8 AS "sizeBytes"
     FROM unnest($1::oid[]) AS o (oid) CROSS JOIN LATERAL (SELECT pageno, data FROM pg_catalog.pg_largeobject WHERE loid = o.oid ORDER BY pageno DESC LIMIT 1) l`,
    [oids],
  );
  return rows[0]!.sizeBytes;
}
