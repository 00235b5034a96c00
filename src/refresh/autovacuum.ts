// PostgreSQL's own cleaning kept away from tables that are being filled: a worker of it holds a lock on one for as long as it reads, and whoever builds
// an index or a key waits a second before it is sent away. It finds nothing to clean in rows that nobody has changed.
import type { Client } from 'pg';

/** Tables of people that say nothing of it themselves, and belong to the role. */
const quiet = `SELECT c.oid::int8 AS oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND pg_has_role(c.relowner, 'USAGE')
    AND NOT EXISTS (SELECT FROM unnest(c.reloptions) AS o WHERE o LIKE 'autovacuum_enabled=%') ORDER BY c.oid`;
const named = `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = ANY ($1) ORDER BY c.oid`;

/** From now on no table is cleaned. Gives back what does away with it again, also for tables that were renamed or dropped meanwhile. */
export async function holdAutovacuum(client: Client): Promise<() => Promise<void>> {
  const { rows: held } = await client.query<{ oid: string }>(quiet);
  const oids = held.map(({ oid }) => oid);
  const alter = async (change: string): Promise<void> => {
    const { rows } = await client.query<{ name: string }>(named, [oids]);
    for (const { name } of rows) await client.query(`ALTER TABLE ${name} ${change}`);
  };
  await alter('SET (autovacuum_enabled = off)');
  return () => alter('RESET (autovacuum_enabled)');
}
