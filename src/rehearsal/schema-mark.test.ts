// Two looks at one database: the same as long as nobody changes its schema, whoever looks.
import { expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import { schemaMarkQuery } from './schema-mark.ts';
import { openClient, withCopy } from './testing/clone.ts';

const postgres = realPostgres();
const at = (database: string) => Object.assign(new URL(postgres.url()), { pathname: `/${database}` }).href;

test('it tells another schema and another database, and nothing else', { timeout: 240_000 }, async () => {
  await withCopy(postgres.url(), async (copy) => {
    const client = await openClient(at(copy));
    const look = async () => (await client.query<{ place: string; schema: string }>(schemaMarkQuery)).rows[0]!;
    const first = await look();
    expect(first).toEqual({
      place: expect.stringMatching(/^[0-9a-f]{32}$/),
      schema: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    await client.query(`insert into users (name) values ('Ada'); analyze`);
    await client.query(`create role looker_${copy}; set role looker_${copy}; set search_path to ''`);
    expect(await look()).toEqual(first);
    await client.query(`reset role; reset search_path; drop role looker_${copy}`);
    const seen = new Set([first.schema]);
    for (const text of [
      'alter table users add column mail text',
      'alter table users alter column total drop not null',
      `alter table users alter column mail set default ''`,
      'alter table users add constraint named check (length(name) > 0) not valid',
      'alter table users validate constraint named',
      'create index users_name on users (name)',
      'create view names as select name from users',
      'create or replace view names as select name, id from users',
      `create function one() returns int language sql as 'select 1'`,
      `create or replace function one() returns int language sql as 'select 2'`,
      'alter table notes rename to remarks',
    ]) {
      await client.query(text);
      const { place, schema } = await look();
      expect([text, place, seen.has(schema)]).toEqual([text, first.place, false]);
      seen.add(schema);
    }
    await client.end();
    await withCopy(postgres.url(), async (other) => {
      const elsewhere = await openClient(at(other));
      const { rows } = await elsewhere.query<{ place: string }>(schemaMarkQuery);
      expect(rows[0]!.place).not.toBe(first.place);
      await elsewhere.end();
    });
  });
});
