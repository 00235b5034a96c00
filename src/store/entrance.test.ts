import { expect, test } from 'vitest';
import { placeOf } from './entrance.ts';
import { openStore } from './store.ts';
import { testDatabase } from './testing/database.ts';

const database = testDatabase();
const open = (url: string) => openStore({ url, sleep: async () => {} });

test.each(['nonsense', '', 'http://localhost/x', 'postgresql://u:p@[broken/x', 'postgres://u:a/b@h/x'])(
  'an address that is none is said to be none: %j',
  async (url) => {
    await expect(open(url)).rejects.toThrow(/GR3106/);
  },
);

test('a name, a password or a database that is not known there is said at once, without the password', async () => {
  const known = new URL(database.url());
  const change = (parts: Partial<URL>) => Object.assign(new URL(known), parts).toString();
  for (const url of [
    change({ password: 'hunter2' }),
    change({ username: 'nobody' }),
    change({ pathname: '/nowhere' }),
  ]) {
    const failure = await open(url).catch(String);
    expect(failure).toMatch(/GR3107/);
    expect(failure).not.toMatch(/hunter2/);
  }
});

test('where a database is never tells who may enter', () => {
  expect(placeOf('postgresql://ada:hunter2@db.example:5432/greenroom')).toBe('postgresql://db.example:5432/greenroom');
});
