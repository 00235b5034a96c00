import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareData, compareSchemas } from '../domain/rehearsal/fingerprint.ts';
import { testDatabase } from '../store/testing/database.ts';
import { dataColumns, dataFingerprint, schemaFingerprint } from './database-fingerprint.ts';

const database = testDatabase();
let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: await database.another() });
  await client.connect();
  await client.query(`
    create schema "Odd";
    create type mood as enum ('sad', 'ok');
    create domain short as text check (length(value) < 9);
    create table users (id int generated always as identity primary key, name text not null, email text, mood mood default 'ok', s short);
    create index users_email on users (email);
    create table "Odd"."T.1" ("a b" int, at timestamptz default now(), weight float8);
    create table parts (id int, at date) partition by range (at);
    create table parts_1 partition of parts for values from ('2026-01-01') to ('2027-01-01');
    create view people as select id, name from users;
    create materialized view totals as select count(*) from users;
    create function f(int) returns int language sql as 'select $1';
    create function tr() returns trigger language plpgsql as 'begin return new; end';
    create trigger users_tr before insert on users for each row execute function tr();
    create sequence tickets;
    create aggregate total(int) (sfunc = int4pl, stype = int, initcond = '0');
    create publication feed for table users;
    create statistics twins on name, email from users;
    create collation plain (locale = 'C');
    comment on column users.name is 'as they call themselves';
    select lo_from_bytea(770001, 'a scan'), lo_from_bytea(770002, 'another'), lo_create(770003);
    create policy mine on users using (id > 0);
    insert into users (name, email) select 'n' || g, 'e' || g from generate_series(1, 50) g;
    insert into "Odd"."T.1" values (1, '2026-01-01', 0.1), (2, null, 'NaN');
    insert into parts select g, date '2026-01-01' + g from generate_series(1, 9) g`);
});
afterAll(() => client.end());

const differing = async (change: string) => {
  const before = await schemaFingerprint(client);
  await client.query(change);
  return compareSchemas(before, await schemaFingerprint(client)).map(({ name, how }) => `${how} ${name}`);
};

test('nothing happened, nothing differs', async () => {
  const before = await dataFingerprint(client, await dataColumns(client));
  expect(await differing('analyze; set search_path to "Odd"; set timezone to \'Asia/Tokyo\'')).toEqual([]);
  const after = await dataFingerprint(client, await dataColumns(client));
  expect(compareData(before, after)).toEqual({ lostTables: [], movedSequences: [] });
  expect(before.tables.map(({ relation, rows }) => [relation, rows])).toEqual([
    ...[['"Odd"."T.1"', 2] as const, ['public.parts_1', 9] as const, ['public.users', 50] as const],
    ['large objects', 3],
  ]);
  await client.query('reset search_path; reset timezone');
});

test.each([
  [
    'alter table users alter column email set not null',
    ['changed column public.users.email', 'new constraint public.users users_email_not_null'],
  ],
  ['alter table users disable trigger users_tr', ['changed trigger public.users users_tr']],
  ["alter type mood add value 'happy'", ['changed type public.mood']],
  ['alter table users enable row level security', ['changed relation public.users']],
  ['alter policy mine on users using (id > 1)', ['changed policy public.users.mine']],
  ['grant select on users to pg_monitor', ['changed relation public.users']],
  ['create or replace view people as select id, name from users where id > 0', ['changed view public.people']],
  [
    "create or replace function f(int) returns int language sql as 'select $1 + 1'",
    ['changed function public.f(integer)'],
  ],
  ['refresh materialized view totals', []],
  ['refresh materialized view totals with no data', ['changed relation public.totals']],
  ['drop index users_email', ['missing index public.users_email']],
  ['alter sequence tickets increment by 2', ['changed sequence public.tickets']],
  ['alter table "Odd"."T.1" alter column at drop default', ['changed column "Odd"."T.1".at']],
  [
    "create or replace aggregate total(int) (sfunc = int4mi, stype = int, initcond = '0')",
    ['changed function public.total(integer)'],
  ],
  ['alter publication feed set (publish = insert)', ['changed publication feed']],
  ['drop publication feed', ['missing publication feed']],
  ['drop statistics twins', ['missing statistics public.twins']],
  ['comment on column users.name is null', ['missing comment on column name of table public.users']],
  [
    'alter default privileges in schema public grant select on tables to pg_monitor',
    [expect.stringMatching(/^new default privileges of .* on r in public$/)],
  ],
  ['alter table users alter column name set storage external', ['changed column public.users.name']],
  ['alter table users alter column name set statistics 7', ['changed column public.users.name']],
  ['drop collation plain', ['missing collation public.plain']],
] as const)('%s is seen', async (change, expected) => {
  expect(await differing(change)).toEqual(expected);
});

test('a column dropped and added again restores the schema, and F093 its data is lost', async () => {
  const columns = await dataColumns(client);
  const before = await dataFingerprint(client, columns);
  expect(await differing('alter table users drop column s; alter table users add column s short')).toEqual([]);
  expect(compareData(before, await dataFingerprint(client, columns)).lostTables).toEqual([]); // it was empty
  expect(
    await differing("alter table users drop column mood; alter table users add column mood mood default 'sad'"),
  ).toEqual(['changed column public.users.mood']);
  expect(compareData(before, await dataFingerprint(client, columns)).lostTables).toEqual(['public.users']);
});

test('rows moved about are the same, one value or F096 a sequence elsewhere is not', async () => {
  const columns = await dataColumns(client);
  const before = await dataFingerprint(client, columns);
  await client.query('create table kept as table users; cluster users using users_pkey; drop table kept');
  expect(compareData(before, await dataFingerprint(client, columns))).toEqual({ lostTables: [], movedSequences: [] });
  await client.query(`update parts set id = 99 where id = 3; select nextval('tickets'); drop table "Odd"."T.1"`);
  expect(compareData(before, await dataFingerprint(client, columns))).toEqual({
    lostTables: ['"Odd"."T.1"', 'public.parts_1'],
    movedSequences: ['public.tickets'],
  });
});

test.each([
  ['another page', "select lo_put(770001, 2, 'X')"],
  ['one fewer', 'select lo_unlink(770002)'],
  ['an empty one instead of an empty one', 'select lo_unlink(770003), lo_create(770004)'],
  ['none', 'select lo_unlink(oid) from pg_largeobject_metadata'],
])('large objects: %s is a loss', async (_, change) => {
  const columns = await dataColumns(client);
  const before = await dataFingerprint(client, columns);
  await client.query(change);
  expect(compareData(before, await dataFingerprint(client, columns)).lostTables).toEqual(['large objects']);
});
