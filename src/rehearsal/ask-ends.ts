// What is asked of the scratch server and of production before anything is made.
import pg from 'pg';
import { fail } from '../domain/failure.ts';
import type { SchemaMark } from '../kinds/rehearsals.ts';
import { versionsOf } from './copy-facts.ts';
import type { RehearsalOrder } from './order.ts';
import type { Login } from '../domain/rehearsal/search-path.ts';
import { loginsOf } from './logins.ts';
import { plainSchema } from './plain-schema.ts';
import { relationsOf } from './relations.ts';
import { schemaMarkQuery } from './schema-mark.ts';

export interface Ends {
  readonly production: NonNullable<RehearsalOrder['production']>;
  readonly logins: readonly Login[];
  /** Of production, to be told when its schema has become another one. */
  readonly mark: SchemaMark;
}

/** Refuses a role that cannot make clones, and a scratch server that is production's. Reads production in one transaction that may not write. */
export async function askEnds(server: string, production: string): Promise<Ends> {
  const scratch = await asked(server, 'the scratch server', async (client) => {
    const { rows } = await client.query<{ isSuper: boolean }>(
      `select rolsuper as "isSuper" from pg_catalog.pg_roles where rolname = current_user`,
    );
    return { identity: await identityOf(client), isSuper: rows[0]?.isSuper === true };
  });
  if (!scratch.isSuper)
    fail({
      code: 'GR5105',
      message: 'The role of the scratch server is no superuser, so it cannot make a clone and a role to migrate it.',
      where: 'server of the check migration-rehearsal',
      do: 'Name a superuser of a server that holds nothing but copies.',
    });
  return asked(production, 'production', async (client) => {
    await client.query('begin transaction isolation level repeatable read read only');
    await client.query('set local statement_timeout to 10000');
    if ((await identityOf(client)) === scratch.identity)
      fail({
        code: 'GR5104',
        message: 'The scratch server is the server of production.',
        where: 'server and production of the check migration-rehearsal',
        do: 'Rehearse on another server: clones are made, locked and dropped there.',
      });
    const relations = await relationsOf(client);
    const sizes = Object.fromEntries(relations.map(({ name, sizeBytes }) => [name, sizeBytes]));
    const marks = await client.query<{ place: string; schema: string }>(schemaMarkQuery);
    const [versions, logins] = [await versionsOf(client), await loginsOf(client)];
    const schema = await plainSchema(client);
    return { production: { versions, sizes, schema }, logins, mark: marks.rows[0]! };
  });
}

/** The running server, by whatever address it was reached. */
async function identityOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ identity: string }>(
    `select system_identifier::text || ' ' || extract(epoch from pg_postmaster_start_time())::text as identity from pg_control_system()`,
  );
  return rows[0]!.identity;
}

async function asked<T>(url: string, name: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the query in flight fails of it
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    if (!(error instanceof Error) || 'failures' in error) throw error;
    const code = 'code' in error ? ` (${String(error.code)})` : '';
    return fail({
      code: 'GR5105',
      message: `PostgreSQL of ${name} did not answer${code}.`,
      where: 'server and production of the check migration-rehearsal',
      do: 'Correct the variable that holds its address, and see that it is reached from here.',
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
