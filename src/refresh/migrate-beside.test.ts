// A copy that is brought to the target's newer schema, through a whole refresh.
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RefreshRules } from '../domain/refresh/rules.ts';
import { runRefresh } from './run-refresh.ts';
import { openTwoDatabases, refusalOf, type TwoDatabases } from './testing/two-databases.ts';

const keep = { kind: 'keep', because: 'made up' } as const;
const rules: RefreshRules = {
  columns: { 'public.people.email': { kind: 'mask', masker: 'email', days: 60, by: null, percent: 10 } },
  patterns: [{ pattern: '**', rule: keep }],
  types: {},
};
/** Adds, renames and drops, as migrations do. */
const migration = `
  ALTER TABLE people ADD nick text; UPDATE people SET nick = split_part(email, '@', 1); ALTER TABLE people RENAME note TO remark; ALTER TABLE people DROP old;
  CREATE TABLE badges (id int PRIMARY KEY, person int REFERENCES people); INSERT INTO badges SELECT id, id FROM people; DROP TABLE gone;`;

let two: TwoDatabases;
const migrated: string[] = [];
const migrate =
  (statements: string) =>
  async (url: string): Promise<void> => {
    migrated.push(new URL(url).pathname.slice(1));
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(statements);
    } finally {
      await client.end();
    }
  };

beforeAll(async () => {
  two = await openTwoDatabases();
  await two.ask(
    'production',
    `CREATE TABLE people (id int PRIMARY KEY, email text, note text, old text); CREATE TABLE gone (a int);
     INSERT INTO people SELECT i, 'p' || i || '@sea.example', 'nothing', 'old' FROM generate_series(1, 200) i`,
  );
}, 240_000);
afterAll(() => two?.close(), 60_000);
beforeEach(async () => {
  migrated.length = 0;
  await two.ask('staging', 'DROP TABLE IF EXISTS badges, people, gone');
  await two.ask(
    'staging',
    "CREATE TABLE people (id int PRIMARY KEY, email text, note text, old text); CREATE TABLE gone (a int); INSERT INTO people VALUES (1, 'old@staging', 'x', 'x')",
  );
  await two.ask('staging', migration);
  await two.ask('postgres', 'ALTER DATABASE staging SET search_path = public, pg_temp');
}, 60_000);
const emails = () => two.ask('staging', 'SELECT count(*)::int AS n, min(nick) AS nick FROM people');
const old = [{ n: 1, nick: 'old' }];

test('the newer schema stands in the refreshed target, with the data of the source, proven; the command met the copy alone', async () => {
  const stations: string[] = [];
  const { proof } = await runRefresh(
    two.order({ rules, migrate: migrate(migration), onStation: (each) => stations.push(each) }),
  );
  expect(stations).toEqual([
    ...['looking', 'copying', 'building', 'verifying', 'migrating', 'proving', 'swapping', 'tidying'],
  ]);
  expect(migrated).toEqual([expect.stringMatching(/^staging_greenroom_[0-9a-f]+$/)]);
  const [{ n, leaks, badges }] = (await two.ask<{ n: number; leaks: number; badges: number }>(
    'staging',
    "SELECT count(*)::int AS n, count(*) FILTER (WHERE p::text ~ 'sea')::int AS leaks, (SELECT count(*)::int FROM badges) AS badges FROM people p WHERE remark = 'nothing'",
  )) as [{ n: number; leaks: number; badges: number }];
  expect([n, leaks, badges]).toEqual([200, 0, 200]);
  expect(proof!.originalCount).toBe(200);
  expect(await two.ask('staging', 'SHOW search_path')).toEqual([{ search_path: 'public, pg_temp' }]);
  expect(await two.stagings()).toEqual(['staging']);
}, 240_000);

test('without it a target that is ahead is refused; a command that fails, or leaves something out, leaves the old data', async () => {
  expect(await refusalOf(two.order({ rules }))).toMatch(/^GR5060 .*public\.badges\.id/);
  const breaks = two.order({ rules, migrate: migrate('SELECT 1 / 0') });
  expect(await refusalOf(breaks)).toMatch(/^GR5094 .*22012/);
  const half = migration.replace(/CREATE TABLE badges.*;/, 'DROP TABLE gone;');
  expect(await refusalOf(two.order({ rules, migrate: migrate(half) }))).toMatch(/^GR5164 .*public\.badges\.id/);
  expect([await emails(), await two.stagings()]).toEqual([old, ['staging']]);
}, 240_000);

test('F100 what a migration takes out of the rows is looked for too', async () => {
  await two.ask('production', "UPDATE people SET note = 'ask p7@sea.example' WHERE id = 8");
  try {
    const unmasked = two.order({
      rules,
      migrate: migrate(
        migration.replace(
          'DROP TABLE gone',
          'ALTER TABLE badges ADD b text; UPDATE badges SET b = remark FROM people p WHERE p.id = person',
        ),
      ),
    });
    expect(await refusalOf(unmasked)).toMatch(/^GR5061 .*public\.badges\.b/);
  } finally {
    await two.ask('production', "UPDATE people SET note = 'nothing'");
  }
  expect(await emails()).toEqual(old);
}, 240_000);

test('a deployment that went through meanwhile is not taken back', async () => {
  const late = two.order({
    rules,
    migrate: migrate(migration),
    underLock: async (act) => {
      await two.ask('staging', 'ALTER TABLE people ADD late int');
      await act();
    },
  });
  expect(await refusalOf(late)).toMatch(/^GR5164 .*public\.people\.late/);
  expect([await emails(), await two.stagings()]).toEqual([old, ['staging']]);
}, 240_000);
