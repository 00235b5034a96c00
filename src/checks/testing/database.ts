import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { joinPostgres } from '../../embedded/postgres.ts';

/** A real PostgreSQL for the tests of one file. */
export function realPostgres(): { url(): string } {
  let url = '';
  let homeDir = '';
  let leave: (() => Promise<void>) | null = null;
  beforeAll(async () => {
    homeDir = await mkdtemp(path.join(tmpdir(), 'greenroom-check-sql-'));
    const postgres = await joinPostgres({ homeDir, label: 'checks test' });
    url = postgres.adminUrl;
    leave = () => postgres.leave();
  }, 60_000);
  afterAll(async () => {
    await leave?.();
    await rm(homeDir, { recursive: true, force: true });
  });
  return { url: () => url };
}
