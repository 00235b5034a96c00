// Large objects that copied rows refer to: each keeps its number, so references hold. Those that nothing copied refers to do not come.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import type { PlannedColumn, PlannedTable } from '../domain/refresh/compile.ts';
import type { SourceLimits } from '../domain/refresh/source-limits.ts';
import { LARGE_OBJECT } from '../domain/refresh/source-schema.ts';
import { counted } from '../kinds/wording.ts';
import { cutWhenAborted } from './borrowed-stream.ts';
import { connect, quoted } from './connect.ts';
import { countsDiffer } from './copy-out.ts';
import { copyComments, copyPages, sizeOf, type ObjectEnds } from './object-pages.ts';
import { openPace } from './pace.ts';
import { placeholder } from './placeholder.ts';
import { joinSnapshot } from './snapshot.ts';
import { throttled } from './throttle.ts';

export interface CopiedObjects {
  readonly keptCount: number;
  readonly placeholderCount: number;
  /** Of the source: no copied row refers to them. */
  readonly leftCount: number;
}

export interface ObjectsOrder {
  readonly sourceUrl: string;
  readonly limits: SourceLimits;
  readonly signal: AbortSignal;
}

interface ObjectsPlace {
  /** In the transaction of the snapshot. */
  readonly source: Client;
  readonly fresh: Client;
  readonly snapshot: string;
  readonly plan: readonly PlannedTable[];
}

/** At a time. */
const OBJECTS = 1_000;

const isKept = ({ type, rule }: PlannedColumn): boolean => type === LARGE_OBJECT && rule.kind === 'keep';
const isReplaced = ({ type, rule }: PlannedColumn): boolean => type === LARGE_OBJECT && rule.kind === 'mask';

/** Throws `GR5055` where objects are kept that the role of the source cannot read. */
export async function requireReadable(source: Client, plan: readonly PlannedTable[]): Promise<void> {
  if (!plan.some(({ columns }) => columns.some(isKept))) return;
  const { rows } = await source.query<{ may: boolean }>(
    "SELECT has_table_privilege('pg_catalog.pg_largeobject', 'SELECT') AS may",
  );
  if (rows[0]!.may) return;
  fail({
    code: 'GR5055',
    message: 'Large objects are kept, and the role of the source may not read them.',
    where: 'refresh.yaml (source.url)',
    do: 'GRANT pg_read_all_data TO the role; before PostgreSQL 14:  GRANT SELECT ON pg_catalog.pg_largeobject.',
  });
}

/** Large objects with their sizes; whoever asks must own them. `where`: of `m.oid`. */
export const objectSizes = (
  where = 'true',
): string => `(SELECT m.oid, lo_lseek64(o.fd, 0, 2) AS size, lo_close(o.fd) AS closed
  FROM pg_catalog.pg_largeobject_metadata m CROSS JOIN LATERAL (SELECT lo_open(m.oid, 262144) AS fd OFFSET 0) o WHERE ${where} OFFSET 0)`;

/** After the rows: they say which objects there are. `fresh` has no other transaction. Throws `GR5006`. */
export async function copyObjects(
  { source: looking, fresh, snapshot, plan }: ObjectsPlace,
  order: ObjectsOrder,
): Promise<CopiedObjects> {
  const { rows } = await looking.query<{ count: number }>(
    'SELECT count(*)::float8 AS count FROM pg_catalog.pg_largeobject_metadata',
  );
  const all = rows[0]!.count;
  const referring = referredBy(plan);
  if (all === 0 || referring === null) return { keptCount: 0, placeholderCount: 0, leftCount: all };
  // The limits of the copy are not those of the connection that holds the moment.
  const source = await connect({ url: order.sourceUrl, what: 'the source' }, true);
  try {
    await joinSnapshot(source, snapshot);
    const copied = await throttled({ ...order, workerCount: 1 }, async (throttle) => {
      for (const setting of throttle.sourceSettings) await source.query(setting);
      const pace = openPace(throttle.bytesPerSecond, throttle.gate);
      const { signal } = throttle;
      const copying = copyReferred({ source, fresh, pace, signal }, referring);
      return cutWhenAborted(source, signal, copying).catch((error: unknown) => {
        signal.throwIfAborted();
        throw error;
      });
    });
    return { ...copied, leftCount: all - copied.keptCount - copied.placeholderCount };
  } finally {
    await source.end().catch(() => {});
  }
}

/** What nobody has masked, what stands for another, and what is not there. */
export function notesOn(copied: CopiedObjects, isProven: boolean): readonly string[] {
  const read = isProven ? '; the proof has read them as text and sees nothing in pictures and compressed files' : '';
  const of = (count: number, before: string, after = ''): readonly string[] =>
    count > 0 ? [`${before}: ${counted(count, 'large object')}${after}`] : [];
  return [
    ...of(copied.keptCount, 'copied as they are', read),
    ...of(copied.placeholderCount, 'replaced by a placeholder'),
    ...of(copied.leftCount, 'left out, as no kept column refers to them'),
  ];
}

async function copyReferred(ends: ObjectEnds, referring: string): Promise<Omit<CopiedObjects, 'leftCount'>> {
  const { source, fresh } = ends;
  let [keptCount, placeholderCount, sizeBytes] = [0, 0, 0];
  await fresh.query('BEGIN');
  await fresh.query(`DECLARE greenroom_objects NO SCROLL CURSOR FOR ${referring}`);
  for (;;) {
    const { rows } = await fresh.query<{ oid: number; replaced: boolean }>(`FETCH ${OBJECTS} FROM greenroom_objects`);
    if (rows.length === 0) break;
    const there = new Set(await existing(source, rows));
    const [kept, replaced] = [false, true].map((which) =>
      rows.flatMap((row) => (row.replaced === which && there.has(row.oid) ? [row.oid] : [])),
    ) as [number[], number[]];
    await fresh.query('SELECT lo_from_bytea(o, $2) FROM unnest($1::oid[]) o', [replaced, placeholder]);
    await fresh.query('SELECT lo_create(o) FROM unnest($1::oid[]) o', [kept]);
    if (kept.length > 0) {
      await copyPages(ends, kept);
      await copyComments(ends, kept);
      sizeBytes += await sizeOf(source, kept);
    }
    keptCount += kept.length;
    placeholderCount += replaced.length;
    sizeBytes += replaced.length * placeholder.length;
  }
  await requireWhole(fresh, keptCount + placeholderCount, sizeBytes);
  await fresh.query('COMMIT');
  return { keptCount, placeholderCount };
}

/** Numbers in copied rows; null without columns that have them. What one column replaces is replaced, whatever others say of it. */
function referredBy(plan: readonly PlannedTable[]): string | null {
  const columns = plan.flatMap(({ name, columns: all }) =>
    all
      .filter((column) => isKept(column) || isReplaced(column))
      .map((column) => `SELECT ${quoted(column.name)}::oid AS oid, ${isReplaced(column)} AS replaced FROM ${name}`),
  );
  if (columns.length === 0) return null;
  return `SELECT oid, bool_or(replaced) AS replaced FROM (${columns.join(' UNION ALL ')}) r WHERE oid IS NOT NULL GROUP BY oid`;
}

/** A number may be left of an object that is gone. */
async function existing(source: Client, objects: readonly { readonly oid: number }[]): Promise<readonly number[]> {
  const { rows } = await source.query<{ oid: number }>(
    'SELECT oid FROM pg_catalog.pg_largeobject_metadata WHERE oid = ANY ($1::oid[])',
    [objects.map(({ oid }) => oid)],
  );
  return rows.map(({ oid }) => oid);
}

async function requireWhole(fresh: Client, count: number, sizeBytes: number): Promise<void> {
  const { rows } = await fresh.query<{ count: number; sizeBytes: number }>(
    `SELECT count(*)::float8 AS count, coalesce(sum(size), 0)::float8 AS "sizeBytes" FROM ${objectSizes()} s`,
  );
  const here = rows[0]!;
  if (here.count !== count) fail(countsDiffer('large objects', count, here.count, 'large objects'));
  if (here.sizeBytes !== sizeBytes)
    fail(countsDiffer('large objects', sizeBytes, here.sizeBytes, 'bytes of large objects'));
}
