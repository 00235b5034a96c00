// `greenroom refresh` on a small project: what it says, and that a kill at any station leaves the old data and nothing that the next run does not remove.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTinyDatabases, readerOf, stagingDatabase as target, type TinyDatabases } from '../rig/tiny-databases.ts';
import { until, type Tiny } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 600_000 });

interface Failures {
  readonly failures: readonly { readonly code: string; readonly message: string }[];
}

let tiny: Tiny;
let ground: TinyDatabases;
let variables: Record<string, string>;

const rules = `
source: { url: "\${READER_URL}" }
key: secret://env/REFRESH_KEY
columns:
  public.people.email: email
  public.people.note: text
types: { int4: keep }
`;

const inDatabase = <T extends object>(database: string, text: string) => ground.ask<T>(database, text);
const beside = () => inDatabase('postgres', "SELECT datname FROM pg_database WHERE datname LIKE '%\\_greenroom\\_%'");
const people = async (): Promise<string> => {
  const [row] = await inDatabase<{ told: string }>(
    target,
    "SELECT count(*) || ' ' || count(*) FILTER (WHERE email ~ 'sea\\.example') AS told FROM people",
  );
  return row!.told;
};
async function makeOld(): Promise<void> {
  await inDatabase(
    target,
    `DROP TABLE IF EXISTS people; CREATE TABLE people (id int, email text); INSERT INTO people VALUES (1, 'old@sea.example')`,
  );
}

beforeAll(async () => {
  ground = await openTinyDatabases('refresh test', ['shop', target]);
  ({ tiny } = ground);
  variables = await readerOf(ground, 'shop');
  await inDatabase(
    'shop',
    `CREATE TABLE people (id serial PRIMARY KEY, email text UNIQUE, note text, boss int REFERENCES people);
     INSERT INTO people (email, note, boss) SELECT 'p' || i || '@sea.example', 'ask p' || i || '@sea.example', CASE WHEN i > 1 THEN 1 END FROM generate_series(1, 20000) i`,
  );
  await makeOld();
  writeFileSync(tiny.play.file('refresh.yaml'), rules);
}, 60_000);
afterAll(() => ground?.close(), 60_000);

const run = (line: string) => tiny.play.run(line.split(' '), { variables });
const json = <T>(line: string, code: number) => tiny.play.json<T>(line.split(' '), code, { variables });
const failed = async (line: string): Promise<string> =>
  (await json<Failures>(line, 2)).failures.map(({ code, message }) => `${code} ${message}`).join('\n');

test('F104 production is refused, and so is a column without a rule; the old data stays', async () => {
  expect(await failed('refresh production')).toMatch(/^GR5050/);
  writeFileSync(tiny.play.file('refresh.yaml'), rules.replace('  public.people.note: text\n', ''));
  expect(await failed('refresh staging')).toMatch(/^GR5020 .*public\.people\.note/);
  writeFileSync(tiny.play.file('refresh.yaml'), rules.replace('READER_URL', 'NOBODY'));
  expect(await failed('refresh staging')).toMatch(/^GR5043/);
  writeFileSync(tiny.play.file('refresh.yaml'), rules);
  expect(await failed('refresh staging --workers many')).toMatch(/^GR5044/);
  expect(await people()).toBe('1 1');
});

test('a dry run, then the refresh, in words and as one document', async () => {
  const dry = await run('refresh staging --dry-run');
  expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining('ready  1 table would be copied to staging')]);
  expect(await people()).toBe('1 1');
  const told = await run('refresh staging');
  expect([told.code, told.stdout]).toEqual([
    0,
    expect.stringMatching(/refreshed {2}staging in [\d.]+ s: 20000 rows in 1 table\n/),
  ]);
  expect(told.stderr).toMatch(/copying\n[^]*of .* MB, 20000 rows, [^]*building\n/);
  expect(await people()).toBe('20000 0');
  expect(told.stdout + told.stderr).not.toMatch(/reader-word|sea\.example/);
  const document = await json<object>('refresh staging', 0);
  expect(document).toMatchObject({
    ok: true,
    environment: 'staging',
    tables: [{ name: 'public.people', rowCount: 20_000 }],
    swept: [],
    proof: { coincidenceCount: 0 },
  });
  expect(await beside()).toEqual([]);
});

interface Told {
  readonly by: string;
  readonly endedAt: number | null;
  readonly ends: { readonly target: string; readonly rules: string } | null;
  readonly made: { readonly dataFromAt: number; readonly tables: object[]; readonly proof: object | null } | null;
  readonly failures: readonly { readonly code: string }[];
}
const told = async () => (await json<{ refreshes: Told[] }>('history staging --data', 0)).refreshes;

test('who refreshed, when, from where, by which rules and with what proof is on record; failures too', async () => {
  const before = (await told()).length;
  await run('refresh staging --dry-run');
  expect(await told()).toHaveLength(before);
  await json('refresh staging --as Ada', 0);
  writeFileSync(tiny.play.file('refresh.yaml'), rules.replace('  public.people.note: text\n', ''));
  await failed('refresh staging --as Grace');
  writeFileSync(tiny.play.file('refresh.yaml'), rules);
  const [bad, good] = await told();
  expect(bad).toMatchObject({ by: 'Grace', made: null, failures: [{ code: 'GR5020' }] });
  expect(good).toMatchObject({
    ...{ by: 'Ada', failures: [], ends: { database: 'main', sourceEnvironment: 'production' } },
    made: {
      tables: [{ name: 'public.people', rowCount: 20_000 }],
      proof: { originalCount: 20_000, coincidenceCount: 0 },
    },
  });
  expect(good!.ends!.target).toMatch(/^127\.0\.0\.1:\d+\/tiny_staging_main$/);
  expect(good!.ends!.rules).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(bad!.ends!.rules).not.toBe(good!.ends!.rules);
  const [marked] = await inDatabase<{ comment: string }>(
    'postgres',
    `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = '${target}'`,
  );
  expect(marked!.comment).toContain(new Date(good!.made!.dataFromAt).toISOString());
  const words = await run('history staging --data');
  expect(words.stdout).toMatch(
    /failed, GR5020 [^]*20000 rows in 1 table, none of 20000 originals left, 0 by chance {2}Ada/,
  );
  expect((await run('status')).stdout).toMatch(/data {3}main of [-\d: ]+ from production, proven to hold no original/);
  expect(JSON.stringify(await told())).not.toMatch(/reader-word|sea\.example/);
});

test('settings that reach outside are listed by column and count, and variables that two environments share by name', async () => {
  await inDatabase(
    'shop',
    `CREATE TABLE settings (name text, value text); INSERT INTO settings VALUES ('smtp_host', 'smtp.sea.example'), ('currency', 'EUR'), ('hook', 'https://hooks.sea.example/a');
     CREATE TABLE webhooks (url text); INSERT INTO webhooks VALUES ('https://hooks.sea.example/b')`,
  );
  const more = '  public.settings.name: keep\n  public.settings.value: { mask: outbound, by: name }\n';
  const kept = '  public.webhooks.url: { keep: true, because: a test }\n';
  writeFileSync(tiny.play.file('refresh.yaml'), rules.replace('types:', `${more}${kept}types:`));
  const same = {
    MAIL_HOST: 'mail.sea.example',
    HOOK_URL: 'http://127.0.0.1:1/',
    LOG_LEVEL: 'debug',
    API_TOKEN: 'a-word',
  };
  const values = (own: object) => ({ variables: { values: { MOOD: tiny.play.beside('mood'), ...same, ...own } } });
  const databases = { main: { embedded: true } };
  const environments = {
    staging: values({ SMS_URL: 'https://one.example' }),
    production: values({ SMS_URL: 'https://two.example' }),
  };
  tiny.overlay({ databases, environments });
  const { stdout } = await run('refresh staging');
  const lines = stdout.match(/^ {2}outbound .*$/gm);
  expect(lines).toEqual([
    '  outbound   public.settings.value: 2 of 3 values replaced, { mask: outbound, by: name }',
    '  outbound   public.webhooks.url reaches outside and is kept: { keep: true, because: "a test" }',
    '  outbound   MAIL_HOST of staging is that of production (mail): what is sent there reaches the same people',
  ]);
  const document = await json<object>('refresh staging', 0);
  expect(document).toMatchObject({
    outbound: [
      { column: 'public.settings.value', valueCount: 3, replacedCount: 2 },
      { column: 'public.webhooks.url', valueCount: 1, replacedCount: 0 },
    ],
    variables: { shared: [{ name: 'MAIL_HOST', there: 'MAIL_HOST', purpose: 'mail' }], unreadCount: 0 },
  });
  expect(JSON.stringify(document)).not.toContain('mail.sea.example');
  tiny.overlay({ databases });
  await inDatabase('shop', 'DROP TABLE settings, webhooks');
  writeFileSync(tiny.play.file('refresh.yaml'), rules);
  await inDatabase(target, 'DROP TABLE settings, webhooks');
});

test('a part of it: said by a dry run before, and the same afterwards', async () => {
  await inDatabase(
    'shop',
    `CREATE TABLE countries (code text PRIMARY KEY); INSERT INTO countries SELECT 'c' || i FROM generate_series(1, 40) i;
     CREATE TABLE customers (id int PRIMARY KEY, country text NOT NULL REFERENCES countries); INSERT INTO customers SELECT i, 'c' || 1 + i % 8 FROM generate_series(1, 400) i;
     CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES customers); INSERT INTO orders SELECT i, 1 + i % 400 FROM generate_series(1, 1200) i;
     CREATE TABLE settings (name int); INSERT INTO settings VALUES (1), (2), (3)`,
  );
  const codes = '  public.countries.code: keep\n  public.customers.country: keep\n';
  writeFileSync(
    tiny.play.file('refresh.yaml'),
    rules.replace('types:', `${codes}types:`) + 'subset: { roots: { public.customers: 25 % } }\n',
  );
  const dry = await run('refresh staging --dry-run');
  expect([dry.code, dry.stdout]).toEqual([
    0,
    expect.stringMatching(
      / {2}part {7}public\.countries +8 of 40 +20\.0 % {2}kept rows point at them\n.*public\.customers +(\d+) of 400 +.* %  chosen, .*\n.*public\.orders .* of 1200 .*\n.*public\.people +20000 of 20000 +100\.0 % {2}whole\n/,
    ),
  ]);
  const told = await run('refresh staging');
  const parts = (text: string): readonly string[] => text.match(/^ {2}part .*$/gm) ?? [];
  expect(parts(told.stdout)).toEqual(parts(dry.stdout));
  expect(await inDatabase(target, 'SELECT count(*) = 3 * count(DISTINCT customer) AS is FROM orders')).toEqual([
    { is: true },
  ]);
  await inDatabase('shop', 'DROP TABLE orders, customers, countries, settings');
  writeFileSync(tiny.play.file('refresh.yaml'), rules);
  await inDatabase(target, 'DROP TABLE orders, customers, countries, settings, people');
});

test('F097 killed at any station: the old data, and nothing left after the next run', async () => {
  for (const [round, station] of [
    'looking',
    'copying',
    'building',
    'verifying',
    'proving',
    'swapping',
    'tidying',
  ].entries()) {
    await makeOld();
    const running = tiny.play.start(['refresh', 'staging'], { variables });
    await until(`${station} began`, () => new RegExp(`${station}\\n`).test(running.said()), 60_000);
    running.kill('SIGKILL');
    await running.ended;
    // The names change in one transaction: who is killed while they do has either done it or not.
    const seen = await people();
    const expected = { swapping: ['1 1', '20000 0'], tidying: ['20000 0'] }[station] ?? ['1 1'];
    expect(expected, `round ${round}: ${station}`).toContain(seen);
    const [killed] = await told();
    const isOver = seen === '20000 0' && killed!.endedAt !== null;
    expect(killed, station).toMatchObject(station === 'looking' ? {} : { made: isOver ? {} : null, failures: [] });
    const next = await json<{ swept: string[] }>('refresh staging', 0);
    expect(await people()).toBe('20000 0');
    expect(await beside(), station).toEqual([]);
    if (['copying', 'building', 'verifying', 'proving'].includes(station)) expect(next.swept).toHaveLength(1);
  }
});
