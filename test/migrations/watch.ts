// What a migrator holds and has touched, seen before it commits.
import type pg from 'pg';
import { lockModes, type LockMode } from './expectation.ts';
import type { Clone } from './lab.ts';
import type { Truth } from './truth.ts';

export interface Watch {
  readonly session: Set<string>;
  readonly pid: number;
  /** Counts of a session go on from one transaction to the next, so each is counted from here. */
  begin(): Promise<void>;
  /** The locks, from another session, while the migrator holds or awaits them. */
  lookAtLocks(): Promise<void>;
  /** New files of tables, from the migrator's own session: only it sees them before it commits. */
  lookAtFiles(): Promise<void>;
  /** What it read and changed since the beginning of its transaction; after `lookAtLocks`. */
  lookAtCounts(): Promise<void>;
  seen(): Pick<Truth, 'locks' | 'rewrites' | 'scans' | 'session' | 'changedWhole'>;
}

interface Relation {
  readonly oid: number;
  readonly name: string;
  readonly file: string | null;
  readonly rows: number;
}

export async function beginWatch({ owner, observer }: Clone): Promise<Watch> {
  const before = await relationsOf(observer);
  const oids = [...before.keys()];
  const nameOf = (oid: number) => before.get(oid)!.name;
  const pid: number = (await owner.query('select pg_backend_pid() as pid')).rows[0].pid;
  const strongest = new Map<string, LockMode>();
  const session = new Set<string>();
  const [rewrites, scans, changedWhole] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let held = new Set<number>();
  let counted = new Map<number, Counts>();
  const sorted = (names: ReadonlySet<string>) => [...names].toSorted();
  return {
    session,
    pid,
    begin: async () => {
      counted = await countsOf(owner, oids);
    },
    lookAtLocks: async () => {
      const locks = await locksOf(observer, pid, oids);
      held = new Set(locks.filter(({ mode }) => rank(mode) >= rank('ShareLock')).map(({ oid }) => oid));
      for (const { oid, mode } of locks)
        if (rank(mode) > rank(strongest.get(nameOf(oid)) ?? 'RowExclusiveLock')) strongest.set(nameOf(oid), mode);
    },
    lookAtFiles: async () => {
      for (const { oid, file } of await fullFilesOf(owner, oids))
        if (file !== before.get(oid)!.file) rewrites.add(nameOf(oid));
    },
    lookAtCounts: async () => {
      const full = new Set((await fullFilesOf(owner, oids)).map(({ oid }) => oid));
      for (const [oid, now] of await countsOf(owner, oids)) {
        const then = counted.get(oid) ?? { scans: 0, changed: 0 };
        if (now.scans > then.scans && held.has(oid) && full.has(oid)) scans.add(nameOf(oid));
        const changed = now.changed - then.changed;
        if (changed > 0 && changed >= before.get(oid)!.rows) changedWhole.add(nameOf(oid));
      }
    },
    seen: () => ({
      locks: Object.fromEntries([...strongest].toSorted()),
      rewrites: sorted(rewrites),
      scans: sorted(scans),
      changedWhole: sorted(changedWhole),
      session: sorted(session) as Truth['session'],
    }),
  };
}

const rank = (mode: LockMode) => lockModes.indexOf(mode);

/** Tables, views and sequences that stand by themselves. */
async function relationsOf(observer: pg.Client): Promise<ReadonlyMap<number, Relation>> {
  const { rows } = await observer.query<Omit<Relation, 'rows'> & { relkind: string }>(
    `select c.oid::int, c.oid::regclass::text as name, c.relkind, pg_relation_filenode(c.oid)::text as file
     from pg_class c where c.relnamespace::regnamespace::text in ('public', 'billing') and c.relkind in ('r', 'p', 'm', 'v', 'S')
     and not (c.relkind = 'S' and exists (
       select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')))`,
  );
  const found = new Map<number, Relation>();
  for (const { relkind, ...relation } of rows) {
    const count = relkind === 'r' ? await observer.query(`select count(*)::int as n from only ${relation.name}`) : null;
    found.set(relation.oid, { ...relation, rows: count?.rows[0].n ?? 0 });
  }
  return found;
}

async function locksOf(observer: pg.Client, pid: number, oids: readonly number[]) {
  const { rows } = await observer.query<{ oid: number; mode: LockMode }>(
    `select relation::int as oid, mode from pg_locks where locktype = 'relation' and pid = $1 and relation = any($2::oid[])`,
    [pid, oids],
  );
  return rows;
}

/** What was emptied was not rewritten, nor read. */
async function fullFilesOf(owner: pg.Client, oids: readonly number[]) {
  const { rows } = await owner.query<{ oid: number; file: string | null }>(
    `select oid::int, pg_relation_filenode(oid)::text as file from pg_class
     where oid = any($1::oid[]) and relkind in ('r', 'm') and pg_relation_size(oid) > 0`,
    [oids],
  );
  return rows;
}

interface Counts {
  readonly scans: number;
  readonly changed: number;
}

async function countsOf(owner: pg.Client, oids: readonly number[]): Promise<Map<number, Counts>> {
  const { rows } = await owner.query<Counts & { oid: number }>(
    `select s.relid::int as oid, s.seq_scan::int as scans, (s.n_tup_upd + s.n_tup_del)::int as changed
     from pg_stat_xact_all_tables s join pg_class c on c.oid = s.relid and c.relkind = 'r' where s.relid = any($1::oid[])`,
    [oids],
  );
  return new Map(rows.map(({ oid, ...counts }) => [oid, counts]));
}
