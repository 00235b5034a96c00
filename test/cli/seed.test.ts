// `greenroom seed` on a small project: what it says, what it refuses, what is on record, and that a kill at any moment leaves the tables empty.
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openTinyDatabases, stagingDatabase as target, type TinyDatabases } from '../rig/tiny-databases.ts';
import { until, type Tiny } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 600_000 });

interface Failures {
  readonly failures: readonly { readonly code: string; readonly message: string }[];
}
interface Told {
  readonly by: string;
  readonly endedAt: number | null;
  readonly ends: { readonly target: string; readonly seed: number } | null;
  readonly made: { readonly tables: object[] } | null;
  readonly failures: readonly { readonly code: string }[];
}

let tiny: Tiny;
let ground: TinyDatabases;

const inDatabase = <T extends object>(database: string, text: string) => ground.ask<T>(database, text);
/** People, orders, and a digest of both. */
const rows = async (): Promise<string> => {
  const [row] = await inDatabase<{ told: string }>(
    target,
    `SELECT (SELECT count(*) || ' ' || coalesce(md5(string_agg(p::text, ',' ORDER BY id)), '-') FROM people p) || ' '
      || (SELECT count(*) || ' ' || coalesce(md5(string_agg(o::text, ',' ORDER BY id)), '-') FROM orders o) AS told`,
  );
  return row!.told;
};
const empty = '0 - 0 -';
const run = (line: string) => tiny.play.run(line.split(' '));
const json = <T>(line: string, code: number) => tiny.play.json<T>(line.split(' '), code);
const failed = async (line: string): Promise<string> =>
  (await json<Failures>(line, 2)).failures.map(({ code, message }) => `${code} ${message}`).join('\n');
const told = async () => (await json<{ seedings: Told[] }>('history staging --data', 0)).seedings;

beforeAll(async () => {
  ground = await openTinyDatabases('seed test', [target]);
  ({ tiny } = ground);
}, 60_000);
afterAll(() => ground?.close(), 60_000);
beforeEach(async () => {
  rmSync(tiny.play.file('seed.yaml'), { force: true });
  await inDatabase(
    target,
    `DROP TABLE IF EXISTS orders, people;
     CREATE TABLE people (id serial PRIMARY KEY, email text NOT NULL UNIQUE, name text, created_at timestamptz NOT NULL);
     CREATE TABLE orders (id bigserial PRIMARY KEY, person int NOT NULL REFERENCES people, total numeric(8,2) NOT NULL CHECK (total > 0))`,
  );
});

test('a dry run, then the rows, in words and as one document; the same seed gives the same rows', async () => {
  const dry = await run('seed staging --rows 500 --dry-run');
  expect([dry.code, dry.stdout]).toEqual([
    0,
    'ready  staging would get 2000 rows in 2 tables, seed 1\n' +
      '  table      public.people   500  stands for itself\n' +
      '  table      public.orders  1500  hangs on others: few have many, many have few\n',
  ]);
  expect(await rows()).toBe(empty);
  expect(await told()).toEqual([]);
  const words = await run('seed staging --rows 500');
  expect([words.code, words.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^seeded {2}staging in [\d.]+ s: 2000 rows in 2 tables, seed 1\n {2}made up {4}every row; \d+ rows\/s\n/,
    ),
  ]);
  expect(words.stderr).toMatch(
    /looking\n[^]*filling\n[^]*2000 of 2000 rows {2}\(public\.orders\)\n[^]*verifying\n {2}publishing\n/,
  );
  const first = await rows();
  expect(first).toMatch(/^500 \w{32} 1500 \w{32}$/);
  expect(await failed('seed staging')).toMatch(/^GR5171 .*public\.orders \(1500\), public\.people \(500\)/);
  await inDatabase(target, 'TRUNCATE people, orders');
  const document = await json<object>('seed staging --rows 500', 0);
  expect(document).toMatchObject({ ok: true, environment: 'staging', dryRun: false, seed: 1, notes: [] });
  expect(await rows()).toBe(first);
  await inDatabase(target, 'TRUNCATE people, orders');
  writeFileSync(tiny.play.file('seed.yaml'), 'seed: 2\ntables: { public.people: 40, public.orders: 90 }\n');
  await json('seed staging', 0);
  expect(await rows()).toMatch(/^40 \w{32} 90 \w{32}$/);
});

test('production is refused, and so is a call or a file that cannot be understood', async () => {
  expect(await failed('seed production')).toMatch(/^GR5170 production is the last environment/);
  expect(await failed('seed staging --rows many')).toMatch(/^GR5178 --rows/);
  expect(await failed('seed staging --seed -1x')).toMatch(/^GR5178 --seed/);
  writeFileSync(tiny.play.file('seed.yaml'), 'row: 4\n');
  expect((await json<Failures>('seed staging', 2)).failures).toHaveLength(1);
  expect(await rows()).toBe(empty);
});

test('what was made up is on record, and vouches for nothing: no copy of production, whatever was refreshed before', async () => {
  const before = (await told()).length;
  await json('seed staging --rows 20 --as Ada', 0);
  await failed('seed staging --as Grace');
  const [bad, good, ...others] = await told();
  expect(others).toHaveLength(before);
  expect(bad).toMatchObject({ by: 'Grace', made: null, failures: [{ code: 'GR5171' }] });
  expect(good).toMatchObject({ by: 'Ada', ends: { database: 'main', seed: 1 }, failures: [] });
  expect(good!.made!.tables).toEqual([
    { name: 'public.people', rowCount: 20 },
    { name: 'public.orders', rowCount: 60 },
  ]);
  expect((await run('history staging --data')).stdout).toMatch(
    /main made up, seed 1: failed, GR5171 [^]*main made up, seed 1: 80 rows in 2 tables {2}Ada/,
  );
  const [marked] = await inDatabase<{ comment: string }>(
    'postgres',
    `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = '${target}'`,
  );
  expect(marked!.comment).toMatch(/^greenroom: staging, seeded .* with rows that were made up$/);
  expect((await run('status')).stdout).not.toMatch(/data {3}main/);
});

test('killed at any moment: empty tables, and the next run gives what an undisturbed one gives', async () => {
  await json('seed staging --rows 8000', 0);
  const whole = await rows();
  // The control: a single row less is seen.
  await inDatabase(target, 'DELETE FROM orders WHERE id = (SELECT max(id) FROM orders)');
  expect([empty, whole]).not.toContain(await rows());
  const moments = ['looking', 'filling', ...[1, 2, 3, 4, 5, 6].map((i) => `${i * 5000} of 32000`), 'verifying'];
  const seen: string[] = [];
  for (const [round, moment] of moments.entries()) {
    await inDatabase(target, 'TRUNCATE people, orders');
    const running = tiny.play.start(['seed', 'staging', '--rows', '8000']);
    const isThere = (): boolean => {
      const least = Number(/^(\d+) of/.exec(moment)?.[1] ?? Number.NaN);
      if (Number.isNaN(least)) return running.said().includes(`  ${moment}\n`);
      return [...running.said().matchAll(/(\d+) of 32000/g)].some(([, count]) => Number(count) >= least);
    };
    await until(`round ${round}: ${moment}`, isThere, 60_000);
    running.kill('SIGKILL');
    await running.ended;
    seen.push(await rows());
    if (seen.at(-1) === whole) continue;
    expect((await told())[0], moment).toMatchObject(moment === 'looking' ? {} : { made: null, failures: [] });
    await json('seed staging --rows 8000', 0);
    expect(await rows(), moment).toBe(whole);
  }
  // All or nothing; and the loop has met the middle.
  expect(seen.filter((each) => each !== empty && each !== whole)).toEqual([]);
  expect(seen.filter((each) => each === empty).length).toBeGreaterThan(4);
});
