import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import { migrations } from './migrations.ts';
import { openStore } from './store.ts';
import { openTestStore, statement, testDatabase } from './testing/database.ts';

const database = testDatabase();
const kept = () => statement<{ word: string }>(database.url(), 'select word from public.kept order by word');

test('F030 two that open an empty database at once bring its schema up once', async () => {
  const url = await database.another();
  const stores = await Promise.all([openTestStore(url), openTestStore(url), openTestStore(url)]);
  const done = await statement<{ name: string }>(url, 'select name from kysely_migration order by name');
  expect(done.map((row) => row.name)).toEqual(Object.keys(migrations));
  for (const store of stores) expect(await store.rows.selectFrom('deployment').selectAll().execute()).toEqual([]);
  await Promise.all(stores.map((store) => store.close()));
});

test('F031 a Greenroom older than the schema refuses, changes nothing and leaves no connection', async () => {
  const url = await database.another('template');
  await statement(url, `insert into kysely_migration values ('9999-of-a-newer-one', '2099-01-01')`);
  const refusal = await openTestStore(url).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(FailureError);
  expect((refusal as FailureError).failures[0]).toMatchObject({ code: 'GR3102', do: expect.any(String) });
  const others = await statement(
    url,
    `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
  );
  expect(others).toEqual([]);
});

test('F027 a deadlock is taken back, and both changes happen once', async () => {
  const store = database.store();
  await statement(database.url(), 'create table public.pair (name text primary key, count integer not null)');
  await statement(database.url(), `insert into public.pair values ('a', 0), ('b', 0)`);
  let [runs, holding] = [0, 0];
  const bothHold = Promise.withResolvers<void>();
  const bump = (first: string, second: string) =>
    store.change(async (rows) => {
      runs += 1;
      await sql`update public.pair set count = count + 1 where name = ${first}`.execute(rows);
      holding += 1;
      if (holding === 2) bothHold.resolve();
      await bothHold.promise;
      await sql`update public.pair set count = count + 1 where name = ${second}`.execute(rows);
    });
  await Promise.all([bump('a', 'b'), bump('b', 'a')]);
  expect(runs).toBe(3);
  expect(await statement(database.url(), 'select count from public.pair')).toEqual([{ count: 2 }, { count: 2 }]);
});

test('F027 a serialisation failure is tried again at once; any other failure is not', async () => {
  let runs = 0;
  const raise = (code: string) =>
    database.store().change(async (rows) => {
      runs += 1;
      if (runs === 1)
        await sql.raw(`do $$ begin raise exception 'told to' using errcode = '${code}'; end $$`).execute(rows);
      return runs;
    });
  expect(await raise('40001')).toBe(2);
  runs = 0;
  await expect(raise('23505')).rejects.toThrow('told to');
  expect(runs).toBe(1);
});

test('F027 who is taken back every time gives up within bounds, and says why and what to do', async () => {
  const slept: number[] = [];
  const store = await openStore({ url: database.url(), sleep: async (durationMs) => void slept.push(durationMs) });
  let runs = 0;
  const raise = (code: string) => sql.raw(`do $$ begin raise exception 'in the way' using errcode = '${code}'; end $$`);
  const given = await store
    .change(async (rows) => {
      runs += 1;
      await sql`insert into public.pair values (${`run ${runs}`}, 0)`.execute(rows);
      await raise(runs % 2 === 0 ? '40001' : '40P01').execute(rows);
    })
    .catch((error: unknown) => error);
  await store.close();
  const [failure, ...others] = (given as FailureError).failures;
  expect([runs, others]).toEqual([20, []]);
  expect(failure).toMatchObject({
    code: 'GR3104',
    message: expect.stringMatching(/20 times.*40001 in the way/),
    where: expect.stringMatching(/^postgresql:\/\/[^@]+$/),
    do: expect.stringContaining('again'),
  });
  expect(await statement(database.url(), `select 1 from public.pair where name like 'run %'`)).toEqual([]);
  expect(slept).toHaveLength(19);
  expect(Math.max(...slept)).toBeLessThanOrEqual(1_000);
  expect(new Set(slept).size).toBeGreaterThan(10);
});

test('F021 a connection that is killed in the middle is replaced, and what it had written is gone', async () => {
  await statement(database.url(), 'create table public.kept (word text not null)');
  let runs = 0;
  await database.store().change(async (rows) => {
    runs += 1;
    await sql`insert into public.kept values (${`run ${runs}`})`.execute(rows);
    if (runs > 1) return;
    const own = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(rows);
    await statement(database.url(), 'select pg_terminate_backend($1)', [own.rows[0]!.pid]);
    await sql`select 1`.execute(rows);
  });
  expect(await kept()).toEqual([{ word: 'run 2' }]);
});

test('F021 the connection dies between two statements: nothing breaks but the next one', async () => {
  let runs = 0;
  const answer = await database.store().change(async (rows) => {
    runs += 1;
    const own = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(rows);
    if (runs === 1) {
      await statement(database.url(), 'select pg_terminate_backend($1)', [own.rows[0]!.pid]);
      await sleep(50);
    }
    return (await sql<{ one: number }>`select 1 as one`.execute(rows)).rows[0]!.one;
  });
  expect([answer, runs]).toEqual([1, 2]);
});

test('F021 an absent database is asked for with patience, and revived, then the failure is given up', async () => {
  const [revived, slept]: number[][] = [[], []];
  const options = {
    url: 'postgresql://postgres:x@127.0.0.1:1/none',
    revive: async () => void revived!.push(1),
    sleep: async (durationMs: number) => void slept!.push(durationMs),
    patienceMs: 1_000,
  };
  const given = await openStore(options).catch((error: unknown) => error);
  expect((given as FailureError).failures).toMatchObject([
    { code: 'GR3105', message: expect.stringContaining('ECONNREFUSED'), where: 'postgresql://127.0.0.1:1/none' },
  ]);
  expect(revived).toHaveLength(3);
  expect(slept).toEqual([250, 250, 250]);
});
