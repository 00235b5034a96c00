// What stood before the migration, and what can be seen of it while it runs.
import type pg from 'pg';
import { lockModes, type LockMode } from '../domain/rehearsal/lock-mode.ts';

/** A relation of before; its name as in the facts. */
export interface Relation {
  readonly oid: number;
  readonly name: string;
  readonly kind: 'r' | 'p' | 'm' | 'v' | 'S' | 'f';
  readonly file: string | null;
  readonly sizeBytes: number;
}

const own = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
const nameOf = `case n.nspname when 'public' then quote_ident(c.relname) else format('%I.%I', n.nspname, c.relname) end`;

/** Sequences of columns stand with their tables. */
const relationsQuery = `
select c.oid::int as oid, ${nameOf} as name, c.relkind as kind, pg_relation_filenode(c.oid)::text as file,
  case when c.relkind in ('r', 'm', 'p') then pg_table_size(c.oid) else 0 end::float8 as "sizeBytes"
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where ${own} and c.relkind in ('r', 'p', 'm', 'v', 'S', 'f') and not (c.relkind = 'S' and exists (
  select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')))`;

export const relationsOf = async (client: pg.Client): Promise<readonly Relation[]> =>
  (await client.query<Relation>(relationsQuery)).rows;

export interface HeldLock {
  readonly oid: number;
  readonly mode: LockMode;
  readonly isGranted: boolean;
}

/** Locks on relations of this database that somebody holds or waits for, by process. */
export async function locksOf(observer: pg.Client, pids: readonly number[]): Promise<ReadonlyMap<number, HeldLock[]>> {
  const { rows } = await observer.query<HeldLock & { pid: number }>({
    name: 'locks',
    text: `select pid, relation::int as oid, mode, granted as "isGranted" from pg_catalog.pg_locks
      where locktype = 'relation' and pid = any($1::int[]) and relation >= 16384`,
    values: [pids],
  });
  const found = new Map<number, HeldLock[]>();
  for (const { pid, ...lock } of rows.filter(({ mode }) => (lockModes as readonly string[]).includes(mode)))
    found.set(pid, [...(found.get(pid) ?? []), lock]);
  return found;
}

/** `name`, and whether it is of a partitioned table (`isPartitioned`). */
export const invalidIndexesQuery = `select ${nameOf} as name, c.relkind = 'I' as "isPartitioned"
from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace where not i.indisvalid and ${own} order by 1`;

/** INVALID indexes, by name. */
export async function invalidIndexes(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(invalidIndexesQuery);
  return rows.map(({ name }) => name);
}

/** Asked in the migrator's own session: only it sees its new files and its counts before it commits. */
export const insideQuery = `
select c.oid::int, pg_catalog.pg_relation_filenode(c.oid), pg_catalog.pg_relation_size(c.oid) > 0, coalesce(s.seq_scan, 0),
  coalesce(s.n_tup_upd + s.n_tup_del, 0)
from pg_catalog.pg_class c left join pg_catalog.pg_stat_xact_all_tables s on s.relid = c.oid
where c.relkind in ('r', 'm') and c.oid >= 16384`;

export interface Inside {
  readonly oid: number;
  readonly file: string | null;
  readonly isFull: boolean;
  readonly scans: number;
  readonly changed: number;
}

export const readInside = (rows: readonly (readonly (string | null)[])[]): readonly Inside[] =>
  rows.map(([oid, file, isFull, scans, changed]) => ({
    ...{ oid: Number(oid), file: file ?? null, isFull: isFull === 't' },
    ...{ scans: Number(scans), changed: Number(changed) },
  }));
