// Originals planted in every hiding place, each of somebody else, so that each place must be found by itself; and a control where there is none.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FailureError, type Failure } from '../domain/failure.ts';
import type { PlannedTable } from '../domain/refresh/compile.ts';
import type { MaskerName } from '../domain/refresh/maskers.ts';
import { formsOf } from '../domain/refresh/originals.ts';
import type { Rule } from '../domain/refresh/rules.ts';
import { joinPostgres } from '../embedded/postgres.ts';
import { openKernel, type Kernel } from '../kernel/kernel.ts';
import * as op from '../kernel/operations.ts';
import { int32 } from '../kernel/testing/copy-stream.ts';
import { withDatabase } from './connect.ts';
import { deriveKeys } from './keys.ts';
import { handOf, type Hand } from './prove-hands.ts';
import { proveNoLeak, type LeakProof } from './prove.ts';
import { textsIn } from './look-at.ts';
import { programOf } from './program-of.ts';
import { addresses, anyAddress } from './testing/addresses.ts';

const mask = (masker: MaskerName): Rule => ({ kind: 'mask', masker, days: 60, by: null, percent: 10 });
const keep: Rule = { kind: 'keep', because: 'made up' };
const column = (name: string, type: string, rule: Rule) => ({ name, type, rule, isEntity: false });
const plan: readonly PlannedTable[] = [
  {
    name: 'public.people',
    columns: [
      ...[
        column('email', 'text', mask('email')),
        column('phone', 'text', mask('digits')),
        column('name', 'text', mask('full-name')),
      ],
      ...[column('extra', 'jsonb', { kind: 'json', paths: [{ path: 'token', masker: 'token' }], rest: 'text' })],
      ...[
        column('key', 'uuid', mask('id')),
        column('tags', '_text', mask('token')),
        column('gone', 'text', { kind: 'null' }),
      ],
    ],
  },
  { name: 'public.orders', columns: [column('id', 'int4', mask('id')), column('again', 'int8', mask('id'))] },
  { name: 'public.places', columns: [column('id', 'int4', keep), column('kept', 'text', keep)] },
];
const COUNT = 2_000;
const email = (i: number): string => `person${i}@sea.example`;
const phone = (i: number): string => `+49 151 ${String((i * 7919 + 1234567) % 10_000_000).padStart(8, '0')}`;

let homeDir: string;
let leave: () => Promise<void>;
let adminUrl: string;
let source: Client;
const keys = deriveKeys(Buffer.from('a key that everybody may know'));

async function make(name: string, template = 'template0'): Promise<Client> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  await admin.end();
  const client = new Client({ connectionString: withDatabase(adminUrl, name) });
  client.on('error', () => {});
  await client.connect();
  return client;
}
const tables =
  'CREATE TABLE people (email text, phone text, name text, extra jsonb, key uuid, tags text[], gone text); CREATE TABLE orders (id int, again int8); CREATE TABLE places (id int, kept text)';

/** A copy as it should be: what the kernel makes of the phones, and made-up values else. */
async function makeGood(): Promise<void> {
  const fresh = await make('good');
  await fresh.query(tables);
  const kernel = openKernel(keys);
  const program = programOf(column('phone', 'text', mask('digits')));
  for (let i = 0; i < COUNT; i++)
    await fresh.query('INSERT INTO people VALUES ($1, $2, $3, $4, gen_random_uuid(), $5, NULL)', [
      `x${i}@masked.example`,
      Buffer.from(kernel.mask(program, Buffer.from(phone(i)))!).toString(),
      `Lo${i} Miro${i}`,
      JSON.stringify({ token: `tk_masked_${i}`, note: 'call me' }),
      [`made-up-${i}-tag`],
    ]);
  await fresh.end();
}
const goodCopy = (): Promise<Client> => make('fresh', 'good');
async function prove(fresh: Client): Promise<LeakProof | string> {
  await source.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    return await proveNoLeak({ source, fresh, plan, keys, signal: new AbortController().signal });
  } catch (error) {
    if (error instanceof FailureError) return error.message;
    throw error;
  } finally {
    await source.query('ROLLBACK');
    await fresh.query('ROLLBACK');
  }
}

beforeAll(async () => {
  homeDir = await mkdtemp(path.join(tmpdir(), 'greenroom-prove-'));
  const postgres = await joinPostgres({ homeDir, label: 'prove test' });
  ({ adminUrl } = postgres);
  leave = () => postgres.leave();
  await makeGood();
  source = await make('source');
  await source.query(tables);
  for (let i = 0; i < COUNT; i++)
    await source.query('INSERT INTO people VALUES ($1, $2, $3, $4, $5, $6, $7)', [
      ...[
        email(i),
        phone(i),
        `Annabel${i} Bergmann`,
        JSON.stringify({ token: `sk_live_${i}Zx9Qa7`, note: `ask helper${i}@lake.example` }),
      ],
      ...[`00000000-0000-4000-8000-${String(1e11 + i * 7919)}`, [`tag-Zx9Qa7-${i}`], `was gone${i}@lake.example`],
    ]);
}, 240_000);
afterAll(async () => {
  await source?.end();
  await leave?.();
  await rm(homeDir, { recursive: true, force: true });
});

const inBase64 = (text: string): string => Buffer.from(text).toString('base64url');

/** A hiding place, how an original gets there, and the word by which the failure names the place. */
const hidden: readonly (readonly [string, string])[] = [
  ['public.places.kept', `INSERT INTO places VALUES (1, '${email(1)}')`],
  ['public.places.kept', `INSERT INTO places VALUES (1, 'write to <${email(2).toUpperCase()}>, please')`],
  ['public.places.kept', `INSERT INTO places VALUES (1, 'tel:${phone(3).replaceAll(' ', '-')}')`],
  ['public.places.kept', `INSERT INTO places VALUES (1, 'said Annabel4 Bergmann, loudly')`],
  ['public.places.kept', `INSERT INTO places VALUES (1, '{"deep":["sk_live_5Zx9Qa7"]}')`],
  ['public.places.kept', `INSERT INTO places VALUES (1, 'mail=helper5@lake.example;x')`],
  ['public.places.kept', `INSERT INTO places VALUES (1, 'gone6@lake.example')`],
  ['public.people.email', `UPDATE people SET email = '${email(7)}' WHERE phone = (SELECT min(phone) FROM people)`],
  [
    'public.people.extra',
    `UPDATE people SET extra = '{"a":{"b":[["${email(8)}"]]}}' WHERE email = 'x8@masked.example'`,
  ],
  ['public.people.extra', `UPDATE people SET extra = '{"${email(9)}":1}' WHERE email = 'x9@masked.example'`],
  ['public.people.tags', `UPDATE people SET tags = '{a,"tag-Zx9Qa7-10"}' WHERE email = 'x10@masked.example'`],
  [
    'public.people.key',
    `UPDATE people SET key = (SELECT '00000000-0000-4000-8000-${String(1e11 + 11 * 7919)}'::uuid) WHERE email = 'x11@masked.example'`,
  ],
  ['public.people.phone', `UPDATE people SET phone = '${phone(12)}' WHERE email = 'x12@masked.example'`],
  // What the masker of the column would make of another original, and did not: names are no numbers, a kept path is kept.
  ['public.people.phone', `UPDATE people SET phone = 'ask Annabel14 Bergmann' WHERE email = 'x14@masked.example'`],
  ['public.raw.j', `CREATE TABLE raw (j json); INSERT INTO raw VALUES ('{"a":"${email(13)}","a":"x"}')`],
  ['public.raw.j', `CREATE TABLE raw (j json); INSERT INTO raw VALUES ('{"a":"\\u0070erson14@sea.example"}')`],
  ['public.wide.n', `CREATE TABLE wide (n numeric); INSERT INTO wide VALUES (${phone(15).replaceAll(/\D/g, '')})`],
  [
    'public.deep.c',
    `CREATE TYPE pair AS (a int, b text); CREATE TABLE deep (c pair[]); INSERT INTO deep VALUES (ARRAY[(1, '${email(16)}')::pair])`,
  ],
  [
    'public.ranged.r',
    `CREATE TYPE texts AS RANGE (subtype = text); CREATE TABLE ranged (r texts); INSERT INTO ranged VALUES (texts('a', '${email(17)}'))`,
  ],
  ['public.seen.e', `CREATE MATERIALIZED VIEW seen AS SELECT '${email(18)}'::text AS e`],
  ['the view looked', `CREATE VIEW looked AS SELECT '${email(19)}'::text AS e`],
  ['the default of places', `ALTER TABLE places ALTER kept SET DEFAULT '${email(20)}'`],
  ['a comment', `COMMENT ON COLUMN places.kept IS 'such as ${email(21)}'`],
  ['a comment', `COMMENT ON SCHEMA public IS 'of ${email(22)}'`],
  ['a label of the type who', `CREATE TYPE who AS ENUM ('${email(23)}')`],
  ['the function f', `CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '${email(24)}'::text $$`],
  ['the function g', `CREATE FUNCTION g() RETURNS text LANGUAGE sql RETURN '${email(25)}'::text`],
  ['the constraint c', `ALTER TABLE places ADD CONSTRAINT c CHECK (kept <> '${email(26)}')`],
  ['the index i', `CREATE INDEX i ON places (id) WHERE kept = '${email(27)}'`],
  ['the name of a table', `CREATE TABLE "${email(28)}" ()`],
  ['the name of a column', `ALTER TABLE places ADD "${email(29)}" int`],
  [
    'the trigger t',
    `CREATE FUNCTION n() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER t BEFORE INSERT ON places FOR EACH ROW EXECUTE FUNCTION n('${email(30)}')`,
  ],
  ['the policy p', `CREATE POLICY p ON places USING (kept = '${email(31)}')`],
  [
    'a bound of the partition one',
    `CREATE TABLE parted (k text) PARTITION BY LIST (k); CREATE TABLE one PARTITION OF parted FOR VALUES IN ('${email(32)}')`,
  ],
  [
    'pg_catalog.pg_largeobject.data',
    `SELECT lo_from_bytea(0, decode(repeat('00ff', 70000), 'hex') || convert_to('ask ${email(35)}', 'UTF8'))`,
  ],
  ...['ask ', '\\x0001ff', '\\x89504e470d0a1a0a'].map((before, i): readonly [string, string] => [
    'public.places.bytes',
    `ALTER TABLE places ADD bytes bytea; INSERT INTO places VALUES (1, '', '${before}'::bytea || convert_to('${email(36 + i)}, please', 'UTF8'))`,
  ]),
  [
    'public.places.bytes',
    `ALTER TABLE places ADD bytes bytea[]; INSERT INTO places VALUES (1, '', ARRAY[NULL, '\\xff', convert_to('\u00fc ${email(39)}', 'UTF8')])`,
  ],
  [
    'public.places.bytes',
    `CREATE DOMAIN scan AS bytea; ALTER TABLE places ADD bytes scan; INSERT INTO places VALUES (1, '', 'of ${email(40)}')`,
  ],
  [
    'public.places.bytes',
    `CREATE DOMAIN scan AS bytea; CREATE DOMAIN photo AS scan; ALTER TABLE places ADD bytes photo; INSERT INTO places VALUES (1, '', 'of ${email(41)}')`,
  ],
  [
    'public.places.bytes',
    `CREATE TYPE scan AS (a int, b bytea); CREATE TYPE scans AS (c scan[]); ALTER TABLE places ADD bytes scans; INSERT INTO places VALUES (1, '', ROW(ARRAY[(1, 'of ${email(42)}')::scan]))`,
  ],
  [
    'public.places.kept',
    `CREATE TABLE old (b bytea); INSERT INTO old VALUES ('of ${email(43)}'); ALTER TABLE places ALTER kept TYPE jsonb USING NULL; INSERT INTO places SELECT 1, to_jsonb(old) FROM old; DROP TABLE old`,
  ],
  ['public.seen.b', `CREATE MATERIALIZED VIEW seen AS SELECT '\\x00' || convert_to('${email(44)}', 'UTF8') AS b`],
  [
    'the default of places',
    `ALTER TABLE places ADD bytes bytea DEFAULT '\\x00${Buffer.from(email(45)).toString('hex')}'`,
  ],
  [
    'public.places.kept',
    `INSERT INTO places VALUES (1, 'GET /login?next=%2Fhome&email=${encodeURIComponent(email(46))} 200')`,
  ],
  [
    'public.places.kept',
    `INSERT INTO places VALUES (1, 'Bearer eyJhbGciOiJIUzI1NiJ9.${inBase64(`{"email":"${email(47)}"}`)}.c2ln')`,
  ],
  ['public.places.kept', `INSERT INTO places VALUES (1, encode('of ${email(48)}', 'hex'))`],
  ['public.places.kept', `INSERT INTO places VALUES (1, '{"mail":"${email(49).replace('@', String.raw`\u0040`)}"}')`],
  [
    'public.places.kept',
    `ALTER TABLE places ALTER kept TYPE jsonb USING NULL; INSERT INTO places VALUES (1, '["${inBase64(`of ${email(50)}, and others`)}"]')`,
  ],
  [
    'public.places.bytes',
    `ALTER TABLE places ADD bytes bytea; INSERT INTO places VALUES (1, '', '\\x00ff${Buffer.from(inBase64(`of ${email(51)}`)).toString('hex')}')`,
  ],
  ['a comment', `COMMENT ON TABLE places IS 'see /of/${inBase64(email(52))}/now'`],
  ['a rule of places', `CREATE RULE r AS ON DELETE TO places DO INSTEAD SELECT '${email(33)}'::text`],
  // A name that is an original is not said.
  ['the index (1)', `CREATE INDEX "${email(53)}" ON places (id)`],
  ['the name of a constraint (1)', `ALTER TABLE places ADD CONSTRAINT "${email(54)}" CHECK (id > 0)`],
  ['the name of a policy (1)', `CREATE POLICY "${email(55)}" ON places USING (true)`],
  [
    'the trigger (1)',
    `CREATE FUNCTION n() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER "${email(56)}" BEFORE INSERT ON places FOR EACH ROW EXECUTE FUNCTION n()`,
  ],
  [
    'a column whose name',
    `CREATE TABLE kept (id int, "${email(57)}" text); INSERT INTO kept VALUES (1, '${email(58)}')`,
  ],
  ['public.places.kept', `INSERT INTO places VALUES (1, 'see **${email(70)}** and so on')`],
  ['public.places.kept', `INSERT INTO places VALUES (1, 'GET /users/${email(71)}/orders.json')`],
  ['the default of the type dd', `CREATE DOMAIN dd AS text DEFAULT '${email(59)}'`],
  ['the name of a type (1)', `CREATE DOMAIN "${email(60)}" AS text`],
  ['the statistics (1)', `CREATE STATISTICS "${email(61)}" ON id, kept FROM places`],
  [
    'a setting of the function f',
    `CREATE FUNCTION f() RETURNS text LANGUAGE sql SET application_name = '${email(62)}' AS $$ SELECT 'x'::text $$`,
  ],
  ['a setting of the function f', `CREATE FUNCTION f("${email(63)}" int) RETURNS int LANGUAGE sql AS 'SELECT 1'`],
  [
    'a setting of the function f',
    `CREATE FUNCTION f(x text DEFAULT '${email(64)}') RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  ],
  ['the name of a function (1)', `CREATE FUNCTION "${email(65)}"() RETURNS int LANGUAGE sql AS 'SELECT 1'`],
  [
    'the first value of the aggregate',
    `CREATE AGGREGATE agg(text) (sfunc = textcat, stype = text, initcond = '${email(66)}')`,
  ],
  ['the collation (1)', `CREATE COLLATION "${email(67)}" FROM "C"`],
  ['the text search configuration (1)', `CREATE TEXT SEARCH CONFIGURATION "${email(68)}" (COPY = simple)`],
  ['the text search dictionary (1)', `CREATE TEXT SEARCH DICTIONARY "${email(69)}" (TEMPLATE = simple)`],
  [
    'public.left.h',
    `CREATE TABLE "left" (h bytea); INSERT INTO "left" VALUES (NULL); ALTER TABLE "left" ADD g text GENERATED ALWAYS AS ('${email(34)}') STORED`,
  ],
];

test('F100 control: a good copy has none, and what was looked at is counted', async () => {
  const fresh = await goodCopy();
  const proof = await prove(fresh);
  await fresh.end();
  expect(proof).toMatchObject({ coincidenceCount: 0 });
  // Address, phone, name, token, address in a note, key, tag, address that goes.
  expect((proof as LeakProof).originalCount).toBeGreaterThanOrEqual(COUNT * 8);
  expect((proof as LeakProof).setBytes / (proof as LeakProof).originalCount).toBeLessThanOrEqual(16);
  expect((proof as LeakProof).textCount).toBeGreaterThan(COUNT * 6);
}, 240_000);

test.each(hidden)(
  'F100 planted: %s',
  async (place, plant) => {
    const fresh = await goodCopy();
    await fresh.query(plant);
    const said = await prove(fresh);
    await fresh.end();
    expect(said).toMatch(/^GR5061/);
    expect(said).toContain(place.replace('public.left.h', 'public."left".g'));
    expect(said).not.toMatch(/@(?:sea|lake)\.example|Zx9Qa7|Bergmann|\+49/);
  },
  240_000,
);

test('of many places the first are said, and all are there for programs', async () => {
  const fresh = await goodCopy();
  const signal = new AbortController().signal;
  try {
    for (let i = 0; i < 45; i++) await fresh.query(`CREATE VIEW view${i} AS SELECT '${email(i)}'::text AS mail`);
    const given = (await proveNoLeak({ source, fresh, plan, keys, signal }).catch((error) => error)) as FailureError;
    const [{ message, places }] = given.failures as [Failure];
    expect(message).toContain('and 5 more places, all of which --json has');
    expect(places).toHaveLength(45);
    expect(places).toContain('the view view44 (1)');
  } finally {
    await fresh.end();
  }
}, 240_000);

test('a mask that is somebody else’s original is a coincidence, one that is its own is a leak', async () => {
  const kernel = openKernel(keys);
  const program = programOf(column('phone', 'text', mask('digits')));
  const masked = Buffer.from(kernel.mask(program, Buffer.from(phone(1)))!).toString();
  await source.query('INSERT INTO people (phone) VALUES ($1)', [masked]);
  const fresh = await goodCopy();
  try {
    expect(await prove(fresh)).toMatchObject({ coincidenceCount: 1 });
    // The same number where nothing is masked is not one.
    await fresh.query('INSERT INTO places VALUES (1, $1)', [masked]);
    expect(await prove(fresh)).toMatch(/^GR5061 .*public\.places\.kept \(1\)/);
  } finally {
    await source.query('DELETE FROM people WHERE email IS NULL');
    await fresh.end();
  }
}, 240_000);

test('what a text has as it stands too is told once, and a coincidence is one', async () => {
  const kernel = openKernel(keys);
  const program = programOf(column('note', 'text', mask('text')));
  const note = 'call 41555512345%20now';
  const masked = Buffer.from(kernel.mask(program, Buffer.from(note))!).toString();
  expect(masked).toMatch(/^call \d{11}%20now$/);
  await source.query('INSERT INTO people (extra) VALUES ($1), ($2)', [
    ...[{ note }, { note: masked.replace('%20now', '') }].map((each) => JSON.stringify(each)),
  ]);
  const fresh = await goodCopy();
  try {
    await fresh.query('INSERT INTO people (extra) VALUES ($1)', [JSON.stringify({ note: masked })]);
    expect(await prove(fresh)).toMatchObject({ coincidenceCount: 1 });
    await fresh.query('INSERT INTO places VALUES (1, $1)', [`to ${email(3)}%20or%20/${inBase64(email(3))}/`]);
    expect(await prove(fresh)).toMatch(/^GR5061 .*copy: public\.places\.kept \(1\)\./);
  } finally {
    await source.query('DELETE FROM people WHERE email IS NULL');
    await fresh.end();
  }
}, 240_000);

const idsBy =
  (kernel: Kernel) =>
  (i: number): number =>
    Buffer.from(kernel.mask(programOf(column('id', 'int4', mask('id'))), int32(i))!).readInt32BE();

test('a mask of an id, or of a number that is no original, is a coincidence only if the source has what it was made of', async () => {
  const kernel = openKernel(keys);
  const idOf = idsBy(kernel);
  const ids = Array.from({ length: 40 }, (_, i) => i + 1).filter((i) =>
    [i, -i].every((each) => formsOf(String(Math.abs(idOf(each)))).length > 0),
  );
  const [one, other] = ids as [number, number];
  const plain = '11112222';
  const phones = programOf(column('phone', 'text', mask('digits')));
  const masked = Buffer.from(kernel.mask(phones, Buffer.from(plain))!).toString();
  const below = idOf(-other);
  await source.query('INSERT INTO people (phone) VALUES ($1), ($2), ($3), ($4), ($5)', [
    ...[String(idOf(one)), String(idOf(other)), masked, plain, String(-below)],
  ]);
  await source.query('INSERT INTO orders VALUES ($1, $2), (NULL, $3)', [one, one, -other]);
  const fresh = await goodCopy();
  try {
    await fresh.query('INSERT INTO orders VALUES ($1, $2)', [idOf(one), idOf(one)]);
    // In as many rows as a number that stands for none.
    await fresh.query('INSERT INTO people (phone) SELECT $1 FROM generate_series(1, 1200)', [masked]);
    await fresh.query('INSERT INTO orders (again) VALUES ($1)', [below]);
    expect(await prove(fresh)).toMatchObject({ coincidenceCount: 1203 });
    // Of an id that no order has, and of one that another column has.
    await fresh.query('INSERT INTO orders VALUES ($1, NULL)', [idOf(other)]);
    expect(await prove(fresh)).toMatch(/^GR5061 .*copy: public\.orders\.id \(1\)\./);
    await source.query('UPDATE orders SET again = $1 WHERE id = $2', [other, one]);
    expect(await prove(fresh)).toMatch(/^GR5061 .*copy: public\.orders\.again \(1\), public\.orders\.id \(1\)\./);
    await source.query('DELETE FROM people WHERE phone = $1', [plain]);
    expect(await prove(fresh)).toMatch(/^GR5061 .*public\.people\.phone \(1200\)/);
  } finally {
    await source.query('DELETE FROM people WHERE email IS NULL; DELETE FROM orders');
    await fresh.end();
  }
}, 240_000);

test('a leak in a column that a migration has widened or made anew is a leak, whatever the source could be asked', async () => {
  const fresh = await goodCopy();
  const long = '12345678901234567890123';
  await source.query('INSERT INTO people (phone) VALUES ($1)', [long]);
  try {
    await fresh.query('ALTER TABLE orders ALTER id TYPE int8');
    await fresh.query('ALTER TABLE people ALTER key TYPE int8 USING NULL');
    await fresh.query('ALTER TABLE orders ALTER again TYPE text');
    const [one, other] = [1, 2].map((i) => phone(i).replace(/\D/g, ''));
    await fresh.query('INSERT INTO orders VALUES ($1, $2)', [one, long]);
    await fresh.query('INSERT INTO people (key) VALUES ($1)', [other]);
    expect(await prove(fresh)).toMatch(
      /^GR5061 .*copy: public\.orders\.again \(1\), public\.orders\.id \(1\), public\.people\.key \(1\)\./,
    );
  } finally {
    await source.query('DELETE FROM people WHERE email IS NULL');
    await fresh.end();
  }
}, 240_000);

test('F100 keys of JSON are originals where they are masked, and so is an address in a type that nobody knows', async () => {
  const gone: Rule = { kind: 'null' };
  const others: PlannedTable = {
    name: 'public.others',
    columns: [
      ...[column('home', 'composite', gone), column('doc', 'xml', gone), column('nick', 'name', gone)],
      ...[column('docs', '_json', gone), column('homes', '_home_t', gone), column('at', 'tsrange', gone)],
      column('extra', 'json', { kind: 'json', paths: [{ path: 'kept', masker: 'given-name' }], rest: 'text' }),
      column('all', 'jsonb', gone),
    ],
  };
  const values = [
    `(1,of1@others.example)`,
    '<p>of2@others.example</p>',
    'of3@others.example',
    `{"[\\"of4@others.example\\"]"}`,
    `{"(1,of5@others.example)"}`,
    '[2026-01-01,2026-02-01)',
    '{"of6@others.example":1,"kept":{"of7@others.example":"x"},"a":{"of8@others.example":["y"]}}',
    '{"of9@others.example":null}',
  ];
  await source.query('CREATE TYPE home_t AS (n int, mail text)');
  await source.query(
    'CREATE TABLE others (home home_t, doc xml, nick name, docs json[], homes home_t[], at tsrange, extra json, "all" jsonb)',
  );
  await source.query('INSERT INTO others VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', values);
  const fresh = await goodCopy();
  try {
    for (const i of [1, 2, 3, 4, 5, 6, 7, 8, 9])
      await fresh.query('INSERT INTO places VALUES ($1, $2)', [i, `of${i}@others.example`]);
    await fresh.query("INSERT INTO places VALUES (10, '2026-01-01 2026-02-01')");
    const proving = proveNoLeak({ source, fresh, plan: [...plan, others], keys, signal: new AbortController().signal });
    expect(await proving.then(() => 'nothing', String)).toContain('public.places.kept (9)');
  } finally {
    await fresh.end();
    await source.query('DROP TABLE others; DROP TYPE home_t');
  }
}, 60_000);

test('F100 addresses of machines are read as PostgreSQL writes them', async () => {
  const values = fc.sample(fc.oneof(anyAddress, fc.constantFrom(...addresses)), { numRuns: 2_000, seed: 7 });
  const { rows } = await source.query<{ json: string; sent: Buffer }>(
    `SELECT to_json(ip)::text AS json, inet_send(ip) AS sent FROM unnest($1::inet[]) ip`,
    [values.map((value) => textsIn(op.LOOK_ADDRESS, value)[0]!)],
  );
  expect(rows.map(({ sent }) => sent)).toEqual(values);
  for (const { json, sent } of rows) expect(textsIn(op.LOOK_ADDRESS, sent)).toEqual([JSON.parse(json)]);
});

test('called off while the source is asked, it does not wait for the answer', async () => {
  const made = Array.from({ length: 40 }, (_, i) => i)
    .map(idsBy(openKernel(keys)))
    .find((id) => formsOf(String(id)).length > 0)!;
  const [asking, locking] = [0, 1].map(() => new Client({ connectionString: withDatabase(adminUrl, 'source') }));
  const fresh = await goodCopy();
  const order = new AbortController();
  await source.query('INSERT INTO people (phone) VALUES ($1)', [String(made)]);
  await fresh.query('INSERT INTO orders VALUES ($1)', [made]);
  try {
    await Promise.all([asking!.connect(), locking!.connect()]);
    asking!.on('error', () => {});
    await asking!.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const proof = { source: asking!, fresh, keys, signal: order.signal };
    const own = handOf(proof);
    const hand: Hand = {
      ...own,
      async do(task) {
        const answer = await own.do(task);
        if (task.kind === 'look') await locking!.query('BEGIN; LOCK TABLE orders');
        return answer;
      },
    };
    const proving = proveNoLeak({ ...proof, plan, hands: [hand] });
    const refused = proving.catch(String);
    const waits =
      "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%public.orders WHERE%unnest%'";
    await expect.poll(async () => (await source.query(waits)).rowCount, { timeout: 20_000 }).toBe(1);
    order.abort();
    expect(await refused).toMatch(/Connection terminated/);
  } finally {
    await source.query('DELETE FROM people WHERE email IS NULL');
    await Promise.all([asking!.end(), locking!.end(), fresh.end()]);
  }
}, 240_000);
