import { createHmac } from 'node:crypto';
import { Client } from 'pg';
import type { EmbeddedPostgres } from './postgres.ts';

const role = 'greenroom_reader';

/**
 * URL of a database of the embedded PostgreSQL as a role that reads everything, whatever row security says, and writes nothing; the role is
 * made when it is missing. The database is not.
 */
export async function readerUrl({ adminUrl }: Pick<EmbeddedPostgres, 'adminUrl'>, database: string): Promise<string> {
  const url = new URL(adminUrl);
  // Follows from the superuser's own, so that whoever asks at the same moment gets the same one and nothing has to be kept.
  const password = createHmac('sha256', url.password).update(role).digest('base64url');
  const client = new Client({ connectionString: adminUrl });
  client.on('error', () => undefined); // the query in flight fails of it
  await client.connect();
  try {
    // One after the other: a role is made once, whoever asks at the same moment.
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtext('${role}'))`);
    const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
    if (rowCount === 0)
      await client.query(`create role ${role} login bypassrls in role pg_read_all_data password '${password}'`);
    await client.query('commit');
  } finally {
    await client.end();
  }
  url.pathname = `/${encodeURIComponent(database)}`;
  url.username = role;
  url.password = password;
  return url.href;
}
