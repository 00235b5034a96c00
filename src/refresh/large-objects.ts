// Large objects that copied rows refer to: each keeps its number, so references hold. Those that nothing copied refers to do not come.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import type { PlannedColumn, PlannedTable } from '../domain/refresh/compile.ts';
import { LARGE_OBJECT } from '../domain/refresh/source-schema.ts';
import { counted } from '../kinds/wording.ts';
import { quoted } from './connect.ts';
import type { ObjectsOrder } from './copy-exchange.ts';
import { countsDiffer } from './copy-out.ts';
import { placeholder } from './placeholder.ts';

export interface FoundObjects {
  readonly orders: readonly ObjectsOrder[];
  readonly keptCount: number;
  readonly placeholderCount: number;
  /** Of the source: no copied row refers to them. */
  readonly leftCount: number;
  /** All that there are in the end. */
  readonly sizeBytes: number;
}

interface ObjectsPlace {
  /** In the transaction of the snapshot. */
  readonly source: Client;
  /** Has no other transaction. */
  readonly fresh: Client;
  readonly plan: readonly PlannedTable[];
}

/** Looked for at a time. */
const OBJECTS = 1_000;
/** Copied in one transaction; a larger one has one of its own. */
const PART_BYTES = 16 * 1024 * 1024;

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

/** Of their disk, where some may be kept. */
export async function storedBytes(source: Client, plan: readonly PlannedTable[]): Promise<number> {
  if (!plan.some(({ columns }) => columns.some(isKept))) return 0;
  const { rows } = await source.query<{ sizeBytes: number }>(
    `SELECT pg_table_size('pg_catalog.pg_largeobject')::float8 AS "sizeBytes"`,
  );
  return rows[0]!.sizeBytes;
}

/** After the rows: they say which objects there are. Those that are replaced are made, the others are to be copied. */
export async function findObjects({ source, fresh, plan }: ObjectsPlace): Promise<FoundObjects> {
  const { rows } = await source.query<{ count: number }>(
    'SELECT count(*)::float8 AS count FROM pg_catalog.pg_largeobject_metadata',
  );
  const all = rows[0]!.count;
  const referring = referredBy(plan);
  if (all === 0 || referring === null)
    return { orders: [], keptCount: 0, placeholderCount: 0, leftCount: all, sizeBytes: 0 };
  const orders: ObjectsOrder[] = [];
  let [keptCount, placeholderCount, sizeBytes] = [0, 0, 0];
  await fresh.query('BEGIN');
  await fresh.query(`DECLARE greenroom_objects NO SCROLL CURSOR FOR ${referring}`);
  for (;;) {
    const referred = await fresh.query<{ oid: number; replaced: boolean }>(`FETCH ${OBJECTS} FROM greenroom_objects`);
    if (referred.rows.length === 0) break;
    const [kept, replaced] = [false, true].map((which) =>
      referred.rows.flatMap((row) => (row.replaced === which ? [row.oid] : [])),
    ) as [number[], number[]];
    const there = await existing(source, replaced);
    await fresh.query('SELECT lo_from_bytea(o, $2) FROM unnest($1::oid[]) o', [there, placeholder]);
    const sized = kept.length > 0 ? await sizesOf(source, kept) : [];
    orders.push(...inParts(sized));
    keptCount += sized.length;
    placeholderCount += there.length;
    sizeBytes += there.length * placeholder.length + sized.reduce((sum, each) => sum + each.sizeBytes, 0);
  }
  await fresh.query('COMMIT');
  const leftCount = all - keptCount - placeholderCount;
  return { orders: largestFirst(orders), keptCount, placeholderCount, leftCount, sizeBytes };
}

/** What nobody has masked, what stands for another, and what is not there. */
export function notesOn(found: FoundObjects, isProven: boolean): readonly string[] {
  const read = isProven ? '; the proof has read them as text and sees nothing in pictures and compressed files' : '';
  const of = (count: number, before: string, after = ''): readonly string[] =>
    count > 0 ? [`${before}: ${counted(count, 'large object')}${after}`] : [];
  return [
    ...of(found.keptCount, 'copied as they are', read),
    ...of(found.placeholderCount, 'replaced by a placeholder'),
    ...of(found.leftCount, 'left out, as no kept column refers to them'),
  ];
}

interface SizedObject {
  readonly oid: number;
  readonly sizeBytes: number;
}

function inParts(objects: readonly SizedObject[]): readonly ObjectsOrder[] {
  const parts: SizedObject[][] = [];
  let room = 0;
  for (const object of objects) {
    if (parts.length === 0 || room < object.sizeBytes) {
      parts.push([]);
      room = PART_BYTES;
    }
    parts.at(-1)!.push(object);
    room -= object.sizeBytes;
  }
  return parts.map((part) => ({
    ...{ kind: 'objects', oids: Uint32Array.from(part, ({ oid }) => oid) },
    sizeBytes: part.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  }));
}

const largestFirst = (orders: readonly ObjectsOrder[]): readonly ObjectsOrder[] =>
  orders.toSorted((a, b) => b.sizeBytes - a.sizeBytes);

/** Numbers in copied rows; null without columns that have them. What one column replaces is replaced, whatever others say of it. */
function referredBy(plan: readonly PlannedTable[]): string | null {
  const columns = plan.flatMap(({ name, columns: all }) =>
    all
      .filter((column) => isKept(column) || isReplaced(column))
      .map((column) => `SELECT ${quoted(column.name)}::oid AS oid, ${isReplaced(column)} AS replaced FROM ${name}`),
  );
  if (columns.length === 0) return null;
  return `SELECT oid, bool_or(replaced) AS replaced FROM (${columns.join(' UNION ALL ')}) r WHERE oid IS NOT NULL GROUP BY oid ORDER BY oid`;
}

/** A number may be left of an object that is gone. */
async function existing(source: Client, oids: readonly number[]): Promise<readonly number[]> {
  const { rows } = await source.query<{ oid: number }>(
    'SELECT oid FROM pg_catalog.pg_largeobject_metadata WHERE oid = ANY ($1::oid[])',
    [oids],
  );
  return rows.map(({ oid }) => oid);
}

/** Of those that exist: where the last page ends. */
async function sizesOf(source: Client, oids: readonly number[]): Promise<readonly SizedObject[]> {
  const { rows } = await source.query<SizedObject>(
    `SELECT m.oid, coalesce(l.pageno::int8 * (current_setting('block_size')::int / 4) + length(l.data), 0)::float8 AS "sizeBytes"
     FROM pg_catalog.pg_largeobject_metadata m LEFT JOIN LATERAL (SELECT pageno, data FROM pg_catalog.pg_largeobject WHERE loid = m.oid ORDER BY pageno DESC LIMIT 1) l ON true
     WHERE m.oid = ANY ($1::oid[]) ORDER BY m.oid`,
    [oids],
  );
  return rows;
}

/** Throws `GR5006`. */
export async function requireWhole(fresh: Client, found: FoundObjects): Promise<void> {
  const { rows } = await fresh.query<{ count: number; sizeBytes: number }>(
    `SELECT count(*)::float8 AS count, coalesce(sum(size), 0)::float8 AS "sizeBytes" FROM ${objectSizes()} s`,
  );
  const here = rows[0]!;
  const count = found.keptCount + found.placeholderCount;
  if (here.count !== count) fail(countsDiffer('large objects', count, here.count, 'large objects'));
  if (here.sizeBytes !== found.sizeBytes)
    fail(countsDiffer('large objects', found.sizeBytes, here.sizeBytes, 'bytes of large objects'));
}
