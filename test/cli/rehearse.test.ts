// `greenroom rehearse` on a small project: what it denies and says, that a kill leaves nothing the next run does not remove, and that the check stops a release.
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { leftOn, openShopServers, shopCheck as check, shopCommand as command } from '../rig/shop.ts';
import { writeMigration, type ShopServers } from '../rig/shop.ts';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 600_000 });

let tiny: Tiny;
let servers: ShopServers;

const left = () => leftOn(servers.own.adminUrl);
const trees = () => readdirSync(tiny.play.beside('rehearsals'));
const declare = (checks: object) =>
  tiny.overlay({
    databases: { main: { embedded: true, migrate: command('up'), back: command('down') } },
    phases: { migrations: { checks } },
  });
const migration = (up: string, down: string): void => writeMigration(tiny, up, down);

beforeAll(async () => {
  tiny = await Tiny.open();
  servers = await openShopServers(tiny, ['staging']);
}, 120_000);
afterAll(async () => {
  await servers?.leave();
  await tiny?.close();
}, 60_000);

const run = (line: string, more = servers.variables) =>
  tiny.play.run(line.split(' '), { variables: more, timeoutMs: 200_000 });
const codes = async (line: string, more = servers.variables): Promise<readonly string[]> => {
  const { stdout } = await run(`${line} --json`, more);
  return (JSON.parse(stdout) as { failures: { code: string }[] }).failures.map(({ code }) => code);
};

test('what nobody declared is not rehearsed', async () => {
  declare({});
  migration('alter table users add column mail text;', 'alter table users drop column mail;');
  expect(await codes('rehearse staging')).toEqual(['GR5101']);
  declare({ 'on-a-copy': check });
  expect(await codes('rehearse production')).toEqual(['GR5101']);
  expect(await codes('rehearse staging', {})).toEqual(['GR5102']);
  declare({ 'on-a-copy': { ...check, copy: { database: 'tiny_staging_main' } } });
  expect(await codes('rehearse staging')).toEqual(['GR5103']);
  declare({ 'on-a-copy': check });
});

test('a dry run, a go, one that was not measured whole, and a no-go', async () => {
  const dry = await run('rehearse staging --dry-run');
  expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining('ready  on-a-copy: database main, on clones of')]);
  const good = await run('rehearse staging');
  expect([good.code, good.stdout]).toEqual([0, expect.stringMatching(/^go {2}on-a-copy/)]);
  expect(good.stdout).toMatch(/migrations\/001\.sql:1 .*AccessExclusiveLock on users/);
  expect(good.stdout).toMatch(/digest +sha256:/);
  expect(good.stderr).toMatch(/migrating, run 1\n/);
  expect(good.stdout + good.stderr).not.toContain('reader-word');
  const quick = await run('rehearse staging --profile quick');
  expect([quick.code, quick.stdout]).toEqual([3, expect.stringContaining('Nobody has measured the way back')]);
  migration('alter table users rename column name to title;', 'alter table users rename column title to name;');
  const bad = await run('rehearse staging');
  expect([bad.code, bad.stdout]).toEqual([1, expect.stringMatching(/^no-go .*\n {2}old-version-fails .*42703/)]);
  expect(await left()).toEqual([]);
});

test('killed in the middle: the next run removes what is left', async () => {
  migration('select pg_sleep(3); alter table users add column mail text;', 'alter table users drop column mail;');
  const running = tiny.play.start(['rehearse', 'staging', '--profile', 'quick'], { variables: servers.variables });
  await until('it migrates', () => running.said().includes('migrating, run 1'), 60_000);
  running.kill('SIGKILL');
  await running.ended;
  expect(await left()).not.toEqual([]);
  expect(trees()).toHaveLength(1);
  migration('alter table users add column mail text;', 'alter table users drop column mail;');
  // What it was connected by ends a moment after it.
  await until(
    'it is let go of',
    async () => {
      const { stdout } = await run('rehearse staging --json --profile quick');
      const told = JSON.parse(stdout) as { rehearsals: { data: { swept: string[] } }[] };
      return told.rehearsals[0]!.data.swept.length > 0 && (await left()).length === 0;
    },
    60_000,
  );
  expect(trees()).toEqual([]);
});

test('interrupted, it removes what it has made, and is no defect', async () => {
  migration('select pg_sleep(3); alter table users add column mail text;', 'alter table users drop column mail;');
  const running = tiny.play.start(['rehearse', 'staging'], { variables: servers.variables });
  await until('it migrates', () => running.said().includes('migrating, run 1'), 60_000);
  running.kill('SIGINT');
  const { code, stdout, stderr } = await running.ended;
  expect([code, stdout + stderr]).toEqual([130, expect.not.stringContaining('GR9001')]);
  expect([await left(), trees()]).toEqual([[], []]);
  migration('alter table users add column mail text;', 'alter table users drop column mail;');
});

test('the check stops a release, with evidence that holds no password', async () => {
  migration('alter table users rename column name to title;', 'alter table users rename column title to name;');
  tiny.next();
  const told = await run('deploy staging');
  expect([told.code, told.stdout + told.stderr]).toEqual([1, expect.stringContaining('fails with SQLSTATE 42703')]);
  const [kept] = await tiny.play.rows<{ text: string }>(
    `select string_agg(result::text, chr(10)) as text from greenroom.result as result`,
  );
  expect(kept!.text).toMatch(/"on-a-copy"[^]*"evidence""?: ""?[0-9a-f]{64}/);
  expect(kept!.text).not.toContain('reader-word');
});
