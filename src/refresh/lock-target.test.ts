// Who holds the lock of a refresh, and may be gone already.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { joinPostgres } from '../embedded/postgres.ts';
import { lockTarget } from './beside.ts';

let homeDir: string;
let leave: () => Promise<void>;
let adminUrl: string;

beforeAll(async () => {
  homeDir = await mkdtemp(path.join(tmpdir(), 'greenroom-lock-'));
  const postgres = await joinPostgres({ homeDir, label: 'lock test' });
  ({ adminUrl } = postgres);
  leave = () => postgres.leave();
}, 240_000);
afterAll(async () => {
  await leave?.();
  await rm(homeDir, { recursive: true, force: true });
});

async function open(): Promise<Client> {
  const client = new Client({ connectionString: adminUrl });
  client.on('error', () => {});
  await client.connect();
  return client;
}

test('F097 one that is at work is refused; one that PostgreSQL still makes or drops a database for is waited for', async () => {
  const [first, second] = [await open(), await open()];
  try {
    await lockTarget(first, 'staging');
    await expect(lockTarget(second, 'staging')).rejects.toThrow(/GR5057/);
    // As after a kill: the statement goes on, and the session ends with it.
    const lingering = first.query('CREATE DATABASE lingering STRATEGY file_copy').then(() => first.end());
    let hasEnded = false;
    void lingering.then(() => (hasEnded = true));
    const isMaking = async (): Promise<boolean> =>
      (
        await second.query(
          "SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE DATABASE lingering%' AND pid <> pg_backend_pid()",
        )
      ).rowCount! > 0;
    await vi.waitUntil(async () => hasEnded || (await isMaking()), { timeout: 20_000 });
    await lockTarget(second, 'staging');
    await lingering;
  } finally {
    await first.end().catch(() => {});
    await second.end();
  }
}, 240_000);
