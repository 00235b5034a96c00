// Rows that a migration has locked without changing them: PostgreSQL writes who locks a row into the row, and nowhere else.
import type pg from 'pg';
import type { RowLocks, StatementFacts } from '../domain/rehearsal/facts.ts';
import { blocksWrites } from '../domain/rehearsal/lock-mode.ts';
import type { Migrator, Sent } from './watcher.ts';

interface Looked {
  /** The observer's. */
  readonly client: pg.Client;
  readonly migrator: Migrator;
  readonly sent: Sent;
  readonly isOpen: boolean;
  /** Rows of each table before. */
  readonly rows: ReadonlyMap<string, number>;
  readonly locks: StatementFacts['locks'];
  /** What `nextList` has answered before the migration began. */
  readonly firstList: number;
}

/** What a foreign key locks lets other writers pass, so only a statement that says it is looked at. */
const locksRows = /\bfor\s+(?:no\s+key\s+)?update\b|\bfor\s+share\b/i;

/** Of one that is over already nobody can count them. Whom a lock on the whole table stops waits for that. */
export async function lockedRows(looked: Looked): Promise<readonly RowLocks[]> {
  const { migrator, isOpen, rows } = looked;
  if (!locksRows.test(looked.sent.text)) return [];
  const found: RowLocks[] = [];
  const [[own = null] = []] = isOpen ? await migrator.ask('select pg_current_xact_id_if_assigned()') : [];
  for (const { relation, mode } of looked.locks) {
    if (!rows.has(relation) || mode === 'AccessShareLock' || blocksWrites(mode)) continue;
    const counted = own === null ? 0 : await rowsOf(looked, relation, own);
    found.push({ relation, rows: isOpen ? counted : null, of: rows.get(relation)! });
  }
  return found;
}

/** Number of the list that PostgreSQL makes next, where several lock one row. */
export async function nextList(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ after: number }>(`select mxid_age('1'::xid) as after`);
  return (rows[0]!.after + 1) >>> 0;
}

/** Whose number is in the rows: a transaction's or, where several lock one, that of a list of them. Those of past ones stay there. */
const lockersQuery = (relation: string) =>
  `select xmax::text::float8 as locker, count(*)::float8 as count from only ${relation} where xmax <> '0'::xid group by xmax`;

/** Whom each list names, but for those that let other writers pass. */
const membersQuery = `select list, xid::text::float8 as locker
from unnest($1::float8[]) list, pg_get_multixact_members(list::text::xid) where mode <> 'keysh'`;

/**
 * Which numbers are the migration's: its transaction's, and those of subtransactions of it that were not taken back. They are later ones, in
 * progress, and nobody else's; a subtransaction that ended well is held by no lock any more. A number is the lower half of one that never comes again.
 */
const oursQuery = `
with given as materialized (select $1::text::numeric as first, pg_current_xact_id()::text::numeric as next), met as (
  select locker, next, first + (4294967296 + locker - first % 4294967296) % 4294967296 as whole from unnest($2::numeric[]) locker, given
)
select locker::float8 as locker from met
where case when whole < next then pg_xact_status(whole::text::xid8) = 'in progress' else false end
  and not exists (select from pg_catalog.pg_locks l where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.pid <> $3
    and l.transactionid::text::numeric = locker)`;

async function rowsOf({ client, migrator, firstList }: Looked, relation: string, own: string): Promise<number> {
  const { rows: met } = await client.query<{ locker: number; count: number }>(
    lockersQuery(relation.includes('.') ? relation : `public.${relation}`),
  );
  const made = ((await nextList(client)) - firstList) >>> 0;
  const lists = met.map(({ locker }) => locker).filter((locker) => (locker - firstList) >>> 0 < made);
  const { rows: members } = await client.query<{ list: number; locker: number }>(membersQuery, [lists]);
  const lockers = [...met, ...members].map(({ locker }) => locker);
  const answer = await client.query<{ locker: number }>(oursQuery, [own, lockers, migrator.pid]);
  const ours = new Set(answer.rows.map(({ locker }) => locker));
  const ourLists = new Set(members.filter(({ locker }) => ours.has(locker)).map(({ list }) => list));
  return met
    .filter(({ locker }) => ours.has(locker) || ourLists.has(locker))
    .reduce((sum, { count }) => sum + count, 0);
}
