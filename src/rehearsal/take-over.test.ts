import { expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import { makeScratch } from './scratch.ts';
import { withCopy } from './testing/clone.ts';

const postgres = realPostgres();
const schema = `
create table notes (id int generated always as identity primary key, text text);
create schema inner_room;
create table inner_room.things (id int);
select lo_from_bytea(770001, 'a scan');
create statistics pair on id, text from notes;
create publication feed for table notes;
create publication everything for all tables;
create publication of_room for tables in schema inner_room`;

const taken = [
  'select lo_unlink(770001)',
  'drop statistics pair',
  'drop publication feed',
  'drop table inner_room.things',
];
/** A superuser’s, whoever they are given to. */
const left = ['drop publication everything', 'drop publication of_room'];

test('who migrates owns also large objects, statistics and publications', { timeout: 60_000 }, async () => {
  await withCopy(
    postgres.url(),
    async (copy) => {
      const scratch = await makeScratch({ adminUrl: postgres.url(), copy });
      try {
        const looker = await scratch.connect('greenroom looker');
        await looker.query(`set role ${scratch.name}`);
        for (const text of taken) await looker.query(text);
        for (const text of left) await expect(looker.query(text), text).rejects.toMatchObject({ code: '42501' });
      } finally {
        await scratch.drop();
      }
    },
    schema,
  );
});
