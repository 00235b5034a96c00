// `greenroom refresh plan` on a small project: the first file, that it stops until it is decided, and what a changed schema shows. Every value of the source has a mark that nothing may show.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTinyDatabases, readerOf, stagingDatabase, type TinyDatabases } from '../rig/tiny-databases.ts';
import type { Tiny } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 600_000 });

let tiny: Tiny;
let ground: TinyDatabases;
let variables: Record<string, string>;
const mark = 'zqxj';

const inShop = (text: string, database = 'shop') => ground.ask(database, text);

beforeAll(async () => {
  ground = await openTinyDatabases('refresh plan test', ['shop', stagingDatabase]);
  ({ tiny } = ground);
  variables = await readerOf(ground, 'shop');
  await inShop(`
    CREATE TABLE people (id serial PRIMARY KEY, email text UNIQUE, full_name text, born date, bio text, status text, settings jsonb, balance numeric,
      words tsvector GENERATED ALWAYS AS (to_tsvector('simple', coalesce(bio, ''))) STORED, boss int REFERENCES people);
    CREATE TABLE logins (email text REFERENCES people (email), ip inet, at timestamptz DEFAULT now(), "odd: #name" text);
    INSERT INTO people (email, full_name, born, bio, status, settings, balance, boss)
      SELECT '${mark}' || i || '@sea.example', 'Zqxj Zqxj' || chr(97 + i % 26), date '1970-01-01' + i, '${mark} likes the sea and ' || i || ' other things a lot, she says so every day of her life',
        CASE WHEN i % 2 = 0 THEN 'open' ELSE 'closed' END, jsonb_build_object('contact', jsonb_build_object('email', '${mark}@sea.example'), 'count', i, '${mark}' || i || '@sea.example', 'x'), i,
        CASE WHEN i > 1 THEN 1 END FROM generate_series(1, 300) i;
    INSERT INTO logins SELECT email, '10.1.2.3', now(), '${mark} ' || i FROM people, generate_series(1, 2) i;`);
}, 90_000);
afterAll(() => ground?.close(), 60_000);

const file = () => tiny.play.file('refresh.yaml');
const lock = () => tiny.play.file('refresh.lock');
const text = () => readFileSync(file(), 'utf8');
const run = (...words: string[]) => tiny.play.run(['refresh', ...words], { variables });
const plan = async (code: number, ...words: string[]): Promise<string> => {
  const done = await run('plan', 'staging', ...words);
  expect(done.code, done.stderr).toBe(code);
  expect(done.stdout + done.stderr).not.toMatch(new RegExp(`${mark}|Zqxj|reader-word`));
  for (const each of [file(), lock()].filter((path) => existsSync(path)))
    expect(readFileSync(each, 'utf8')).not.toMatch(new RegExp(`${mark}|Zqxj|reader-word`));
  return done.stdout + done.stderr;
};

test('what cannot be planned says why, and writes nothing', async () => {
  // The embedded database of production is there and empty.
  expect(await plan(2)).toMatch(/GR5070|GR5045/);
  expect(await plan(2, '--source', '${NOBODY_URL}')).toContain('GR5043');
  for (const [url, product] of [
    ['mysql://reader@db/shop', 'MySQL'],
    ['jdbc:mariadb://db/shop', 'MariaDB'],
    ['rediss://db:6379/0', 'Redis'],
  ] as const)
    expect(await plan(2, '--source', url)).toMatch(
      new RegExp(`GR5165 .*source\\.url refers to is ${product}, and a refresh copies PostgreSQL only`),
    );
  expect(await plan(2, '--source', 'postgresql://reader:secret-word@db/shop')).toContain('GR5071');
  expect((await run('plan', 'production', '--source', '${READER_URL}')).stderr).toContain('GR5050');
  expect(existsSync(file())).toBe(false);
});

test('a dry run proposes and writes nothing; then the first file stands, with its lock', async () => {
  const dry = await plan(0, '--source', '${READER_URL}', '--dry-run');
  expect(dry).toMatch(/proposed {2}13 columns of 2 tables/);
  expect(dry).toContain('looking  2 of 2 tables');
  expect([existsSync(file()), existsSync(lock())]).toEqual([false, false]);
  const told = await plan(0, '--source', '${READER_URL}');
  expect(told).toMatch(/written {2}13 columns of 2 tables of production: 11 with a rule, 2 left to you/);
  expect(text()).toContain('url: "${READER_URL}"');
  expect(text()).toMatch(/\n {2}public\.people\.email: email # its name "email" and 100 % of 300 values\n/);
  expect(text()).toMatch(
    /\n {2}public\.people\.born: \{ mask: date-shift, by: id \}|\n {2}public\.people\.full_name: full-name/,
  );
  expect(text()).toMatch(
    /\n {2}public\.people\.status: \{ keep: true, because: "its name, and 2 different codes in 300 values" \}\n/,
  );
  expect(text()).toMatch(/\n {2}public\.logins\.email: email # public\.people\.email: its name/);
  expect(text()).toMatch(
    /\n {2}#\? "public\.logins\.odd: #name": text # unknown: nothing is known of its 400 values\n/,
  );
  expect(text()).toMatch(
    /\n {2}#\? public\.people\.settings: \{ json: \{ .*"contact.email": email.*\}, rest: text \} # likely: /,
  );
  expect(text()).not.toContain('public.people.words');
  expect(Object.keys(JSON.parse(readFileSync(lock(), 'utf8')).columns)).toHaveLength(14);
});

test('F104 what is not decided stops the refresh; decided as proposed, it goes through', async () => {
  const dry = await run('staging', '--dry-run');
  expect([dry.code, dry.stderr]).toEqual([
    2,
    expect.stringMatching(/GR5020 .*odd: #name[^]*GR5020|GR5020[^]*odd: #name/),
  ]);
  writeFileSync(file(), text().replaceAll('#? ', ''));
  const done = await run('staging');
  expect([done.code, done.stderr]).toEqual([0, expect.anything()]);
  expect(done.stdout + done.stderr).not.toMatch(new RegExp(`${mark}\\d|reader-word`));
});

test('the next run shows only what changed; --write adds it in place and the rest stays to the byte', async () => {
  writeFileSync(file(), text().replace('public.people.email: email', 'public.people.email:   email'));
  const before = text();
  expect(await plan(0)).toMatch(/same {5}the schema is as it was looked at; every column has a rule/);
  await inShop(
    `ALTER TABLE people ADD phone text, ADD points int, DROP boss; ALTER TABLE people ALTER balance TYPE text; UPDATE people SET phone = '+49 170 12345' || id`,
  );
  await inShop('ALTER TABLE people DROP boss', 'tiny_staging_main');
  expect(await plan(0)).toMatch(
    /new {6}public\.people\.phone[^]*new {6}public\.people\.points[^]*changed {2}public\.people\.balance was numeric and is text[^]*gone {5}public\.people\.boss\n[^]*--write[^]*--accept/,
  );
  expect(text()).toBe(before);
  const stopped = await run('staging', '--dry-run');
  expect(stopped.stderr).toMatch(/GR5030 {2}public\.people\.points is new/);

  await plan(0, '--write');
  const [added] = text()
    .split('\n')
    .filter((line) => !before.split('\n').includes(line));
  expect(added).toMatch(/^ {2}public\.people\.phone: digits # its name "phone"/);
  expect(text().replace(`${added}\n`, '')).toBe(before);
  // A type that changed is not taken in along with what is new: its rule was made for another one.
  const still = await run('staging', '--dry-run');
  expect(still.stderr).toMatch(/GR5030 {2}public\.people\.balance was numeric and is text/);
  expect(still.stderr).not.toMatch(/points|boss/);

  await plan(0, '--accept');
  expect((await run('staging', '--dry-run')).stderr).toMatch(
    /GR5024 {2}public\.people\.balance: "band" is not for text/,
  );
  writeFileSync(file(), text().replace(/public\.people\.balance: .*/, 'public.people.balance: text'));
  const ready = await run('staging', '--dry-run');
  expect([ready.code, ready.stdout]).toEqual([0, expect.stringContaining('ready')]);
});

test('one document for programs', async () => {
  await inShop('ALTER TABLE logins ADD agent text');
  const told = await tiny.play.json<object>(['refresh', 'plan', 'staging'], 0, { variables });
  expect(told).toMatchObject({
    ...{ ok: true, environment: 'staging', source: 'production', first: false, written: false },
    added: [{ column: 'public.logins.agent', type: 'text', proposal: { decided: false, confidence: 'unknown' } }],
    ...{ gone: [], changed: [], waiting: [] },
  });
});

test('a broken lock, a role that may write, and a file that was there first', async () => {
  writeFileSync(lock(), '{"columns":');
  expect(await plan(2)).toContain('GR5073');
  rmSync(lock());
  expect(await plan(2, '--source', '${READER_URL}')).toContain('GR5071');
  const owner = tiny.play.databaseUrl('shop');
  const told = await tiny.play.run(['refresh', 'plan', 'staging'], { variables: { ...variables, READER_URL: owner } });
  expect([told.code, told.stderr]).toEqual([2, expect.stringContaining('GR5054')]);
  expect(readdirSync(tiny.play.file('.')).filter((name) => name.startsWith('refresh'))).toEqual(['refresh.yaml']);
});
