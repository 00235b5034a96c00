// What is asked of every table of the copy once it is whole: how many rows it has, and what the planner should know of them. Side by side.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import { countsDiffer } from './copy-out.ts';
import type { LoadedTable } from './load-beside.ts';

/** Throws `GR5006` for the first table that has another number of rows than were copied. */
export async function countRows(clients: readonly Client[], tables: readonly LoadedTable[]): Promise<void> {
  await overAll(clients, tables, async (client, { name, rowCount }) => {
    const { rows } = await client.query<{ count: string }>(
      `SELECT count(*) FROM ${(await isPartitioned(client, name)) ? '' : 'ONLY '}${name}`,
    );
    if (Number(rows[0]!.count) !== rowCount) fail(countsDiffer(name, rowCount, Number(rows[0]!.count)));
  });
}

/** Tables with their partitions, and materialised views; the catalogs are left to PostgreSQL. */
export async function analyse(clients: readonly Client[]): Promise<void> {
  const { rows } = await clients[0]!.query<{ name: string }>(
    `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND pg_has_role(c.relowner, 'USAGE')
     ORDER BY c.relkind = 'p' DESC, pg_relation_size(c.oid) DESC`,
  );
  await overAll(clients, rows, async (client, { name }) => void (await client.query(`ANALYZE ${name}`)));
}

async function isPartitioned(client: Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ is: boolean }>(
    `SELECT relkind = 'p' AS is FROM pg_class WHERE oid = $1::regclass`,
    [table],
  );
  return rows[0]!.is;
}

/** Each connection takes the next one; the first failure keeps the others from beginning more. */
async function overAll<T>(
  clients: readonly Client[],
  all: readonly T[],
  act: (client: Client, one: T) => Promise<void>,
): Promise<void> {
  const waiting = [...all];
  const done = await Promise.allSettled(
    clients.map(async (client) => {
      try {
        for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await act(client, one);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }),
  );
  const failed = done.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
}
