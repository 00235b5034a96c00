// What a migrator holds and has touched, seen before it commits.
import { lockModes, type LockMode } from './expectation.ts';
import type { Clone } from './lab.ts';
import type { Truth } from './truth.ts';

export interface Watch {
  readonly session: Set<string>;
  /** From another session, while the migrator still holds what it took. */
  look(): Promise<void>;
  /** From the migrator's own session, for what only it can see before it commits. */
  lookWithin(): Promise<void>;
  seen(): Pick<Truth, 'locks' | 'rewrites' | 'scans' | 'session' | 'changedWhole'>;
  readonly pid: number;
}

const relationsBefore = `
select c.oid::int, c.oid::regclass::text as name, c.relkind, pg_relation_filenode(c.oid)::text as file
from pg_class c where c.relnamespace::regnamespace::text in ('public', 'billing') and c.relkind in ('r', 'p', 'm', 'v', 'S')
and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and c.relkind = 'S' and d.deptype in ('a', 'i'))`;

export async function beginWatch({ owner, observer }: Clone): Promise<Watch> {
  const before: { oid: number; name: string; relkind: string; file: string | null }[] = (
    await observer.query(relationsBefore)
  ).rows;
  const oids = before.map(({ oid }) => oid);
  const nameOf = new Map(before.map(({ oid, name }) => [oid, name]));
  const rowsOf = new Map<number, number>();
  for (const { oid, name } of before.filter(({ relkind }) => relkind === 'r'))
    rowsOf.set(oid, Number((await observer.query(`select count(*) as rows from only ${name}`)).rows[0].rows));
  const pid: number = (await owner.query('select pg_backend_pid() as pid')).rows[0].pid;
  const strongest = new Map<string, LockMode>();
  const [rewrites, read, changedWhole, session] = [
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
  ];
  const rank = (mode: LockMode) => lockModes.indexOf(mode);
  const blocksWrites = (mode: LockMode) => rank(mode) >= rank('ShareLock');
  let held = new Set<number>();
  let counted = new Map<number, number>();
  return {
    session,
    pid,
    look: async () => {
      const { rows } = await observer.query<{ oid: number; mode: LockMode }>(
        `select relation::int as oid, mode from pg_locks where locktype = 'relation' and pid = $1 and relation = any($2::oid[])`,
        [pid, oids],
      );
      held = new Set(rows.filter(({ mode }) => blocksWrites(mode)).map(({ oid }) => oid));
      for (const { oid, mode } of rows) {
        const name = nameOf.get(oid)!;
        if (rank(mode) > rank(strongest.get(name) ?? 'RowExclusiveLock')) strongest.set(name, mode);
      }
    },
    lookWithin: async () => {
      const files = await owner.query<{ oid: number; file: string | null; size: string | null }>(
        `select oid::int, pg_relation_filenode(oid)::text as file, pg_relation_size(oid)::text as size
         from pg_class where oid = any($1::oid[]) and relkind in ('r', 'm')`,
        [oids],
      );
      const full = files.rows.filter(({ size }) => size !== '0'); // what was emptied was not rewritten
      for (const { oid, file } of full)
        if (file !== before.find((each) => each.oid === oid)?.file) rewrites.add(nameOf.get(oid)!);
      const counts = await owner.query<{ oid: number; scans: string; changed: string }>(
        `select relid::int as oid, seq_scan::text as scans, (n_tup_upd + n_tup_del)::text as changed
         from pg_stat_xact_all_tables join pg_class c on c.oid = relid and c.relkind = 'r' where relid = any($1::oid[])`,
        [oids],
      );
      for (const { oid, scans, changed } of counts.rows) {
        const isFull = full.some((each) => each.oid === oid);
        if (Number(scans) > (counted.get(oid) ?? 0) && held.has(oid) && isFull) read.add(nameOf.get(oid)!);
        if (changed !== '0' && Number(changed) >= rowsOf.get(oid)!) changedWhole.add(nameOf.get(oid)!);
      }
      counted = new Map(counts.rows.map(({ oid, scans }) => [oid, Number(scans)]));
    },
    seen: () => ({
      locks: Object.fromEntries([...strongest].toSorted()),
      rewrites: [...rewrites].toSorted(),
      scans: [...read].toSorted(),
      changedWhole: [...changedWhole].toSorted(),
      session: [...session].toSorted() as Truth['session'],
    }),
  };
}
