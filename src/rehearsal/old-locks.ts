// Which relations the old version's listed statements ask for, and by which locks: told by PostgreSQL, which sees through views and functions.
import pg from 'pg';
import type { AskedRelation } from '../domain/rehearsal/facts.ts';
import type { LockMode } from '../domain/rehearsal/lock-mode.ts';
import type { Relation } from './relations.ts';

const locksQuery = `select distinct relation::int as oid, mode from pg_catalog.pg_locks
where locktype = 'relation' and pid = pg_catalog.pg_backend_pid() and relation >= 16384`;

/** Nothing of the statements stays. One that fails has asked for nothing. */
export async function askedRelations(
  client: pg.Client,
  statements: readonly string[],
  relations: readonly Relation[],
): Promise<readonly AskedRelation[]> {
  const found = new Map<number, Set<LockMode>>();
  for (const text of statements) {
    await client.query('begin');
    try {
      await client.query(text);
      for (const { oid, mode } of (await client.query<{ oid: number; mode: LockMode }>(locksQuery)).rows)
        found.set(oid, (found.get(oid) ?? new Set()).add(mode));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
    } finally {
      await client.query('rollback');
    }
  }
  return relations
    .filter(({ oid }) => found.has(oid))
    .map(({ oid, name }) => ({ relation: name, modes: [...found.get(oid)!] }));
}
