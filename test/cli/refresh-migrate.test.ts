// `migrate: true` of refresh.yaml through the command line: a staging whose release is ahead of production gets production's data and keeps its own schema.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { askPostgres as ask, openShopServers, shopCommand, writeMigration, type ShopServers } from '../rig/shop.ts';
import { Tiny } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 600_000 });

let tiny: Tiny;
let servers: ShopServers;

beforeAll(async () => {
  tiny = await Tiny.open({ databases: { main: { embedded: true, migrate: shopCommand('up') } } });
  servers = await openShopServers(tiny, ['staging', 'production']);
}, 120_000);
afterAll(async () => {
  await servers?.leave();
  await tiny?.close();
}, 60_000);

const rules = (migrate: boolean): void =>
  writeFileSync(
    tiny.play.file('refresh.yaml'),
    `migrate: ${migrate}\ncolumns: { public.users.name: token, public.done.name: { keep: true, because: files } }\ntypes: { int4: keep }\n`,
  );
const refresh = async (code: number): Promise<string> => {
  const ended = await tiny.play.run(['refresh', 'staging'], { timeoutMs: 280_000 });
  expect([ended.code, ended.stdout + ended.stderr]).toEqual([code, expect.anything()]);
  return ended.stdout + ended.stderr;
};
const staged = <T extends object>(text: string) => ask<T>(servers.own.urlFor('tiny_staging_main'), text);

test('nothing serves there yet: refused before anything is copied', async () => {
  rules(true);
  expect(await refresh(2)).toContain('GR5162');
});

test('a release that is ahead: refused without it; with it the copy is migrated by the files of that release', async () => {
  writeMigration(tiny, 'alter table users add mail text');
  await tiny.deploy(0);
  // What lies in the folder now is no part of the release that serves.
  writeMigration(tiny, 'alter table users add other text');
  rules(false);
  expect(await refresh(2)).toMatch(/GR5060 .*public\.users\.mail/);
  rules(true);
  expect(await refresh(0)).toMatch(/verifying\n[^]*migrating\n[^]*proving\n/);
  const [row] = await staged<{ n: number; mails: number; same: number }>(
    "select count(*)::int as n, count(mail)::int as mails, count(*) filter (where name = 'n' || id)::int as same from users",
  );
  expect(row).toMatchObject({ n: 300, mails: 0 });
  expect(row!.same).toBeLessThan(10);
  expect(
    await staged("select column_name as is from information_schema.columns where table_name = 'users' order by 1"),
  ).toEqual([{ is: 'id' }, { is: 'mail' }, { is: 'name' }]);
});

test('the command fails on the copy: told with what it said, and the old data stays', async () => {
  await staged("update users set mail = 'ours'");
  await ask(servers.own.urlFor('tiny_production_main'), 'alter table users add mail text');
  try {
    rules(true);
    writeFileSync(
      tiny.play.file('refresh.yaml'),
      `migrate: true\npatterns: { "**": { keep: true, because: a test } }\n`,
    );
    const said = await refresh(2);
    expect(said).toMatch(/GR5163 {2}The migrate command failed with exit code 1 on the copy\. Nothing was published\./);
    expect(said).toMatch(/column "mail" of relation "users" already exists/);
    expect(await staged("select count(*)::int as n from users where mail = 'ours'")).toEqual([{ n: 300 }]);
    expect(await ask(servers.own.adminUrl, "select 1 from pg_database where datname like '%\\_greenroom\\_%'")).toEqual(
      [],
    );
  } finally {
    await ask(servers.own.urlFor('tiny_production_main'), 'alter table users drop mail');
  }
});

test('no migrate command to run is a mistake, not a refresh without one', async () => {
  tiny.overlay({ databases: { main: { embedded: true } } });
  rules(true);
  expect(await refresh(2)).toContain('GR5161');
});
