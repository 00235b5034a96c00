// Two databases of one server that sort otherwise are no copies of each other, though every version of it is the same.
import { expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import { versionPairs, versionsOf } from './copy-facts.ts';
import type { Versions } from './order.ts';
import { openClient } from './testing/clone.ts';

const postgres = realPostgres();
let count = 0;

async function versions(locale: string, script = 'select 1'): Promise<Versions> {
  const name = `sorted_${(count += 1)}`;
  const admin = await openClient(postgres.url());
  await admin.query(`create database ${name} template template0 ${locale}`);
  const client = await openClient(Object.assign(new URL(postgres.url()), { pathname: name }).href);
  try {
    await client.query(script);
    return await versionsOf(client);
  } finally {
    await client.end();
    await admin.query(`drop database ${name}`);
    await admin.end();
  }
}
const differing = (copy: Versions, production: Versions) =>
  versionPairs(copy, production)
    .filter((each) => each.copy !== each.production)
    .map(({ name }) => name);
const icu = (locale: string) => `locale_provider icu icu_locale '${locale}' locale 'C'`;

test('F092 another locale or provider of the database', async () => {
  const english = await versions(icu('en'));
  expect(differing(english, await versions(icu('en')))).toEqual([]);
  expect(differing(english, await versions(icu('de-u-kn-true')))).toEqual(['collation of the database']);
  expect(differing(english, await versions(`locale_provider libc locale 'C'`))).toEqual(['collation of the database']);
  const rules = `${icu('en')} icu_rules '&a < g'`;
  expect(differing(english, await versions(rules))).toEqual(['collation of the database']);
});

test('F092 collations that columns and indexes use, each by its own version', async () => {
  const dex = (locale: string) => `create collation dex (provider = icu, locale = '${locale}')`;
  const column = 'create table notes (text text collate dex, kept name, plain text collate "C")';
  const german = await versions(icu('en'), `${dex('de')}; ${column}`);
  expect(Object.keys(german).filter((name) => name.startsWith('collation'))).toEqual([
    'collation of the database',
    'collation public.dex',
  ]);
  expect(differing(german, await versions(icu('en'), `${dex('de')}; ${column}`))).toEqual([]);
  expect(differing(german, await versions(icu('en'), `${dex('sv')}; ${column}`))).toEqual(['collation public.dex']);
  // Nobody sorts by it there.
  const unused = `${dex('de')}; create table notes (text text)`;
  expect(differing(german, await versions(icu('en'), unused))).toEqual(['collation public.dex']);
  const index = `${unused}; create index on notes (text collate dex)`;
  expect(differing(german, await versions(icu('en'), index))).toEqual([]);
  const older = `${dex('de')}; ${column}; update pg_collation set collversion = '1.2.3' where collname = 'dex'`;
  expect(differing(german, await versions(icu('en'), older))).toEqual(['collation public.dex']);
});
