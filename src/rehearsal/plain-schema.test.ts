import { expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import { compareSchemas } from '../domain/rehearsal/fingerprint.ts';
import { invalidNamed, plainSchemaAlone } from './plain-schema.ts';
import { openClient } from './testing/clone.ts';

const postgres = realPostgres();
const base = `create type mood as enum ('well', 'ill'); create sequence ticket_no;
create table users (id int generated always as identity primary key, name varchar(40) not null check (name in ('a', 'b')), mood mood);
create index users_name on users (lower(name)) where mood is not null;
create table orders (id serial primary key, user_id int references users (id) on delete cascade, total int default 1);
create view names as select name from users;
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touched before insert on orders for each row execute function touch();`;

async function schemaOf(database: string, ...texts: readonly string[]) {
  const admin = await openClient(postgres.url());
  await admin.query(`create database ${database}`);
  await admin.end();
  const client = await openClient(Object.assign(new URL(postgres.url()), { pathname: `/${database}` }).href);
  try {
    for (const text of texts) await client.query(text);
    return await plainSchemaAlone(client);
  } finally {
    await client.end();
  }
}

test('what is not the same is named, and what a restore writes otherwise is not', { timeout: 60_000 }, async () => {
  const one = await schemaOf('one', base);
  // As pg_restore leaves it: other numbers of columns, a text of the CHECK that PostgreSQL has put together anew.
  const restored = await schemaOf(
    'restored',
    base,
    'alter table users add column gone int; alter table users drop column gone',
    `alter table users drop constraint users_name_check; alter table users add constraint users_name_check
       check ((name)::text = any (array[('a'::character varying)::text, ('b'::character varying)::text]))`,
  );
  expect(one.length).toBeGreaterThan(15);
  expect(compareSchemas(one, restored)).toEqual([]);
  const other = await schemaOf(
    'other',
    base,
    `alter table users alter name drop not null; drop trigger touched on orders; alter type mood add value 'dead';
     alter table orders drop constraint orders_user_id_fkey; create table more (id int)`,
  );
  expect(compareSchemas(one, other)).toEqual([
    { name: 'column public.more.id', how: 'new' },
    { name: 'column public.users.name', how: 'changed' },
    { name: 'constraint public.orders.orders_user_id_fkey', how: 'missing' },
    { name: 'enum public.mood', how: 'changed' },
    { name: 'table public.more', how: 'new' },
    { name: 'trigger public.orders.touched', how: 'missing' },
  ]);
});

test('an index that is INVALID in production alone is named as that', { timeout: 60_000 }, async () => {
  const valid = 'create table books (id int, title text); create index plain on books (title)';
  const twins = `create table twins (id int); insert into twins values (1), (1)`;
  await schemaOf('production', valid, twins);
  const client = await openClient(Object.assign(new URL(postgres.url()), { pathname: '/production' }).href);
  const build = client.query('create unique index concurrently once on twins (id)');
  await expect(build).rejects.toMatchObject({ code: '23505' });
  const production = await plainSchemaAlone(client).finally(() => client.end());
  const copy = await schemaOf('copied', valid, twins);
  expect(compareSchemas(invalidNamed(production), invalidNamed(copy))).toEqual([
    { name: 'INVALID index public.twins.once', how: 'missing' },
  ]);
});
