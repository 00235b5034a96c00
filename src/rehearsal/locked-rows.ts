// Rows that a migration has locked without changing them: PostgreSQL writes who locks a row into the row, and nowhere else.
import type pg from 'pg';
import type { RowLocks, StatementFacts } from '../domain/rehearsal/facts.ts';
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
}

/** What a foreign key locks lets other writers pass, so only a statement that says it is looked at. */
const locksRows = /\bfor\s+(?:no\s+key\s+)?update\b|\bfor\s+share\b/i;

/** Of one that is over already nobody can count them. */
export async function lockedRows({
  client,
  migrator,
  sent,
  isOpen,
  rows,
  locks,
}: Looked): Promise<readonly RowLocks[]> {
  if (!locksRows.test(sent.text)) return [];
  const found: RowLocks[] = [];
  const [[own = null] = []] = isOpen ? await migrator.ask('select pg_current_xact_id_if_assigned()::xid') : [];
  for (const { relation } of locks.filter(({ relation, mode }) => mode === 'RowShareLock' && rows.has(relation))) {
    const counted = isOpen && (await rowsOf(client, relation, own));
    found.push({ relation, rows: counted === false ? null : counted, of: rows.get(relation)! });
  }
  return found;
}

async function rowsOf(client: pg.Client, relation: string, own: string | null): Promise<number> {
  if (own === null) return 0;
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::float8 as count from only ${relation.includes('.') ? relation : `public.${relation}`} where xmax = $1::xid`,
    [own],
  );
  return rows[0]!.count;
}
