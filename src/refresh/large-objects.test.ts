// Large objects through a whole refresh: what a rule keeps comes byte for byte under its number, everything else does not come.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { propose } from '../domain/refresh/propose.ts';
import type { Rule, RefreshRules } from '../domain/refresh/rules.ts';
import { noLimits } from '../domain/refresh/source-limits.ts';
import type { LoadProgress } from './load-beside.ts';
import { lookAtSource } from './look-at-source.ts';
import { placeholder } from './placeholder.ts';
import { runRefresh } from './run-refresh.ts';
import { openTwoDatabases, refusalOf, type TwoDatabases } from './testing/two-databases.ts';

vi.setConfig({ testTimeout: 120_000 });

const mask = (masker: 'picture' | 'email' | 'bytes'): Rule => ({
  kind: 'mask',
  masker,
  days: 60,
  by: null,
  percent: 10,
});
const reason: Rule = { kind: 'keep', because: 'of machines' };
const rulesWith = (content: Rule, photo: Rule = { kind: 'null' }): RefreshRules => ({
  columns: {
    'public.people.email': mask('email'),
    ...{ 'public.scans.content': content, 'public.scans.photo': photo },
  },
  patterns: [{ pattern: '**', rule: reason }],
  types: {},
});

const schema = `
  CREATE DOMAIN lo AS oid;
  CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE);
  CREATE TABLE scans (id int PRIMARY KEY, person int REFERENCES people, content lo UNIQUE, photo oid, other oid);
  INSERT INTO people SELECT i, 'person' || i || '@sea.example' FROM generate_series(1, 40) i;
  INSERT INTO scans VALUES
    (1, 1, lo_from_bytea(0, 'short'), lo_from_bytea(0, 'a photo'), 4294967295),
    (2, 2, lo_from_bytea(0, ''), NULL, 'pg_class'::regclass),
    (3, 3, lo_from_bytea(0, decode(repeat('00ff80c3', 750000), 'hex')), NULL, NULL),
    (4, 4, 77, NULL, NULL),
    (5, NULL, lo_from_bytea(4000000000, 'a far end'), NULL, NULL);
  SELECT lo_put(4000000000, 40000000, 'behind a hole'), lo_put(4000000000, 4096, '\\x01');
  SELECT lo_from_bytea(0, 'nobody refers to it');
  DO $$ BEGIN EXECUTE 'COMMENT ON LARGE OBJECT ' || (SELECT content FROM scans WHERE id = 1) || ' IS $c$of a ''scan'' \\ $c$'; END $$;`;

/** The pages themselves, which a superuser may read. */
const pages = 'SELECT loid, pageno, md5(data) AS data FROM pg_largeobject ORDER BY 1, 2';
const keptPages = pages.replace('ORDER', 'WHERE loid IN (SELECT content FROM scans) ORDER');
const count = 'SELECT count(*)::int AS n FROM pg_largeobject_metadata';
const contents = 'SELECT id, content FROM scans ORDER BY id';
const comments = "SELECT description FROM pg_description WHERE classoid = 'pg_largeobject'::regclass";

let two: TwoDatabases;
beforeAll(async () => {
  two = await openTwoDatabases();
}, 120_000);
afterAll(() => two?.close());
beforeEach(async () => {
  await two.ask('postgres', 'DROP DATABASE production WITH (FORCE)');
  await two.ask('postgres', 'CREATE DATABASE production');
  await two.ask('production', schema);
});

test('F098 what is kept comes byte for byte under its number, with holes and comments, and no more', async () => {
  const { notes, proof } = await runRefresh(two.order({ rules: rulesWith(reason) }));
  const there = await two.ask<object>('production', keptPages);
  expect(there.length).toBeGreaterThan(1_000);
  expect(await two.ask('staging', pages)).toEqual(there);
  expect(await two.ask('staging', count)).toEqual([{ n: 4 }]);
  expect(await two.ask('staging', contents)).toEqual(await two.ask('production', contents));
  expect(await two.ask('staging', comments)).toEqual([{ description: "of a 'scan' \\ " }]);
  expect(notes).toEqual([
    'copied as they are: 4 large objects; the proof has read them as text and sees nothing in pictures and compressed files',
    'left out, as no kept column refers to them: 2 large objects',
  ]);
  expect(proof!.originalCount).toBe(40);
  // Control: one byte more is seen.
  await two.ask('staging', "SELECT lo_put(content, 5, 'x') FROM scans WHERE id = 1");
  expect(await two.ask('staging', pages)).not.toEqual(there);
});

test('an object that was made longer or shorter without a byte is as long', async () => {
  const bytesOf =
    'SELECT s.id, length(lo_get(content)) AS n, md5(lo_get(content)) FROM scans s WHERE id < 4 ORDER BY 1';
  for (const [id, size] of [
    [1, 20_480],
    [2, 2_048],
    [3, 409_600],
  ])
    await two.ask(
      'production',
      `SELECT lo_truncate64(lo_open(content, 131072), ${size}) FROM scans WHERE id = ${id}; SELECT lo_put(content, 30720, 'behind') FROM scans WHERE id = 2`,
    );
  await runRefresh(two.order({ rules: rulesWith(reason) }));
  const there = await two.ask<{ n: number }>('production', bytesOf);
  expect(there.map(({ n }) => n)).toEqual([20_480, 30_726, 409_600]);
  expect(await two.ask('staging', bytesOf)).toEqual(there);
});

test('a picture is a placeholder under the same number, whatever else keeps it', async () => {
  await two.ask('production', 'UPDATE scans SET photo = content WHERE id = 3');
  const { notes } = await runRefresh(two.order({ rules: rulesWith(reason, mask('picture')) }));
  expect(
    await two.ask('staging', 'SELECT id, lo_get(photo) AS photo FROM scans WHERE photo IS NOT NULL ORDER BY id'),
  ).toEqual([1, 3].map((id) => ({ id, photo: placeholder })));
  expect(await two.ask('staging', count)).toEqual([{ n: 5 }]);
  expect(notes).toContain('replaced by a placeholder: 2 large objects');
});

test('an original in a large object is found wherever it lies', async () => {
  const kept = two.order({ rules: rulesWith(reason) });
  const plant = (content: string) =>
    two.ask('production', `UPDATE scans SET content = lo_from_bytea(0, ${content}) WHERE id = 2`);
  const found = /^GR5061 Originals are left in the copy: pg_catalog\.pg_largeobject\.data \(\d+\)/;
  await plant("'ask person7@sea.example, please'");
  expect(await refusalOf(kept)).toMatch(found);
  await plant("decode(repeat('80ff', 32763), 'hex') || 'person7@sea.example'"); // over the end of a part
  expect(await refusalOf(kept)).toMatch(found);
  expect(await refusalOf({ ...kept, isProven: false })).toBe('nothing');
  // Control: nobody's.
  await plant("'ask person700@sea.example, please'");
  expect(await refusalOf(kept)).toBe('nothing');
  // Whose Base64 began in the part before.
  const long = "repeat('nobody at all, ', 5000) || 'person7@sea.example' || repeat(', and nobody', 1000)";
  const lines = `encode(convert_to(${long}, 'UTF8'), 'base64')`;
  await plant(`convert_to('a.' || translate(${lines}, E'\\n', ''), 'UTF8')`);
  expect(await refusalOf(kept)).toMatch(found);
});

test('a comment of a large object is looked at whatever its number is', async () => {
  await two.ask('production', "SELECT lo_from_bytea(5, 'x'); COMMENT ON LARGE OBJECT 5 IS 'of person7@sea.example'");
  await two.ask('production', 'UPDATE scans SET content = 5 WHERE id = 2');
  expect(await refusalOf(two.order({ rules: rulesWith(reason) }))).toMatch(/^GR5061 .*a comment/);
});

test.each<[string, Rule, RegExp]>([
  [
    'kept without a reason',
    { kind: 'keep', because: null },
    /GR5026 public\.scans\.content is kept, but refers to large objects/,
  ],
  ['a constant', { kind: 'constant', value: '1' }, /GR5024 public\.scans\.content: a constant is not for large-object/],
  ['other bytes', mask('bytes'), /GR5024 public\.scans\.content: "bytes" is not for large-object/],
])('refused: %s', async (_, rule, why) => {
  expect(await refusalOf(two.order({ rules: rulesWith(rule) }))).toMatch(why);
});

test('a plan proposes a placeholder where columns refer to large objects, and people must decide it', async () => {
  const { sourceUrl: url, signal } = two.order({});
  const tables = await lookAtSource({ url, signal, onTable: () => {} });
  const proposals = propose(tables, { columns: {}, patterns: [], types: {} });
  const told = proposals.map(({ column, type, rule, confidence }) => [column, type, rule, confidence]);
  expect(told.filter(([, type]) => type === 'large-object')).toEqual([
    ['public.scans.content', 'large-object', mask('picture'), 'unknown'],
    ['public.scans.photo', 'large-object', mask('picture'), 'unknown'],
  ]);
  expect(told).toContainEqual(['public.scans.other', 'oid', { kind: 'keep', because: null }, 'sure']);
});

test('a rule for the type oid says nothing of large objects', async () => {
  const rules = {
    columns: { 'public.people.email': mask('email') },
    ...{ patterns: [], types: { oid: reason, int4: reason } },
  };
  expect(await refusalOf(two.order({ rules }))).toMatch(
    /^GR5020 No rule says what becomes of public\.scans\.content \(large-object\)\./,
  );
});

test('a role that may not read large objects is refused before anything is made', async () => {
  await two.ask(
    'production',
    "CREATE ROLE narrow LOGIN PASSWORD 'narrow'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO narrow",
  );
  try {
    const order = two.order({ rules: rulesWith(reason) });
    const sourceUrl = order.sourceUrl.replaceAll('reader', 'narrow');
    expect(await refusalOf({ ...order, sourceUrl })).toMatch(/^GR5055 Large objects are kept, and the role/);
    // Control: a placeholder needs no content.
    expect(await refusalOf({ ...order, sourceUrl, rules: rulesWith(mask('picture')) })).toBe('nothing');
  } finally {
    await two.ask('production', 'DROP OWNED BY narrow; DROP ROLE narrow');
  }
});

test('objects are held to the rate of the source; called off meanwhile, nothing is left', async () => {
  const order = two.order({ rules: rulesWith(reason), isProven: false });
  const slowly = (bytesPerSecond: number) => ({ ...order, limits: { ...noLimits, bytesPerSecond } });
  const begun = new Map<string, number>();
  const onStation = (station: string) => void begun.set(station, performance.now());
  await runRefresh({ ...slowly(600_000), onStation }); // an object has 3 MB
  expect(begun.get('building')! - begun.get('copying')!).toBeGreaterThan(4_500);
  const calledOff = new AbortController();
  const callOff = (station: string) =>
    void (station === 'copying' && setTimeout(() => calledOff.abort(new Error('called off')), 2_000));
  const until = runRefresh({ ...slowly(60_000), signal: calledOff.signal, onStation: callOff });
  await expect(until).rejects.toThrow('called off');
  expect(await two.stagings()).toEqual(['staging']);
});

test('many come over several connections, told of as they come, and again where one of these is lost', async () => {
  const megabyte = "convert_to(repeat('words of a letter ', 58000) || i, 'UTF8')";
  await two.ask(
    'production',
    `INSERT INTO scans SELECT 100 + i, 1, lo_from_bytea(0, ${megabyte}) FROM generate_series(1, 40) i`,
  );
  const told: LoadProgress[] = [];
  const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%lo_put%' AND application_name = 'greenroom refresh' LIMIT 1`;
  const isCut = async () => (await two.ask('postgres', cut)).length > 0;
  const limits = { ...noLimits, bytesPerSecond: 20_000_000 };
  const onProgress = (each: LoadProgress) => void told.push(each);
  const [done] = await Promise.all([
    runRefresh(two.order({ rules: rulesWith(reason), isProven: false, limits, onProgress })),
    vi.waitUntil(isCut, { interval: 20, timeout: 60_000 }),
  ]);
  expect(await two.ask('staging', pages)).toEqual(await two.ask('production', keptPages));
  expect(done.notes).toContain('a connection was lost in the middle of the large objects; that part was copied again');
  expect(done.notes).toContain('copied as they are: 44 large objects');
  const parts = told.filter(({ table }) => table === 'the large objects');
  expect(parts.length).toBeGreaterThan(2);
  expect(parts.at(-1)!.doneBytes).toBeCloseTo(parts.at(-1)!.totalBytes, 0);
});

test('of a part of the rows only what these refer to', async () => {
  const roots = { 'public.people': { share: null, where: 'id <= 2' } };
  await runRefresh(two.order({ subset: { roots, whole: [], references: {} }, rules: rulesWith(reason) }));
  expect(
    await two.ask('staging', "SELECT id, convert_from(lo_get(content), 'UTF8') AS content FROM scans ORDER BY id"),
  ).toEqual([
    { id: 1, content: 'short' },
    { id: 2, content: '' },
  ]);
  expect(await two.ask('staging', count)).toEqual([{ n: 2 }]);
});
