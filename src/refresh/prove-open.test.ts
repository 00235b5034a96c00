// What PostgreSQL says of values that may have been masked: of every type that has them, and only of those that stand there sign for sign.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinPostgres } from '../embedded/postgres.ts';
import { openFinds, standing, type OpenFind } from './prove-open.ts';

let homeDir: string;
let leave: () => Promise<void>;
let source: Client;
beforeAll(async () => {
  homeDir = await mkdtemp(path.join(tmpdir(), 'greenroom-prove-open-'));
  const postgres = await joinPostgres({ homeDir, label: 'prove open test' });
  leave = () => postgres.leave();
  source = new Client({ connectionString: postgres.adminUrl });
  await source.connect();
  await source.query(
    `CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE DOMAIN number AS int4 CHECK (VALUE > 0); CREATE DOMAIN telephone AS varchar(20) CHECK (VALUE <> '')`,
  );
}, 240_000);
afterAll(async () => {
  await source?.end();
  await leave?.();
  await rm(homeDir, { recursive: true, force: true });
});

const find = (column: string, was: string, type: OpenFind['type']): OpenFind => ({
  ...{ place: 'here', table: 'public."Odd ""table"', column, was, type },
});

test.each<readonly [string, OpenFind['type'], readonly string[], readonly string[]]>([
  ['text', 'text', ['11112222', 'NULL', 'a"b\\,{c}', ' '], ['11112222 ', '', 'null']],
  ['varchar(9)', 'text', ['11112222'], ['1111222211112222']],
  // As it goes over the wire, and so out of a copy: with its blanks.
  ['char(12)', 'bpchar', ['11112222    '], ['11112222', '11113333    ']],
  ['telephone', 'text', ['11112222'], ['']],
  ['text COLLATE any_case', 'text', ['aaaabbbb', 'AAAABBBB'], ['AaaaBbbb']],
  ['int4', 'int8', ['12345678', '-12345678', '-2147483648'], ['2147483648', '-9223372036854775808', '-12345679']],
  ['int8', 'int8', ['12345678', '9223372036854775807'], ['12345679']],
  ['number', 'int8', ['12345678'], ['9223372036854775807', '-12345678']],
])('in a column of %s', async (type, asked, there, elsewhere) => {
  const name = 'a "column"';
  await source.query(`CREATE TABLE "Odd ""table" ("a ""column""" ${type}, other ${type})`);
  try {
    for (const value of there) await source.query('INSERT INTO "Odd ""table" VALUES ($1), ($1)', [value]);
    for (const value of there.slice(0, 1)) await source.query('INSERT INTO "Odd ""table" VALUES (NULL, $1)', [value]);
    const open = [...there, ...elsewhere].map((was) => find(name, was, asked));
    const other = there.slice(1).map((was) => find('other', was, asked));
    const stands = await standing(source, [...open, ...other, find('other', there[0]!, asked)]);
    expect(open.filter(stands).map(({ was }) => was)).toEqual(there);
    expect(other.filter(stands)).toEqual([]);
    expect(stands(find('other', there[0]!, asked))).toBe(true);
  } finally {
    await source.query('DROP TABLE "Odd ""table"');
  }
});

test('a value that is found again is asked about once, and of more than chance would bring the rest is refused', () => {
  const finds = ['1', '2', '3'].map((was) => find('a', was, 'int8'));
  const open = openFinds(2);
  expect(finds.map((each) => open.add(each, 1))).toEqual([true, true, false]);
  expect(finds.map((each) => open.add(each, 10))).toEqual([true, true, false]);
  expect(open.all()).toEqual(finds.slice(0, 2).map((each) => ({ ...each, count: 11 })));
  // The same in a partition has a place of its own.
  expect(open.add({ ...finds[0]!, place: 'there' }, 1)).toBe(false);
});
