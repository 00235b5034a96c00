// Names without a schema mean on a clone what they mean in production, to who asks and to who migrates.
import { afterAll, expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import { migratorsPath, openApplication } from './application.ts';
import { loginsOf } from './logins.ts';
import { makeScratch } from './scratch.ts';
import { openClient, withCopy } from './testing/clone.ts';

const postgres = realPostgres();
const patience = { timeout: 60_000 };
const roles = ['web', 'Shop Owner', 'reader'];
const tables = 'create schema "Shop Owner"; create table "Shop Owner".users (id int); create table users (name text)';
const ask = async (database: string, ...texts: readonly string[]) => {
  const client = await openClient(Object.assign(new URL(postgres.url()), { pathname: database }).href);
  try {
    for (const text of texts) await client.query(text);
    return await loginsOf(client);
  } finally {
    await client.end();
  }
};
const columnOf = async (client: Awaited<ReturnType<typeof openClient>>) =>
  (await client.query('select * from users')).fields.map(({ name }) => name);
afterAll(() => ask('postgres', ...roles.map((name) => `drop role if exists "${name}"`)));

test('production tells the path of each role, as its sessions would get it', patience, async () => {
  await ask('postgres', ...roles.map((name) => `create role "${name}" login`), 'create role nobody nologin');
  await withCopy(
    postgres.url(),
    async (copy) => {
      const pathOf = async (role: string, ...texts: readonly string[]) =>
        (await ask(copy, ...texts)).find(({ name }) => name === role)?.path;
      expect(await pathOf('web')).toBe('"$user", public');
      expect(await pathOf('nobody')).toBe(undefined);
      expect(await pathOf('web', `alter database ${copy} set search_path = shop, public`)).toBe('shop, public');
      expect(await pathOf('web', 'alter role web set search_path = web')).toBe('web');
      expect(await pathOf('web', `alter role web in database ${copy} set search_path = "$user", web`)).toBe(
        '"$user", web',
      );
      expect(await pathOf('reader')).toBe('shop, public');
      const logins = await ask(copy, 'alter table users owner to "Shop Owner"', 'alter role web reset all');
      expect(logins.filter(({ ownsTables }) => ownsTables).map(({ name }) => name)).toContain('Shop Owner');
    },
    tables,
  );
  await ask('postgres', 'drop role nobody');
});

test('the old version finds what it finds in production, and so does who migrates', patience, async () => {
  const path = '"$user", public';
  const logins = [
    { name: 'Shop Owner', path, ownsTables: true },
    { name: 'reader', path, ownsTables: false },
  ];
  await withCopy(
    postgres.url(),
    async (copy) => {
      const order = { adminUrl: postgres.url(), copy };
      const find = async (known: typeof logins) => {
        const scratch = await makeScratch({ ...order, searchPath: migratorsPath({ logins: known }) });
        const migrator = await openClient(scratch.url());
        try {
          const asked = await openApplication(scratch, { applicationRole: null, logins: known });
          return [await columnOf(asked), await columnOf(migrator)];
        } finally {
          await migrator.end();
          await scratch.drop();
        }
      };
      expect(await find(logins)).toEqual([['id'], ['id']]);
      // Control: without a word of production the clone's own role finds the other table.
      expect(await find([])).toEqual([['name'], ['name']]);
    },
    tables,
  );
});
