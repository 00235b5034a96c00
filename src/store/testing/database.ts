import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { joinPostgres, type EmbeddedPostgres } from '../../embedded/postgres.ts';
import { openStore, type Store } from '../store.ts';

/** The databases of one test file, in a PostgreSQL that all files of a run share. */
export interface TestDatabase {
  /** Of the file's own database, a clone of a template that holds Greenroom's schema. */
  url(): string;
  store(): Store;
  /** Another database, with nothing in it or a clone of the template; dropped after the file. */
  another(from?: 'nothing' | 'template'): Promise<string>;
}

const lock = 727_299;
const template = 'greenroom_template';

export function testDatabase(): TestDatabase {
  const made: string[] = [];
  let postgres: EmbeddedPostgres;
  let url = '';
  let store: Store;
  const another = async (from: 'nothing' | 'template' = 'nothing') => {
    const name = `test_${randomUUID().slice(0, 13).replaceAll('-', '_')}`;
    await asAdmin(postgres, async (admin) => {
      if (from === 'template') await makeTemplate(admin, postgres);
      await admin.query(`create database ${name} template ${from === 'template' ? template : 'template0'}`);
    });
    made.push(name);
    return postgres.urlFor(name);
  };
  beforeAll(async () => {
    postgres = await joinPostgres({ homeDir: homeOfThisRun(), label: 'tests' });
    url = await another('template');
    store = await openTestStore(url);
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    await asAdmin(postgres, async (admin) => {
      for (const name of made) await admin.query(`drop database if exists ${name} with (force)`);
    });
    await postgres.leave();
  });
  return { url: () => url, store: () => store, another };
}

/** A store that waits as it does in the product. */
export const openTestStore = (url: string, patienceMs = 10_000): Promise<Store> =>
  openStore({ url, patienceMs, sleep: (durationMs) => sleep(durationMs) });

/** One statement on a connection of its own. */
export async function statement<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url, options: '-c search_path=greenroom' });
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** Under one lock: a template cannot be copied while somebody is connected to it. */
async function asAdmin(postgres: EmbeddedPostgres, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: postgres.adminUrl });
  await admin.connect();
  try {
    await admin.query('select pg_advisory_lock($1)', [lock]);
    await work(admin);
  } finally {
    await admin.end();
  }
}

async function makeTemplate(admin: pg.Client, postgres: EmbeddedPostgres): Promise<void> {
  const found = await admin.query('select 1 from pg_database where datname = $1', [template]);
  if (found.rowCount !== 0) return;
  await admin.query(`create database ${template}_begun template template0`);
  await (await openTestStore(postgres.urlFor(`${template}_begun`))).close();
  await admin.query(`alter database ${template}_begun rename to ${template}`);
}

/** Named after the process that runs all test files; whoever makes it leaves a janitor, who waits for the end of that process. */
function homeOfThisRun(): string {
  const home = path.join(tmpdir(), `greenroom-tests-${process.ppid}`);
  try {
    mkdirSync(home);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return home;
    throw error;
  }
  chmodSync(home, 0o755);
  const janitor = fileURLToPath(new URL('janitor.ts', import.meta.url));
  const child = spawn(process.execPath, [janitor, home, String(process.ppid)], { detached: true, stdio: 'ignore' });
  child.unref();
  return home;
}
