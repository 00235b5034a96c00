import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinPostgres } from '../embedded/postgres.ts';
import { holdAutovacuum } from './autovacuum.ts';

let homeDir: string;
let leave: () => Promise<void>;
let client: Client;

beforeAll(async () => {
  homeDir = await mkdtemp(path.join(tmpdir(), 'greenroom-autovacuum-'));
  const postgres = await joinPostgres({ homeDir, label: 'autovacuum test' });
  leave = () => postgres.leave();
  client = new Client({ connectionString: postgres.adminUrl });
  await client.connect();
}, 240_000);
afterAll(async () => {
  await client?.end();
  await leave?.();
  await rm(homeDir, { recursive: true, force: true });
});

async function options(): Promise<Readonly<Record<string, readonly string[] | null>>> {
  const { rows } = await client.query<{ name: string; options: string[] | null }>(
    `SELECT relname AS name, reloptions AS options FROM pg_class WHERE relnamespace = 'filled'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1`,
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.options]));
}

test('tables are left alone while they are filled, and what they say themselves stands', async () => {
  await client.query(`CREATE SCHEMA filled; CREATE TABLE filled.plain (id int); CREATE TABLE filled."Gone by" (id int);
    CREATE TABLE filled.own (id int) WITH (autovacuum_enabled = on, fillfactor = 70); CREATE TABLE filled.parted (id int) PARTITION BY RANGE (id);
    CREATE TABLE filled.part PARTITION OF filled.parted DEFAULT WITH (fillfactor = 80)`);
  const before = await options();
  const give = await holdAutovacuum(client);
  const off = 'autovacuum_enabled=off';
  expect(await options()).toEqual({
    ...{ plain: [off], 'Gone by': [off], own: ['autovacuum_enabled=on', 'fillfactor=70'], parted: null },
    part: ['fillfactor=80', off],
  });
  await client.query('DROP TABLE filled."Gone by"; ALTER TABLE filled.plain RENAME TO "Plain now"');
  await give();
  const { plain, 'Gone by': gone, ...others } = before;
  expect([plain, gone]).toEqual([null, null]);
  expect(await options()).toEqual({ 'Plain now': null, ...others });
});
