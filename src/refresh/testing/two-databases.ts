// A production that can only be read and a staging that may be replaced, on a PostgreSQL of their own.
import { noLimits } from '../../domain/refresh/source-limits.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { FailureError } from '../../domain/failure.ts';
import { joinPostgres } from '../../embedded/postgres.ts';
import { keepNone } from '../kept.ts';
import { withDatabase } from '../connect.ts';
import { runRefresh, type RefreshOrder } from '../run-refresh.ts';

export interface TwoDatabases {
  ask<T extends object>(database: string, query: string): Promise<T[]>;
  /** Connected as the server's own role. */
  open(database: string): Promise<Client>;
  order(more: Partial<RefreshOrder>): RefreshOrder;
  /** Names of all databases that begin as staging does. */
  stagings(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openTwoDatabases(): Promise<TwoDatabases> {
  const homeDir = await mkdtemp(path.join(tmpdir(), 'greenroom-two-'));
  const { adminUrl, leave } = await joinPostgres({ homeDir, label: 'refresh test' });
  const open = async (database: string): Promise<Client> => {
    const client = new Client({ connectionString: withDatabase(adminUrl, database) });
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const ask = async <T extends object>(database: string, query: string): Promise<T[]> => {
    const client = await open(database);
    try {
      return (await client.query<T>(query)).rows;
    } finally {
      await client.end();
    }
  };
  const as = (role: string, database: string): string => {
    const url = new URL(withDatabase(adminUrl, database));
    [url.username, url.password] = [role, role];
    return url.href;
  };
  await ask('postgres', "CREATE ROLE reader LOGIN PASSWORD 'reader' IN ROLE pg_read_all_data");
  await ask('postgres', "CREATE ROLE stager LOGIN CREATEDB PASSWORD 'stager'");
  for (const name of ['production', 'staging OWNER stager']) await ask('postgres', `CREATE DATABASE ${name}`);
  await ask('postgres', "COMMENT ON DATABASE staging IS 'greenroom: staging'");
  return {
    ...{ ask, open },
    order: (more) => ({
      ...{ environment: 'staging', sourceEnvironment: 'production', at: '2026-11-22T06:00:00.000Z' },
      ...{ sourceUrl: as('reader', 'production'), targetUrl: as('stager', 'staging'), looked: null, subset: null },
      ...{ secret: Buffer.from('a key that everybody may know'), workerCount: 2, isOwnTarget: false },
      ...{
        isDryRun: false,
        isProven: true,
        migrate: null,
        limits: noLimits,
        keep: keepNone,
        signal: new AbortController().signal,
      },
      ...{ onStation: () => {}, onProgress: () => {}, underLock: (act: () => Promise<void>) => act() },
      rules: { columns: {}, patterns: [{ pattern: '**', rule: { kind: 'keep', because: 'made up' } }], types: {} },
      ...more,
    }),
    stagings: async () =>
      (
        await ask<{ name: string }>(
          'postgres',
          "SELECT datname AS name FROM pg_database WHERE datname ~ '^staging' ORDER BY 1",
        )
      ).map(({ name }) => name),
    async close() {
      await leave();
      await rm(homeDir, { recursive: true, force: true });
    },
  };
}

/** What a refresh was refused for; `nothing` when it was not. */
export const refusalOf = (order: RefreshOrder): Promise<string> =>
  runRefresh(order).then(
    () => 'nothing',
    (error: unknown) => (error instanceof FailureError ? error.message : `not a failure: ${String(error)}`),
  );
