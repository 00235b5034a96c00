// What a migration does to tables that a listed statement asks for, on a real PostgreSQL, and which statement meets it.
import { expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import type { RehearsalOrder } from './order.ts';
import { relationsOf } from './relations.ts';
import { watchShape } from './shape-watch.ts';
import { openClient, withClone } from './testing/clone.ts';

const postgres = realPostgres();

/** What is told of the migration where the statements are those, and nobody has captured any. */
async function told(migration: string, texts: readonly string[], applicationRole: string | null = 'pg_monitor') {
  let found: readonly string[] = [];
  await withClone(postgres.url(), async (scratch) => {
    const looker = await scratch.connect('looker');
    await looker.query('create schema hidden; create table hidden.users ()');
    const relations = await relationsOf(looker);
    const asker = await scratch.connect('asker');
    await asker.query('set session authorization pg_monitor');
    const order = { applicationRole } as RehearsalOrder;
    const watch = await watchShape({ scratch, looker, asker }, { order, relations, texts });
    const client = await openClient(scratch.url());
    await client.query(migration);
    await client.end();
    const unmet = await watch.unmet([]);
    found = unmet.map(({ by, relation, what }) => `${by} ${relation}: ${what}`);
  });
  return found;
}
const insert = 'insert into users (name) values (1)';

test.each<readonly [migration: string, text: string, what: readonly RegExp[]]>([
  ['alter table users add check (total > 5) not valid', insert, [/^rows users: 300 of them users_total_check$/]],
  ['alter table users add check (total >= 0) not valid', 'select 1 from users', [/^statement users: the constraint/]],
  ['alter table users add check (total >= 0) not valid', insert, []],
  ['alter table users alter name type text collate "C"', insert, [/^statement users: the type of name/]],
  ['alter table users alter total drop default', insert, []],
  ['alter table notes alter user_id type bigint', 'update notes set user_id = 3', []],
  [
    'alter table notes alter id type smallint',
    'select 1 from notes where user_id = 3',
    [/the type of id, now smallint/],
  ],
  ['alter table notes alter id type smallint', 'select 1 from notes n, users u where n.id = 3', []],
  ['create view seen as select 1', insert, []],
  ['alter table users alter total drop default', 'select 1 from hidden.users', []],
])('%s beside %s', { timeout: 120_000 }, async (migration, text, what) => {
  const found = await told(migration, [text]);
  expect(found).toHaveLength(what.length);
  what.forEach((each, index) => expect(found[index]).toMatch(each));
});

test(
  'what only a named role would meet is told where none is, of new tables nothing',
  { timeout: 120_000 },
  async () => {
    const enable =
      'alter table users enable row level security; create table more (id int); alter table more enable row level security';
    expect(await told(enable, ['select 1 from users', insert], null)).toEqual(
      Array.from({ length: 2 }, () => 'role users: row security'),
    );
    expect(await told(enable, ['select 1 from users', insert])).toEqual([]);
    expect(await told(enable, [insert])).toEqual(['statement users: row security']);
  },
);
