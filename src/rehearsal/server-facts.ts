import pg from 'pg';
import { fail } from '../domain/failure.ts';

export interface ServerFacts {
  /** The running server, by whatever address it was reached. */
  readonly identity: string;
  readonly major: number;
  readonly isSuper: boolean;
  /** Of the database of the address, PostgreSQL's own language aside. */
  readonly extensions: readonly Extension[];
}

export interface Extension {
  readonly name: string;
  readonly schema: string;
}

/** `GR5152`: it does not answer. `what` and `where` are for people. */
export async function askServer(url: string, what: string, where: string): Promise<ServerFacts> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the query in flight fails of it
  try {
    await client.connect();
    await client.query('begin read only');
    await client.query('set local statement_timeout to 10000');
    const { rows } = await client.query<Omit<ServerFacts, 'extensions'>>(
      `select system_identifier::text || ' ' || extract(epoch from pg_postmaster_start_time())::text as identity,
         current_setting('server_version_num')::int / 10000 as major,
         (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as "isSuper" from pg_control_system()`,
    );
    const { rows: extensions } = await client.query<Extension>(
      `select e.extname as name, n.nspname as schema from pg_catalog.pg_extension e
       join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname <> 'plpgsql' order by 1`,
    );
    return { ...rows[0]!, extensions };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return fail({
      code: 'GR5152',
      message: `PostgreSQL of ${what} did not answer${code}.`,
      where,
      do: 'Correct the variable that holds its address, and see that it is reached from here.',
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
