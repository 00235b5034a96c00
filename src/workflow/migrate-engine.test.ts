import pg from 'pg';
import { expect, test } from 'vitest';
import { testDatabase } from '../store/testing/database.ts';
import { migrateEngine } from './migrate-engine.ts';

const database = testDatabase();

test(
  'five that begin at once on a new database do not wait for each other for ever',
  { timeout: 120_000 },
  async () => {
    const client = new pg.Client({ connectionString: database.url() });
    await client.connect();
    const found = async () =>
      (await client.query<{ count: number }>(`select count(*)::int as count from pg_tables where schemaname = 'dbos'`))
        .rows[0]!.count;
    expect(await found()).toBe(0);
    await Promise.all(Array.from({ length: 5 }, () => migrateEngine(database.url())));
    expect(await found()).toBeGreaterThan(0);
    await client.end();
  },
);
