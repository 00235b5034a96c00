import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import type { EmbeddedPostgres } from './postgres.ts';
import { ensureDatabase, joinPostgres, postgresState, registerUser } from './postgres.ts';
import { readerUrl } from './reader.ts';
import { identify } from '../host/process-identity.ts';
import type { Joined } from './testing/postgres-processes.ts';
import { joinElsewhere, keeperPid, makeHome, processesOf, query } from './testing/postgres-processes.ts';
import { queryUntilAnswered, removeHome, serverPid, until } from './testing/postgres-processes.ts';

const rows = (url: string) => queryUntilAnswered(url, 'select word from kept order by word');

describe('a PostgreSQL that several processes share', () => {
  const home = makeHome(0o755);
  let joined: Joined[] = [];
  let url = '';

  beforeAll(async () => {
    joined = await Promise.all(Array.from({ length: 5 }, () => joinElsewhere(home)));
    url = joined[0]!.adminUrl;
    await query(url, 'create table kept (word text primary key)');
    await query(url, `insert into kept values ('before')`);
  });
  afterAll(() => removeHome(home));

  test('five that join at once get one keeper and one server', async () => {
    expect(new Set(joined.map((one) => one.adminUrl)).size).toBe(1);
    await until('others that wanted to be the keeper gone', () => processesOf(home).length === 2, 5000);
    expect(
      processesOf(home)
        .map((one) => one.role)
        .sort(),
    ).toEqual(['keeper', 'postmaster']);
    expect(postgresState(home)?.users).toHaveLength(5);
  });

  test('F187 the server does not run as root, and nobody else can read its data, password or log', () => {
    expect(statSync(`/proc/${serverPid(home)}`).uid).toBe(process.getuid?.() || 65534);
    expect(statSync(postgresState(home)!.dataDir).mode & 0o777).toBe(0o700);
    for (const name of ['postgres.json', 'postgres.log', 'postgres-keeper.log']) {
      expect(statSync(path.join(home, name)).mode & 0o777, name).toBe(0o600);
    }
  });

  test('the role for reading reads what row security hides, cannot write, and is one for all who ask at once', async () => {
    await query(url, 'create table hidden as select 1 as one');
    await query(url, 'alter table hidden enable row level security');
    const readers = await Promise.all(Array.from({ length: 5 }, () => readerUrl({ adminUrl: url }, 'postgres')));
    expect(new Set(readers).size).toBe(1);
    expect(await query(readers[0]!, 'select one from hidden')).toEqual([{ one: 1 }]);
    await expect(query(readers[0]!, 'delete from hidden')).rejects.toThrow(/permission denied/);
    await expect(query(readers[0]!, 'create table public.mine (a int)')).rejects.toThrow(/permission denied/);
  });

  test('a wrong password is refused', async () => {
    const wrong = url.replace(/postgres:[^@]+@/, 'postgres:wrong@');
    await expect(query(wrong, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  test("rows' values of failing statements do not reach the log", async () => {
    await query(url, `insert into kept values ('topsecret')`);
    await expect(query(url, `insert into kept values ('topsecret')`)).rejects.toThrow(/duplicate key/);
    await query(url, `delete from kept where word = 'topsecret'`);
    const log = readFileSync(path.join(home, 'postgres.log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('topsecret');
  });

  test('a killed server is back on the same port with what was committed, and its busy orphans are gone', async () => {
    const old = serverPid(home);
    const busy = query(url, `select count(*) from generate_series(1, 1e10)`).catch((error: unknown) => error);
    await sleep(200);
    process.kill(old, 'SIGKILL');
    expect(await rows(url)).toEqual([{ word: 'before' }]);
    expect(await busy).toBeInstanceOf(Error);
    expect(serverPid(home)).not.toBe(old);
  });

  test('five kills in a row are survived without giving up', async () => {
    for (let kill = 1; kill <= 5; kill += 1) {
      process.kill(serverPid(home), 'SIGKILL');
      expect(await rows(url), `kill ${kill}`).toEqual([{ word: 'before' }]);
    }
  });

  test('a killed keeper is replaced by the processes that are joined; the server goes on with its sessions', async () => {
    const [server, keeper] = [serverPid(home), keeperPid(home)];
    const session = new Client({ connectionString: url });
    await session.connect();
    process.kill(keeper, 'SIGKILL');
    await until('a new keeper', () => ![null, keeper].includes(postgresState(home)!.keeperPid), 5000);
    await sleep(300);
    expect((await session.query('select word from kept')).rows).toEqual([{ word: 'before' }]);
    await session.end();
    expect(serverPid(home)).toBe(server);
    await until('others that wanted to be the keeper gone', () => processesOf(home).length === 2, 5000);
    process.kill(server, 'SIGKILL');
    expect(await rows(url)).toEqual([{ word: 'before' }]);
  });

  test('after a kill of everything the next that joins finds what was committed, on the same port', async () => {
    await query(url, `insert into kept values ('last')`);
    for (const one of joined) one.child.kill('SIGKILL');
    for (const { pid } of processesOf(home)) process.kill(pid, 'SIGKILL');
    joined = await Promise.all([joinElsewhere(home), joinElsewhere(home)]);
    expect(joined[0]!.adminUrl).toBe(url);
    expect(await rows(url)).toEqual([{ word: 'before' }, { word: 'last' }]);
    expect(postgresState(home)?.users).toHaveLength(2);
  });

  test('an app keeps it alive after the last Greenroom has left; it stops when the app has ended', async () => {
    const app = spawn('sleep', ['60'], { stdio: 'ignore' });
    await registerUser(home, { pid: app.pid!, startedTicks: identify(app.pid!)!.startedTicks, label: 'app' });
    for (const one of joined) await one.leave();
    await sleep(2500);
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(postgresState(home)?.users.map((user) => user.label)).toEqual(['app']);
    app.kill('SIGKILL');
    // One that is just exiting has no command line any more, but holds its pid for another moment.
    const isGone = () => processesOf(home).length === 0 && postgresState(home)?.keeperPid === null;
    await until('keeper and server gone', isGone, 5000);
    expect(readFileSync(path.join(home, 'postgres.log'), 'utf8').trimEnd()).toMatch(/database system is shut down$/);
    expect(postgresState(home)).toMatchObject({ running: false, keeperPid: null, users: [] });
  });
});

describe('who joins while it stops', () => {
  const home = makeHome(0o700);
  afterAll(() => removeHome(home));

  test('gets a server that stays', async () => {
    // The keeper stops about 1.5 to 1.7 s after the last user left.
    for (const pauseMs of [1600, 1700]) {
      const first = await joinPostgres({ homeDir: home, label: 'first' });
      await first.leave();
      await sleep(pauseMs);
      const second = await joinPostgres({ homeDir: home, label: 'second' });
      await sleep(400);
      expect(await query(second.adminUrl, 'select 1 as one'), `after ${pauseMs} ms`).toEqual([{ one: 1 }]);
      expect(second.port).toBe(first.port);
      await second.leave();
    }
  });
});

describe('databases', () => {
  const home = makeHome(0o755);
  let postgres: EmbeddedPostgres;

  beforeAll(async () => {
    postgres = await joinPostgres({ homeDir: home, label: 'test' });
  });
  afterAll(async () => {
    await postgres.leave();
    await removeHome(home);
  });

  test('the same one asked for by ten at once is made once, with a name that needs quoting', async () => {
    const name = 'Shop "öffentlich"; drop table x %2F:@&=+$,\\';
    const urls = await Promise.all(Array.from({ length: 10 }, () => ensureDatabase(postgres, name)));
    expect(new Set(urls).size).toBe(1);
    expect(await query(urls[0]!, 'select current_database() as name')).toEqual([{ name }]);
  });

  test('a name that PostgreSQL would cut is refused', async () => {
    await expect(ensureDatabase(postgres, 'ä'.repeat(32))).rejects.toThrow(FailureError);
    for (const name of ['', 'a/b', '..', 'a?b']) await expect(ensureDatabase(postgres, name)).rejects.toThrow(/GR2811/);
  });

  test('it reports itself', () => {
    expect(postgres.version).toMatch(/^18\./);
    expect(postgresState(home)).toMatchObject({ running: true, port: postgres.port, users: [{ label: 'test' }] });
  });

  test('a home that never had one has no state', () => {
    expect(postgresState(path.join(home, 'elsewhere'))).toBeNull();
  });
});
