import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { originalsOf } from '../domain/refresh/classified.ts';
import type { PlannedColumn } from '../domain/refresh/compile.ts';
import type { MaskerName } from '../domain/refresh/maskers.ts';
import type { Rule } from '../domain/refresh/rules.ts';
import { joinPostgres } from '../embedded/postgres.ts';
import { openKernel } from '../kernel/kernel.ts';
import * as op from '../kernel/operations.ts';
import type { ColumnProgram, JsonNode } from '../kernel/program.ts';
import { compiledKernel } from '../kernel/testing/compile.ts';
import { copyTable, type TableCopy } from './copy-table.ts';
import { openGatheringPipe } from './gather-rows.ts';
import { deriveKeys } from './keys.ts';
import { originOf } from './look-at.ts';
import { openFormList, openOriginalSet } from './original-set.ts';
import { exportSnapshot, joinSnapshot } from './snapshot.ts';

const keys = deriveKeys(Buffer.from('a key that everybody may know'));
const { leak } = keys;
const kernel = openKernel(keys);
let homeDir: string;
let adminUrl: string;
let leave: () => Promise<void>;
const open: Client[] = [];

async function connect(database: string): Promise<Client> {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  const client = new Client({ connectionString: url.href });
  client.on('error', () => {}); // cut on purpose
  await client.connect();
  open.push(client);
  return client;
}

const tables = `
  CREATE TABLE people (id int8 PRIMARY KEY, email text NOT NULL UNIQUE, name text, phone text, born date, seen timestamptz,
    pay numeric(10,2), ip inet, extra jsonb, tags text[], note text, kept text, token uuid);
  CREATE TABLE orders (id int4 PRIMARY KEY, person int8 NOT NULL, paid_at timestamptz);
  CREATE TABLE wide (id int4, body text);
  CREATE TABLE nothing ();`;

beforeAll(async () => {
  homeDir = await mkdtemp(path.join(tmpdir(), 'greenroom-refresh-'));
  const postgres = await joinPostgres({ homeDir, label: 'refresh test' });
  ({ adminUrl } = postgres);
  leave = () => postgres.leave();
  const admin = await connect('postgres');
  for (const name of ['source', 'target']) {
    await admin.query(`CREATE DATABASE ${name}`);
    await (await connect(name)).query(tables);
  }
  await (
    await connect('source')
  ).query(`
    INSERT INTO people SELECT i, 'user' || i || '@sea.example', 'Anna Berg' || i, '+49 170 ' || 1000000 + i, date '1980-01-01' + i,
      now(), i * 1.25, '10.1.2.3', jsonb_build_object('mail', 'user' || i || '@sea.example', 'n', i), ARRAY['user' || i || '@sea.example', NULL],
      'write to user' || i || '@sea.example', 'kept ' || i, gen_random_uuid() FROM generate_series(1, 5000) i;
    INSERT INTO people (id, email) VALUES (6000, 'last@sea.example');
    INSERT INTO orders SELECT i, 1 + i % 5000, timestamptz '2026-01-01' + i * interval '1 hour' FROM generate_series(1, 20000) i;
    INSERT INTO wide VALUES (1, repeat('kept ', 9000000)), (2, NULL), (3, 'small');
    INSERT INTO nothing DEFAULT VALUES;`);
}, 90_000);
afterAll(async () => {
  await Promise.all(open.map((client) => client.end().catch(() => {})));
  await leave?.();
  await rm(homeDir, { recursive: true, force: true });
});

const column = (operation: number, parameter: ColumnProgram['parameter'] = 0, isEntity = false): ColumnProgram => ({
  operation,
  parameter,
  isEntity,
});
const leaf = (operation: number): JsonNode => ({ operation, keys: {}, elements: null, anyKey: null });
const people: Record<string, ColumnProgram> = {
  id: column(op.ID, 0, true),
  email: column(op.EMAIL),
  name: column(op.FULL_NAME),
  phone: column(op.DIGITS_ONLY),
  born: column(op.DATE, 60),
  seen: column(op.TIMESTAMP, 60),
  pay: column(op.BAND_NUMERIC, 100),
  ip: column(op.INET),
  extra: column(op.JSON_BINARY, { ...leaf(op.KEEP), keys: { mail: leaf(op.EMAIL) } }),
  tags: column(op.TEXT_ARRAY, op.EMAIL),
  note: column(op.TEXT),
  kept: column(op.KEEP),
  token: column(op.UUID),
};
const orders = { id: column(op.KEEP), person: column(op.ID, 0, true), paid_at: column(op.TIMESTAMP, 60) };

async function copyOf(
  table: string,
  columns: Record<string, ColumnProgram>,
  more: Partial<TableCopy> = {},
): Promise<TableCopy> {
  const [source, target] = [await connect('source'), await connect('target')];
  await exportSnapshot(source);
  await target.query(`TRUNCATE ${table}`);
  return {
    ...{ source, target, kernel, table, from: table, into: table, signal: new AbortController().signal },
    ...{ columns: Object.keys(columns), program: Object.values(columns), ...more },
  };
}
const rowsIn = async (table: string): Promise<number> =>
  Number((await (await connect('target')).query(`SELECT count(*) FROM ${table}`)).rows[0].count);

test('a table arrives whole and masked, and its references still find their rows', async () => {
  const copy = await copyOf('people', people);
  expect(await copyTable(copy)).toMatchObject({ rowCount: 5001 });
  const { source, target } = copy;
  const again = {
    ...copy,
    table: 'orders',
    from: 'orders',
    into: 'orders',
    columns: Object.keys(orders),
    program: Object.values(orders),
  };
  await target.query('TRUNCATE orders');
  expect(await copyTable(again)).toMatchObject({ rowCount: 20_000 });
  // The proof is PostgreSQL's own.
  await target.query('ALTER TABLE orders ADD FOREIGN KEY (person) REFERENCES people');
  await target.query('ALTER TABLE orders DROP CONSTRAINT orders_person_fkey');
  const asked = `SELECT count(*) FILTER (WHERE p::text ~ 'sea\\.example|Anna|10\\.1\\.2\\.3') AS leaks,
    count(DISTINCT email) AS emails, count(*) FILTER (WHERE email ~ '^u[a-z2-7]{16}@example\\.(com|net|org)$') AS reserved,
    count(*) FILTER (WHERE extra ->> 'mail' = email AND tags[1] = email AND note = 'write to ' || email) AS same,
    count(*) FILTER (WHERE kept ~ '^kept \\d+$') AS kept FROM people p`;
  const counts = { emails: '5001', kept: '5000' };
  expect((await target.query(asked)).rows[0]).toEqual({ ...counts, leaks: '0', reserved: '5001', same: '5000' });
  // Control: the same questions find the source full of people.
  expect((await source.query(asked)).rows[0]).toMatchObject({ ...counts, leaks: '5001', reserved: '0' });
});

const rule = (masker: MaskerName): Rule => ({ kind: 'mask', masker, days: 60, by: null, percent: 10 });
const about: Readonly<Record<string, readonly [type: string, rule: Rule]>> = {
  email: ['text', rule('email')],
  name: ['text', rule('full-name')],
  phone: ['text', rule('digits')],
  ip: ['inet', rule('ip')],
  extra: ['jsonb', { kind: 'json', paths: [{ path: 'mail', masker: 'email' }], rest: 'keep' }],
  note: ['text', rule('text')],
  token: ['uuid', rule('id')],
};

test('F100 originals are gathered from the rows as they come, those and no others', async () => {
  const planned = Object.keys(people).map((name): PlannedColumn | null =>
    about[name] ? { name, type: about[name][0], rule: about[name][1], isEntity: false } : null,
  );
  const list = openFormList(leak);
  const gatherer = openKernel(keys, await compiledKernel());
  const copy = await copyOf('people', people, { gathering: openGatheringPipe(gatherer, planned, 'people', list) });
  expect(await copyTable(copy)).toMatchObject({ rowCount: 5001 });
  const [gathered, told] = [openOriginalSet(leak), openOriginalSet(leak)];
  gathered.join(list.gathered());
  for (const column of planned) {
    if (column === null) continue;
    const { rows } = await copy.source.query<{ json: string }>(
      `SELECT to_json(${column.name})::text AS json FROM people WHERE ${column.name} IS NOT NULL`,
    );
    for (const { form, masker } of rows.flatMap(({ json }) => originalsOf(column)(json))) {
      told.add(form, originOf(masker, form));
      expect(gathered.isOf(form, originOf(masker, form))).toBe(true);
    }
  }
  expect(gathered.count()).toBe(told.count());
  expect(told.count()).toBeGreaterThan(20_000);
});

test('F100 a proof that has not seen every row ends the copy', async () => {
  const list = openFormList(leak);
  const pipe = openGatheringPipe(
    openKernel(keys, await compiledKernel()),
    Object.keys(people).map(() => null),
    'people',
    list,
  );
  const blind = { ...pipe, rowCount: () => pipe.rowCount() - 1 };
  const copy = await copyOf('people', people, { gathering: blind });
  await expect(copyTable(copy)).rejects.toThrow('of 5001 rows of people the proof has seen 5000');
  expect(await rowsIn('people')).toBe(0);
});

test('dates of one person keep their distance across tables', async () => {
  const spans =
    'SELECT sum(extract(epoch FROM a.paid_at - b.paid_at)) FROM orders a JOIN orders b ON a.person = b.person AND a.id = b.id + 5000';
  const [before, after] = [await (await connect('source')).query(spans), await (await connect('target')).query(spans)];
  expect(after.rows).toEqual(before.rows);
});

test('a row of 45 MB flows through, in any order of columns, from a query, into a table without columns', async () => {
  const wide = await copyOf(
    'wide',
    { body: column(op.KEEP), id: column(op.KEEP) },
    { from: '(SELECT body, id FROM wide)' },
  );
  expect(await copyTable(wide)).toMatchObject({ rowCount: 3 });
  const sums = 'SELECT sum(id) AS ids, sum(length(body)) AS lengths, min(md5(body)) AS hash FROM wide';
  expect((await wide.target.query(sums)).rows).toEqual((await wide.source.query(sums)).rows);
  expect(await copyTable(await copyOf('nothing', {}, { from: '(SELECT FROM nothing)' }))).toMatchObject({
    rowCount: 1,
  });
});

test('one snapshot: what is written after it began is in no table', async () => {
  const [first, writer] = [await connect('source'), await connect('source')];
  const snapshot = await exportSnapshot(first);
  await writer.query(`INSERT INTO wide VALUES (99, 'late')`);
  const copy = await copyOf('wide', { id: column(op.KEEP), body: column(op.KEEP) });
  await copy.source.query('ROLLBACK');
  await joinSnapshot(copy.source, snapshot);
  expect(await copyTable(copy)).toMatchObject({ rowCount: 3 });
  await writer.query('DELETE FROM wide WHERE id = 99');
  await expect(copy.source.query('DELETE FROM wide')).rejects.toThrow(/read-only transaction/);
});

const slow = `(SELECT id, email FROM people WHERE pg_sleep(0.001)::text = '')`;

test('F098 whatever breaks, nothing of the table stands in the target and no failure holds a value', async () => {
  const columns = { id: column(op.KEEP), email: column(op.EMAIL) };
  const told = async (copy: TableCopy): Promise<string> => {
    const error = await copyTable(copy).then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error).not.toBeNull();
    expect(error!.message).not.toMatch(/sea\.example|user\d/);
    expect(await rowsIn('people')).toBe(0);
    return error!.message;
  };
  // a masker that does not fit the type
  expect(await told(await copyOf('people', { ...columns, email: column(op.UUID) }))).toMatch(/GR5002.*"email"/);
  // F101 the source fails in the middle, with a value in its message
  const failing = `(SELECT id, CASE WHEN id = 4000 THEN (email::int)::text ELSE email END FROM people ORDER BY id)`;
  expect(await told(await copyOf('people', columns, { from: failing }))).toMatch(/GR5003.*22P02/);
  // F101 the target refuses a row, and its detail names the key
  expect(await told(await copyOf('people', { ...columns, email: column(op.FIXED, Buffer.from('one')) }))).toMatch(
    /GR5004.*23505.*people_email_key/,
  );
  expect(await told(await copyOf('people', columns, { into: 'nowhere' }))).toMatch(/GR5004.*42P01/);
  // more columns than the program knows
  expect(await told(await copyOf('people', columns, { from: '(SELECT id, email, name FROM people)' }))).toMatch(
    /GR5001/,
  );
  // the source's process dies
  const killed = await copyOf('people', columns, {
    from: slow,
  });
  const { pid } = (await killed.source.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!;
  const ending = told(killed);
  await (await connect('postgres')).query('SELECT pg_sleep(0.3), pg_terminate_backend($1)', [pid]);
  expect(await ending).toMatch(/GR5003.*57P01|GR5005/);
  // the run is called off
  const off = new AbortController();
  const stopped = await copyOf('people', columns, {
    from: slow,
    signal: off.signal,
  });
  const end = told(stopped);
  setTimeout(() => off.abort(new Error('called off')), 300);
  expect(await end).toBe('called off');
}, 60_000);

test('the keys: one for each kind of value, the same for the same secret, and short secrets are refused', () => {
  const keys = deriveKeys(Buffer.alloc(16, 1));
  const hex = (of: typeof keys) =>
    Object.entries(of).flatMap(([name, key]) => (name === 'leak' ? [] : [Buffer.from(key).toString('hex')]));
  expect(new Set(hex(keys)).size).toBe(hex(keys).length);
  expect(hex(deriveKeys(Buffer.alloc(16, 1)))).toEqual(hex(keys));
  for (const other of [Buffer.alloc(16, 2), null, null])
    expect(hex(deriveKeys(other)).some((key) => hex(keys).includes(key))).toBe(false);
  expect(deriveKeys(Buffer.alloc(16, 1)).leak).not.toEqual(keys.leak);
  expect(() => deriveKeys(Buffer.alloc(15))).toThrow(/GR5009/);
});
