// The migrate command where it counts, on a real PostgreSQL: INVALID indexes are looked for after it, and what gave up on a lock is run again only as it was rehearsed.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { askPostgres as ask, connectPostgres as connect, openShopServers, shopCheck as check } from '../rig/shop.ts';
import { shopCommand, writeMigration, type ShopServers } from '../rig/shop.ts';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 600_000 });

let tiny: Tiny;
let servers: ShopServers;

function declare(deed: string, checks: object): void {
  const main = { embedded: true, 'lock-timeout': '1s', back: shopCommand('down') };
  tiny.overlay({
    databases: { main: { ...main, migrate: shopCommand(deed) } },
    phases: { migrations: { checks } },
  });
}
const migration = (up: string, down = ''): void => writeMigration(tiny, up, down);

beforeAll(async () => {
  tiny = await Tiny.open();
  servers = await openShopServers(tiny, ['staging', 'production']);
}, 120_000);
afterAll(async () => {
  await servers?.leave();
  await tiny?.close();
}, 60_000);

interface Line {
  readonly name: string;
  readonly outcome: string;
  readonly reason: string;
  readonly next: string | null;
  readonly findings: readonly { readonly name: string; readonly outcome: string; readonly value: string }[];
}
async function migrated(environment: string): Promise<Line> {
  const { checks } = await tiny.play.json<{ checks: readonly Line[] }>(['report', environment]);
  return checks.find(({ name }) => name.endsWith('/migrate-main'))!;
}
const run = (line: string) => tiny.play.run(line.split(' '), { variables: servers.variables, timeoutMs: 280_000 });
/** The next version to staging; answers its exit code. */
async function deployed(): Promise<number | null> {
  tiny.next();
  return (await run('deploy staging')).code;
}
const indexes = ({ findings }: Line) => findings.filter(({ name }) => name === 'INVALID indexes');

/** Holds the table as a reader that never ends; answers how to let go. */
async function held(database: string): Promise<() => Promise<void>> {
  const reader = await connect(servers.own.urlFor(database));
  await reader.query('begin');
  await reader.query('lock table users in access share mode');
  return async () => {
    await reader.query('rollback');
    await reader.end();
  };
}
const waiting = async (database: string): Promise<number> => {
  const [row] = await ask<{ count: number }>(
    servers.own.adminUrl,
    `select count(*)::int as count from pg_stat_activity where datname = '${database}' and wait_event_type = 'Lock'`,
  );
  return row!.count;
};

test('an INVALID index that a migration has left stops the release, with what mends it; one from before is a condition', async () => {
  declare('loose', {});
  migration('create unique index concurrently users_name on users (name)');
  await ask(servers.own.urlFor('tiny_staging_main'), `insert into users values (301, 'n1')`);
  expect(await deployed()).toBe(1);
  const line = await migrated('staging');
  expect([line.outcome, line.reason]).toEqual(['fail', expect.stringContaining('left the INVALID index users_name')]);
  expect(line.next).toMatch(/^REINDEX INDEX CONCURRENTLY users_name; then deploy again/);
  expect(indexes(line)).toMatchObject([
    { outcome: 'fail', value: 'users_name: REINDEX INDEX CONCURRENTLY users_name' },
  ]);
  expect(tiny.running()).toEqual([]);
  expect(await deployed()).toBe(0);
  const later = await migrated('staging');
  expect([later.outcome, later.reason]).toEqual(['warn', expect.stringContaining('users_name was there before')]);
  // What is said to mend it mends it.
  const mend = indexes(later)[0]!.value.replace('users_name, from before: ', '');
  await ask(servers.own.urlFor('tiny_staging_main'), 'delete from users where id = 301', mend);
  expect(await deployed()).toBe(0);
  expect(await migrated('staging')).toMatchObject({ outcome: 'pass' });
  expect(indexes(await migrated('staging'))).toMatchObject([{ outcome: 'pass', value: 'none' }]);
  await ask(servers.own.urlFor('tiny_staging_main'), 'drop index users_name');
});

test('without a rehearsal a migration that gave up on a lock is not run again', async () => {
  declare('up', {});
  migration('alter table users add column mail text;', 'alter table users drop column mail;');
  const letGo = await held('tiny_staging_main');
  try {
    expect(await deployed()).toBe(1);
  } finally {
    await letGo();
  }
  const { outcome, reason, findings } = await migrated('staging');
  expect([outcome, reason]).toEqual([
    'fail',
    expect.stringContaining('it gave up on a lock in run 1, and was not run again: nobody has rehearsed'),
  ]);
  expect(findings).toContainEqual(
    expect.objectContaining({ name: 'lock timeout', outcome: 'skip', value: expect.stringContaining('nobody') }),
  );
});

test('a rehearsed one is run again, and goes through once the reader has left', async () => {
  declare('up', { 'on-a-copy': check });
  tiny.next();
  const staged = await run('deploy staging');
  expect([staged.code, staged.stdout + staged.stderr]).toEqual([0, expect.stringContaining('safe to go back')]);
  // What was locked is drawn below what the old version waited.
  const drawn = await run('report staging --format html');
  expect(drawn.stdout).toMatch(/class="hold h-grave"[^]*AccessExclusiveLock/);
  const letGo = await held('tiny_production_main');
  const promoting = tiny.play.start(['promote', 'production'], { variables: servers.variables, timeoutMs: 280_000 });
  try {
    const isWaiting = async () => (await waiting('tiny_production_main')) > 0;
    await until('the migration waits', isWaiting, 120_000);
    await until('it gives up', async () => !(await isWaiting()), 60_000);
  } finally {
    await letGo();
  }
  const { code, stdout, stderr } = await promoting.ended;
  expect([code, stdout + stderr]).toEqual([0, expect.stringMatching(/in run [23], after it gave up on a lock/)]);
  const line = await migrated('production');
  expect(line).toMatchObject({ outcome: 'pass' });
  expect(line.findings).toContainEqual(
    expect.objectContaining({
      name: 'lock timeout',
      outcome: 'pass',
      value: expect.stringMatching(/rehearsed \(evidence/),
    }),
  );
  const columns = await ask<{ name: string }>(
    servers.own.urlFor('tiny_production_main'),
    `select column_name as name from information_schema.columns where table_name = 'users' and column_name = 'mail'`,
  );
  expect(columns).toHaveLength(1);
});
