// A piece of a table whose connections are lost: copied again, once, and not for ever.
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { noLimits } from '../domain/refresh/source-limits.ts';
import { openLastingCopy, type Ends, type LastingCopy } from './lasting-copy.ts';
import { runRefresh } from './run-refresh.ts';
import { openTwoDatabases, refusalOf, type TwoDatabases } from './testing/two-databases.ts';

/** 30 MB: more than lies on the way between two processes, which would arrive whatever became of the one that has sent it. */
const ROWS = 30_000;

let two: TwoDatabases;
beforeAll(async () => {
  two = await openTwoDatabases();
  await two.ask(
    'production',
    `CREATE TABLE texts (id int, body text); INSERT INTO texts SELECT i, repeat(md5(i::text), 32) FROM generate_series(1, ${ROWS}) i`,
  );
  await two.ask('postgres', 'CREATE DATABASE fresh');
  await two.ask('fresh', 'CREATE TABLE kept (a int)');
}, 240_000);
afterAll(() => two?.close(), 60_000);

let opened: Ends[] = [];
beforeEach(async () => {
  opened = [];
  await two.ask('fresh', 'TRUNCATE kept');
});
async function open(): Promise<Ends> {
  const ends = { source: await two.open('production'), target: await two.open('fresh') };
  opened.push(ends);
  return ends;
}
const endAll = () =>
  Promise.all(opened.flatMap(({ source, target }) => [source.end(), target.end()].map((end) => end.catch(() => {}))));
const kill = async (client: Client): Promise<void> => {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await two.ask('postgres', `SELECT pg_terminate_backend(${rows[0]!.pid}, 5000)`);
};
const kept = async (): Promise<number> => (await two.ask<{ a: number }>('fresh', 'SELECT a FROM kept')).length;
const one = { rowCount: 1, byteCount: 4 };

/** Puts a row there; `before` and `after` may do harm the first `times`. */
function piece(lasting: LastingCopy, times: number, harm: (ends: Ends) => Promise<void>, isAfter = false) {
  let left = times;
  const maybe = async (ends: Ends): Promise<void> => void (left-- > 0 && (await harm(ends)));
  return lasting(async (ends) => {
    if (!isAfter) await maybe(ends);
    await ends.source.query('SELECT 1');
    await ends.target.query('INSERT INTO kept VALUES (1)');
    if (isAfter) await maybe(ends);
    return one;
  });
}

test.each([
  ['the source, before', (ends: Ends) => kill(ends.source), false],
  ['the target, before', (ends: Ends) => kill(ends.target), false],
  ['the target, with its rows', (ends: Ends) => kill(ends.target), true],
])('F101 a lost connection to %s: the piece is there once', async (_, harm, isAfter) => {
  const lasting = await openLastingCopy(open);
  try {
    expect(await piece(lasting, 1, harm, isAfter)).toEqual({ ...one, againCount: 1 });
    expect([await kept(), opened.length]).toEqual([1, 2]);
    // What was opened is kept for the next one.
    expect(await piece(lasting, 0, harm)).toEqual({ ...one, againCount: 0 });
    expect([await kept(), opened.length]).toEqual([2, 2]);
  } finally {
    await endAll();
  }
});

test('F101 an end that was asked for and not heard of: the target is asked, and nothing comes twice', async () => {
  const lasting = await openLastingCopy(async () => {
    const ends = await open();
    if (opened.length > 1) return ends;
    const { target } = ends;
    const real = target.query.bind(target) as (text: string) => Promise<unknown>;
    const deaf = async (text: string): Promise<unknown> => {
      const answer = await real(text);
      if (text === 'COMMIT') throw Object.assign(new Error('read'), { code: 'ECONNRESET' });
      return answer;
    };
    return { ...ends, target: Object.assign(Object.create(target) as Client, { query: deaf }) };
  });
  try {
    expect(await piece(lasting, 0, async () => {})).toMatchObject(one);
    expect([await kept(), opened.length]).toEqual([1, 2]);
  } finally {
    await endAll();
  }
});

test('three losses end it, and so does what is no loss', async () => {
  const lasting = await openLastingCopy(open);
  try {
    await expect(piece(lasting, 9, (ends) => kill(ends.source))).rejects.toThrow(/onnection|terminat/);
    expect([await kept(), opened.length]).toEqual([0, 3]);
    const other = await openLastingCopy(open);
    await expect(piece(other, 1, async ({ target }) => void (await target.query('SELECT 1 / 0')))).rejects.toThrow(
      'division by zero',
    );
    expect([await kept(), opened.length]).toEqual([0, 4]);
  } finally {
    await endAll();
  }
});

const limits = { ...noLimits, bytesPerSecond: 16e6 };

/** Ends who copies, so many times; answers how often it did. */
async function harass(times: number, database: 'production' | 'staging'): Promise<() => Promise<number>> {
  const watcher = await two.open('postgres');
  const over = new AbortController();
  let left = times;
  const work = (async () => {
    while (!over.signal.aborted && left > 0) {
      const { rows } = await watcher.query<{ is: boolean }>(
        `SELECT pg_terminate_backend(pid, 2000) AS is FROM pg_stat_activity WHERE query LIKE 'COPY %' AND datname LIKE '${database}%' AND application_name = 'greenroom refresh' LIMIT 1`,
      );
      if (rows[0]?.is) left -= 1;
      else await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  let stopped: Promise<number> | null = null;
  return () => (stopped ??= stop());
  async function stop(): Promise<number> {
    over.abort();
    await work.finally(() => watcher.end());
    return times - left;
  }
}

test.each(['production', 'staging'] as const)(
  'F101 through a whole refresh, one of %s ended in the middle of a table',
  async (database) => {
    const stop = await harass(1, database);
    const done = await runRefresh(two.order({ limits })).finally(stop);
    expect(await stop()).toBe(1);
    expect(done.notes).toEqual(['a connection was lost in the middle of public.texts; that part was copied again']);
    expect(done.tables).toEqual([{ name: 'public.texts', rowCount: ROWS }]);
    expect(await two.ask('staging', 'SELECT count(*)::int AS n, count(DISTINCT id)::int AS ids FROM texts')).toEqual([
      { n: ROWS, ids: ROWS },
    ]);
  },
  240_000,
);

test('F101 whose connections are ended again and again leaves the old data', async () => {
  await two.ask('staging', "CREATE TABLE IF NOT EXISTS texts (id int, body text); INSERT INTO texts VALUES (0, 'old')");
  const stop = await harass(99, 'production');
  expect(await refusalOf(two.order({ limits })).finally(stop)).toMatch(/^GR5005 .*cut in the middle of a table/);
  expect(await stop()).toBeGreaterThanOrEqual(3);
  expect(await two.ask('staging', "SELECT id FROM texts WHERE body = 'old'")).toEqual([{ id: 0 }]);
}, 240_000);
