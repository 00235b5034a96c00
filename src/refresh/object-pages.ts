// Large objects in the moment of the snapshot, page by page: memory is bounded, however large they are.
import { setTimeout as sleep } from 'node:timers/promises';
import { literal } from './connect.ts';
import type { CopiedTable } from './copy-out.ts';
import type { Ends } from './lasting-copy.ts';
import type { Pace } from './pace.ts';

/** At a time, of at most 2 KiB each: a block of PostgreSQL has four. As text that is short enough for V8 to take it away soon. */
const PAGES = 128;
const HEX_MARK = String.raw`\x`;
/** What the server writes, as it is: a number is sent back, and bytes go into memory that is there. */
const asWritten = { getTypeParser: () => String };

interface Page {
  readonly oid: string;
  readonly at: string;
  /** `\\x` and two digits for each byte. */
  readonly data: string;
}

/** They do not exist in the target, and have their numbers there. */
export async function copyObjects(ends: Ends, numbers: Uint32Array, pace: Pace): Promise<CopiedTable> {
  const oids = [...numbers];
  await ends.target.query('SELECT lo_create(o) FROM unnest($1::oid[]) o', [oids]);
  const byteCount = await copyPages(ends, oids, pace);
  await copyComments(ends, oids);
  return { rowCount: oids.length, byteCount };
}

/** Pages that an object does not have are zeros, and are not written either. Returns how many bytes there were. */
async function copyPages({ source, target }: Ends, oids: readonly number[], pace: Pace): Promise<number> {
  await source.query(`DECLARE greenroom_pages NO SCROLL CURSOR FOR
    SELECT o.oid, l.pageno::int8 * (current_setting('block_size')::int / 4) AS at, l.data FROM unnest('{${oids.join(',')}}'::oid[]) AS o (oid)
    CROSS JOIN LATERAL (SELECT pageno, data FROM pg_catalog.pg_largeobject WHERE loid = o.oid ORDER BY pageno OFFSET 0) l`);
  let [memory, allBytes] = [Buffer.alloc(0), 0];
  for (;;) {
    const { rows } = await source.query<Page>({ text: `FETCH ${PAGES} FROM greenroom_pages`, types: asWritten });
    if (rows.length === 0) break;
    const runs = runsOf(rows);
    const byteCount = runs.reduce((sum, { length }) => sum + length, 0);
    if (memory.length < byteCount) memory = Buffer.alloc(byteCount);
    let written = 0;
    for (const { data } of rows) written += memory.write(data.slice(HEX_MARK.length), written, 'hex');
    await target.query(
      // A page of no bytes says where an object ends that was made longer, and nothing would be put.
      `SELECT CASE l WHEN 0 THEN lo_truncate64(lo_open(o, 131072), p)::text ELSE lo_put(o, p, substring($1::bytea FROM f FOR l))::text END
       FROM unnest($2::oid[], $3::int8[], $4::int[], $5::int[]) AS r (o, p, f, l)`,
      [
        memory.subarray(0, written),
        runs.map(({ oid }) => oid),
        runs.map(({ at }) => at),
        runs.map(({ from }) => from + 1),
        runs.map(({ length }) => length),
      ],
    );
    for (let wait = pace(byteCount, performance.now()); wait > 0; wait = pace(0, performance.now())) await sleep(wait);
    allBytes += byteCount;
  }
  await source.query('CLOSE greenroom_pages');
  return allBytes;
}

interface Run {
  readonly oid: string;
  /** In the object, and in what is written at once. */
  readonly at: number;
  readonly from: number;
  length: number;
}

/** Pages that follow one another, as one: those of another object do not, nor those behind one that is not full. */
function runsOf(pages: readonly Page[]): readonly Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (const { oid, at, data } of pages) {
    const length = (data.length - HEX_MARK.length) / 2;
    const last = runs.at(-1);
    if (last?.oid === oid && last.at + last.length === Number(at)) last.length += length;
    else runs.push({ oid, at: Number(at), from, length });
    from += length;
  }
  return runs;
}

async function copyComments({ source, target }: Ends, oids: readonly number[]): Promise<void> {
  const { rows } = await source.query<{ oid: number; text: string }>(
    "SELECT objoid AS oid, description AS text FROM pg_catalog.pg_description WHERE classoid = 'pg_catalog.pg_largeobject'::regclass AND objoid = ANY ($1::oid[])",
    [oids],
  );
  for (const { oid, text } of rows) await target.query(`COMMENT ON LARGE OBJECT ${oid} IS ${literal(text)}`);
}
