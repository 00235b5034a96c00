// A connection that is lost at the very instant of the swap, on a real PostgreSQL.
import { Client } from 'pg';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import { swap } from './swap.ts';

const postgres = realPostgres();
const clients: Client[] = [];
afterAll(() => Promise.all(clients.map((client) => client.end().catch(() => undefined))));

async function open(database = 'postgres'): Promise<Client> {
  const client = new Client({ connectionString: Object.assign(new URL(postgres.url()), { pathname: database }).href });
  client.on('error', () => {});
  await client.connect();
  clients.push(client);
  return client;
}

const names = { target: 'staging', fresh: 'staging_new', old: 'staging_old' };
const comments = { target: 'new data', old: 'old data' };
let looker: Client;

beforeEach(async () => {
  looker = await open();
  for (const name of Object.values(names)) await looker.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  for (const name of [names.target, names.fresh]) await looker.query(`CREATE DATABASE ${name}`);
});

const told = async (): Promise<readonly string[]> => {
  const { rows } = await looker.query<{ datname: string }>(
    `SELECT datname FROM pg_database WHERE datname LIKE 'staging%' ORDER BY 1`,
  );
  return rows.map(({ datname }) => datname);
};
const published = ['staging', 'staging_old'];
const asBefore = ['staging', 'staging_new'];

/** Its cable is cut at COMMIT: before it is sent, or when PostgreSQL has carried it out. */
function losing(client: Client, when: 'before' | 'after'): Client {
  const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection;
  const query = async (text: string): Promise<unknown> => {
    if (text !== 'COMMIT') return client.query(text);
    if (when === 'after') await client.query(text);
    stream.destroy();
    throw new Error('Connection terminated unexpectedly');
  };
  return { query } as unknown as Client;
}

test('undisturbed they change places', async () => {
  await swap([await open(), await open()], names, comments);
  expect(await told()).toEqual(published);
});

test('only the answer to COMMIT is lost: the new data is published, and that is no failure', async () => {
  await swap([losing(await open(), 'after'), await open()], names, comments);
  expect(await told()).toEqual(published);
});

test('the connection is lost before COMMIT: nothing has changed, and it says so', async () => {
  await expect(swap([losing(await open(), 'before'), await open()], names, comments)).rejects.toThrow(/GR5058/);
  expect(await told()).toEqual(asBefore);
});

test.each(['before', 'after'] as const)(
  'both connections are lost, %s COMMIT: nobody says what the target has',
  async (when) => {
    const killer = await open();
    await killer.end();
    await expect(swap([losing(await open(), when), killer], names, comments)).rejects.toThrow(/^Connection terminated/);
    expect(await told()).toEqual(when === 'after' ? published : asBefore);
  },
);

test('somebody holds it and may not be sent away: nothing has changed, and the connection lives on', async () => {
  const admin = await open();
  await open(names.target);
  const powerless = { query: () => Promise.reject(new Error('not allowed')) } as unknown as Client;
  await expect(swap([admin, powerless], names, comments)).rejects.toThrow(/GR5058/);
  expect((await admin.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  expect(await told()).toEqual(asBefore);
});
