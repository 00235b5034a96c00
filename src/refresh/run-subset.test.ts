// A whole refresh of a part of a hard graph: circles, self references, composite and quoted keys, partitions, inheritance, tables without a key.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RefreshRules } from '../domain/refresh/rules.ts';
import type { SubsetRules } from '../domain/refresh/subset.ts';
import { runRefresh, type Refreshed, type RefreshOrder } from './run-refresh.ts';
import { openTwoDatabases, refusalOf, type TwoDatabases } from './testing/two-databases.ts';

const schema = `
  CREATE SCHEMA "Odd Schema";
  CREATE TABLE countries (code text COLLATE "C" PRIMARY KEY);
  CREATE TABLE holidays (country text COLLATE "POSIX" REFERENCES countries, day date);
  CREATE TABLE orgs (id bigint PRIMARY KEY, country text REFERENCES countries, owner bigint, founder bigint);
  CREATE TABLE people (org bigint REFERENCES orgs, id bigint, email text NOT NULL UNIQUE, boss bigint, friend bigint, PRIMARY KEY (org, id),
    FOREIGN KEY (org, boss) REFERENCES people DEFERRABLE INITIALLY DEFERRED);
  ALTER TABLE orgs ADD CONSTRAINT owned FOREIGN KEY (id, owner) REFERENCES people (org, id), ADD CONSTRAINT "Founded" FOREIGN KEY (founder) REFERENCES orgs;
  CREATE TABLE "Odd Schema"."Product" ("Id" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent int REFERENCES "Odd Schema"."Product", maker bigint);
  CREATE TABLE pictures (product int NOT NULL REFERENCES "Odd Schema"."Product", file text);
  CREATE TABLE orders (id int, org bigint, person bigint, at date, note text, PRIMARY KEY (id, at), FOREIGN KEY (org, person) REFERENCES people MATCH FULL) PARTITION BY RANGE (at);
  CREATE TABLE orders_old PARTITION OF orders FOR VALUES FROM ('2020-01-01') TO ('2024-01-01');
  CREATE TABLE orders_new PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2030-01-01');
  CREATE TABLE lines (id int, at date, product int REFERENCES "Odd Schema"."Product", amount int CHECK (amount > 0), FOREIGN KEY (id, at) REFERENCES orders);
  CREATE TABLE invitations (inviter text REFERENCES people (email), invited text UNIQUE);
  CREATE TABLE base (a int); CREATE TABLE derived (b int) INHERITS (base);
  CREATE TABLE likes (org_a bigint REFERENCES orgs, org_b bigint REFERENCES orgs, UNIQUE (org_a, org_b));
  CREATE TABLE weak (org bigint);
  ALTER TABLE weak ADD FOREIGN KEY (org) REFERENCES orgs NOT VALID;`;
const rows = `
  INSERT INTO countries SELECT 'c' || i FROM generate_series(1, 40) i;
  INSERT INTO holidays SELECT 'c' || 1 + i % 40, '2026-01-01' FROM generate_series(1, 120) i;
  INSERT INTO orgs (id, country, founder) SELECT i, 'c' || 1 + i % 10, CASE WHEN i % 50 = 0 THEN i - 49 END FROM generate_series(1, 400) i;
  INSERT INTO people SELECT 1 + i % 400, i, 'p' || i || '@sea.example', CASE WHEN i > 800 THEN i - 400 END, i FROM generate_series(1, 4000) i;
  UPDATE orgs SET owner = id + 399;
  INSERT INTO "Odd Schema"."Product" (parent, maker) SELECT CASE WHEN i > 1 THEN i / 2 END, i FROM generate_series(1, 300) i;
  INSERT INTO pictures SELECT i % 300 + 1, 'f' FROM generate_series(1, 600) i;
  INSERT INTO orders SELECT i, p.org, p.id, '2022-01-01'::date + i % 1500, 'of ' || p.email FROM generate_series(1, 9000) i JOIN people p ON p.id = 1 + i % 3999;
  INSERT INTO orders SELECT i, NULL, NULL, '2025-01-01', 'of nobody' FROM generate_series(9001, 9400) i;
  INSERT INTO lines SELECT id, at, 1 + id % 150, 1 FROM orders, generate_series(1, 2);
  INSERT INTO invitations SELECT email, 'to' || email FROM people WHERE id % 3 = 0;
  INSERT INTO base VALUES (1); INSERT INTO derived VALUES (2, 2);
  INSERT INTO likes SELECT i, i + 1 FROM generate_series(1, 399) i;
  INSERT INTO weak SELECT i FROM generate_series(1, 400) i;
  ANALYZE;`;
const keep = { kind: 'keep', because: 'nothing of people' } as const;
const mask = (masker: 'email' | 'text') => ({ kind: 'mask', masker, days: 60, by: null, percent: 10 }) as const;
const rules: RefreshRules = {
  columns: {
    ...{ 'public.people.email': mask('email'), 'public.invitations.inviter': mask('email') },
    ...{ 'public.invitations.invited': mask('email'), 'public.orders.note': mask('text') },
  },
  patterns: [{ pattern: '**', rule: keep }],
  types: {},
};
const quarter: SubsetRules = {
  roots: { 'public.orgs': { share: 0.25, where: null } },
  whole: [],
  references: { 'public.likes.org_b': 'nullify', 'public.orgs.Founded': 'nullify' },
};

let two: TwoDatabases;

const order = (subset: SubsetRules, more: Partial<RefreshOrder> = {}): RefreshOrder =>
  two.order({ rules, subset, ...more });
const counts = ({ shares }: Refreshed) => Object.fromEntries(shares!.map(({ name, rowCount }) => [name, rowCount]));
const one = async (database: string, query: string): Promise<unknown> =>
  Object.values((await two.ask(database, query))[0]!)[0];

beforeAll(async () => {
  two = await openTwoDatabases();
  await two.ask('production', schema + rows);
  await two.ask('production', 'REVOKE TEMP ON DATABASE production FROM PUBLIC');
}, 240_000);
afterAll(() => two?.close(), 60_000);

test('a quarter: every constraint is found whole, and what a dry run said is what came', async () => {
  const dry = await runRefresh(order(quarter, { isDryRun: true }));
  const done = await runRefresh(order(quarter));
  expect(done.shares).toEqual(dry.shares);
  const orgs = Number(await one('staging', 'SELECT count(*) FROM orgs'));
  expect(orgs).toBeGreaterThan(60);
  expect(orgs).toBeLessThan(140);
  const wrong = `SELECT conname, convalidated FROM pg_constraint WHERE contype IN ('f', 'c', 'u', 'p') AND NOT convalidated`;
  expect(await two.ask('staging', wrong)).toEqual(await two.ask('production', wrong));
  const constraints = "SELECT count(*) FROM pg_constraint WHERE contype <> 'n'";
  expect(await one('staging', constraints)).toEqual(await one('production', constraints));
  // NOT VALID is nobody's proof; here it holds all the same.
  expect(await one('staging', 'SELECT count(*) FROM weak WHERE org NOT IN (SELECT id FROM orgs)')).toBe('0');
  // Children of every kept parent are those of the source.
  const perPerson =
    'SELECT org, person, count(*) AS n FROM orders WHERE person IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2';
  const [source, copy] = [
    await two.ask<{ org: string }>('production', perPerson),
    await two.ask<{ org: string }>('staging', perPerson),
  ];
  const chosen = new Set((await two.ask<{ id: string }>('staging', 'SELECT id FROM orgs')).map(({ id }) => id));
  expect(copy).toEqual(source.filter(({ org }) => chosen.has(org)));
  const shares = Object.fromEntries(done.shares!.map(({ name, ...rest }) => [name, rest]));
  expect(shares).toMatchObject({
    'public.orgs': { standing: 'chosen', totalCount: 400 },
    'public.people': { standing: 'hanging', rowCount: orgs * 10, totalCount: 4000 },
    'public.countries': { standing: 'pointed', totalCount: 40 },
    '"Odd Schema"."Product"': { standing: 'pointed', totalCount: 300 },
    'public.pictures': { standing: 'hanging', totalCount: 600 },
    'public.derived': { standing: 'whole', rowCount: 1 },
    'public.base': { standing: 'whole', rowCount: 1 },
    'public.weak': { standing: 'hanging', rowCount: orgs },
  });
  // Countries that kept orgs are in, with their holidays; products up to the first, with their pictures.
  const { 'public.countries': countries, 'public.holidays': holidays } = counts(done);
  expect([countries! <= 10, holidays]).toEqual([true, countries! * 3]);
  // A share of the orders of nobody, whose references are empty.
  const loose = Number(await one('staging', 'SELECT count(*) FROM orders WHERE person IS NULL'));
  expect(loose).toBeGreaterThan(50);
  expect(loose).toBeLessThan(160);
  // Emptied references, and only where the other one is not there.
  const emptied = Number(await one('staging', 'SELECT count(*) FROM likes WHERE org_b IS NULL'));
  expect(emptied).toBeGreaterThan(0);
  expect(await one('staging', 'SELECT count(*) FROM likes')).toBe(String(orgs - Number(chosen.has('400'))));
  expect(await one('staging', "SELECT count(*) FROM people WHERE email ~ 'sea'")).toBe('0');
}, 240_000);

test('the same key gives the same rows, another gives others', async () => {
  const orgs = async (secret: string): Promise<string> => {
    await runRefresh(order(quarter, { secret: Buffer.from(secret), isProven: false, workerCount: 1 }));
    return (await two.ask<{ id: string }>('staging', 'SELECT id FROM orgs ORDER BY id')).map(({ id }) => id).join(' ');
  };
  const [first, other, again] = [
    await orgs('a key of sixteen bytes'),
    await orgs('another key of as many'),
    await orgs('a key of sixteen bytes'),
  ];
  expect([again, first === other]).toEqual([first, false]);
}, 240_000);

test('a condition that speaks of now, a whole table, and circles that are followed', async () => {
  const done = await runRefresh(
    order({
      roots: { 'public.orders': { share: null, where: "at < now() - interval '4 years' -- long ago" } },
      whole: ['public.countries'],
      references: {},
    }),
  );
  const { 'public.orders': orders, 'public.countries': countries, 'public.lines': lines } = counts(done);
  expect([countries, lines]).toEqual([40, 2 * orders!]);
  expect(orders).toBeGreaterThan(0);
  // Bosses of bosses, the owner of every org, and that owner's bosses.
  expect(counts(done)['public.people']).toBeGreaterThan(0);
  expect(await one('staging', 'SELECT count(*) FROM orgs WHERE owner IS NULL')).toBe('0');
}, 240_000);

test('F100 an original of somebody who was not chosen is a leak all the same', async () => {
  await two.ask(
    'production',
    "ALTER TABLE orgs ADD notes text; UPDATE orgs SET notes = 'ask p' || (id % 400) + 1 || '@sea.example'",
  );
  try {
    expect(await refusalOf(order(quarter))).toMatch(/^GR5061 .*public\.orgs\.notes/);
  } finally {
    await two.ask('production', 'ALTER TABLE orgs DROP notes');
  }
}, 240_000);

test('F097 called off while the source looks for the rows, it does not wait for it', async () => {
  const stop = new AbortController();
  const slow = { 'public.orgs': { share: null, where: 'id < 0 OR (SELECT pg_sleep(3600)) IS NULL' } };
  const work = runRefresh(order({ ...quarter, roots: slow }, { signal: stop.signal })).then(
    () => 'done',
    (error: Error) => error.message,
  );
  const isAsleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
  await expect.poll(() => one('postgres', isAsleep), { timeout: 120_000 }).not.toBe('0');
  stop.abort(new Error('called off'));
  expect(await work).toBe('called off');
  await two.ask('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
}, 240_000);

test.each<[string, RegExp, Partial<SubsetRules>]>([
  ['a root that is not there', /^GR5085 /, { roots: { 'public.org': { share: 1, where: null } } }],
  ['a share of a table without a key', /^GR5087 /, { roots: { 'public.lines': { share: 0.5, where: null } } }],
  ['a condition that is none', /^GR5090 .*nope/, { roots: { 'public.orgs': { share: null, where: 'nope = 1' } } }],
  [
    'a condition that fails',
    /^GR5090 .*22P02/,
    { roots: { 'public.orgs': { share: null, where: 'country::int = 1' } } },
  ],
  ['nothing chosen', /^GR5091 /, { roots: { 'public.orgs': { share: null, where: 'id < 0' } } }],
  ['a reference that may not be empty', /^GR5089 /, { references: { 'public.pictures.product': 'nullify' } }],
])(
  'refused: %s',
  async (_name, expected, more) => {
    const failure = await refusalOf(order({ ...quarter, ...more }));
    expect(failure).toMatch(expected);
    expect(failure).not.toContain('c1');
  },
  240_000,
);
