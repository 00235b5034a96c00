// The old version's statements as they are met on a real PostgreSQL: recorded on their way, and counted by the server itself.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RehearsalFacts } from '../domain/rehearsal/facts.ts';
import { joinPostgres, type EmbeddedPostgres } from '../embedded/postgres.ts';
import type { Command } from '../kinds/rehearsals.ts';
import type { RehearsalOrder } from './order.ts';
import { rehearse } from './rehearse.ts';
import { statementStatistics } from './statement-statistics.ts';
import { openClient, withCopy } from './testing/clone.ts';

const patience = { timeout: 240_000 };
let homeDir = '';
let postgres: EmbeddedPostgres;
const url = (database = 'postgres') => Object.assign(new URL(postgres.adminUrl), { pathname: `/${database}` }).href;

beforeAll(async () => {
  homeDir = await mkdtemp(path.join(tmpdir(), 'greenroom-captured-'));
  postgres = await joinPostgres({ homeDir, label: 'captured test' });
  const admin = await openClient(postgres.adminUrl);
  await admin.query('alter system set shared_preload_libraries to pg_stat_statements');
  const { rows } = await admin.query<{ pid: string }>(
    `select split_part(pg_read_file('postmaster.pid'), e'\\n', 1) as pid`,
  );
  // Its keeper starts it again, with the library.
  process.kill(Number(rows[0]!.pid), 'SIGKILL');
  await admin.end().catch(() => undefined);
  await vi.waitFor(
    async () => {
      const again = await openClient(postgres.adminUrl);
      const shown = await again.query<{ value: string }>(`select current_setting('shared_preload_libraries') as value`);
      await again.end();
      if (shown.rows[0]!.value !== 'pg_stat_statements') throw new Error('not started again yet');
    },
    { timeout: 100_000, interval: 200 },
  );
}, 120_000);
afterAll(async () => {
  await postgres?.leave();
  await rm(homeDir, { recursive: true, force: true });
});

const secret = 'ada@secret.example';
/** Asks what an application asks, in each of the ways that drivers have. */
const application: Command = async (address) => {
  const client = await openClient(address);
  try {
    await client.query(`/* for ${secret} */ select total from users where name = '${secret}' -- ${secret}`);
    await client.query('select name from users where id = $1', [7]);
    await client.query({ name: 'kept', text: 'insert into users (name) values ($1)', values: [secret] });
    await client.query({ name: 'kept', text: 'insert into users (name) values ($1)', values: [null] });
    await client.query('begin; update users set total = 3 where id = 8; commit');
    return { isDone: true };
  } finally {
    await client.end();
  }
};
const sql =
  (text: string): Command =>
  async (address) => {
    const client = await openClient(address);
    try {
      await client.query(text);
      return { isDone: true };
    } catch {
      return { isDone: false };
    } finally {
      await client.end();
    }
  };

const recorded = (run = application, except: readonly string[] = []) => ({
  capture: { meet: { from: 'command', run }, except } as const,
});
async function factsOf(migration: string, rest: Partial<RehearsalOrder>): Promise<RehearsalFacts> {
  return withCopy(postgres.adminUrl, async (copy) => {
    const { facts } = await rehearse({
      ...{ adminUrl: postgres.adminUrl, copy, copiedAtMs: 0, nowMs: 0, lockTimeoutMs: 400, limitMs: 60_000 },
      ...{ files: [{ file: '1.sql', text: migration }], migrate: sql(migration), back: null, write: null },
      ...{ oldStatements: ['select 1'], applicationRole: null, production: null, profile: 'quick', ...rest },
    });
    expect(JSON.stringify(facts)).not.toContain(secret);
    return facts;
  });
}

test('recorded statements go on beside a new column, each of them tried', patience, async () => {
  const { captured } = await factsOf('alter table users add column mail text', recorded());
  expect(captured).toMatchObject({ executed: 3, planned: 1, failing: [], unchecked: [], unreadable: 0 });
});

test(
  'a renamed column, a new NOT NULL and a new CHECK are met by the statements that break of them',
  patience,
  async () => {
    const renamed = await factsOf('alter table users rename column name to title', recorded());
    expect(renamed.captured!.failing.map(({ text, failedWith }) => `${failedWith} ${text}`)).toEqual([
      '42703 select total from users where name = ?',
      '42703 select name from users where id = $1',
      '42703 insert into users (name) values ($1)',
    ]);
    expect(renamed.captured!.failing[0]!.said).toBe('column "name" does not exist');
    const required = await factsOf(
      'update users set name = 1 where name is null; alter table users alter name set not null',
      recorded(),
    );
    expect(required.captured!.failing).toEqual([
      { text: 'insert into users (name) values ($1)', failedWith: '23502', said: 'column name, table users' },
    ]);
    const checked = await factsOf(`alter table users add constraint short check (length(name) < 9)`, recorded());
    expect(checked.captured!.failing).toMatchObject([{ failedWith: '23514', said: 'constraint short, table users' }]);
  },
);

test(
  'a planned write to a table that asks for more is not known, and one without values never executed',
  patience,
  async () => {
    const run = sql('update users set total = 1 where id = -1');
    const facts = await factsOf('alter table users add constraint few check (total < 5)', recorded(run));
    expect(facts.captured).toMatchObject({
      ...{ executed: 0, planned: 0 },
      unchecked: [{ text: 'update users set total = ? where id = -?', why: expect.stringContaining('rule few') }],
    });
    const left = await factsOf(
      'alter table users add constraint few check (total < 5)',
      recorded(run, [facts.captured!.unchecked[0]!.text]),
    );
    expect(left.captured).toMatchObject({ unchecked: [], excepted: 1 });
  },
);

const script = `create type mood as enum ('glad', 'sad');
create table users (id int primary key, mood mood); insert into users values (7, 'glad')`;
test(
  'a type that becomes another one, an enum that loses a word and what is only looked at by COMMIT are not passed over',
  patience,
  async () => {
    const of = (migration: string, run: Command) =>
      withCopy(postgres.adminUrl, (copy) => factsOf(migration, { copy, ...recorded(run) }), script);
    const bound =
      (text: string, ...values: readonly unknown[]): Command =>
      async (address) => {
        const client = await openClient(address);
        await client.query(text, [...values]);
        await client.end();
        return { isDone: true };
      };
    const uuid = `alter table users alter id type uuid using gen_random_uuid()`;
    expect((await of(uuid, bound('select mood from users where id = $1', 7))).captured!.failing).toMatchObject([
      { failedWith: '22P02' },
    ]);
    expect((await of(uuid, sql('select id from users'))).captured!.unchecked).toMatchObject([
      { why: expect.stringContaining('column 1 is uuid since, and was integer') },
    ]);
    const renamed = await of(
      `alter type mood rename value 'glad' to 'happy'`,
      bound('select id from users where mood = $1', 'glad'),
    );
    expect(renamed.captured!.failing).toMatchObject([{ failedWith: '22P02', said: null }]);
    const unseen = await of(`alter type mood rename value 'glad' to 'happy'`, async (address) => {
      const client = await openClient(address);
      await client.query('select id from users where mood = $1', [Buffer.from('sad')]);
      await client.end();
      return { isDone: true };
    });
    expect(unseen.captured!.unchecked).toMatchObject([{ why: expect.stringContaining('mood lacks a word') }]);
    const late =
      'alter table users add constraint other foreign key (id) references users2 deferrable initially deferred not valid';
    const deferred = await of(
      `create table users2 (id int primary key); ${late}`,
      bound('insert into users (id) values ($1)', 9),
    );
    expect(deferred.captured!.failing).toMatchObject([
      { failedWith: '23503', said: expect.stringContaining('constraint other') },
    ]);
  },
);

test('a command that fails is refused, and one that asks nothing captures nothing', patience, async () => {
  await expect(factsOf('select 1', recorded(sql('select 1 / 0')))).rejects.toThrow(/GR5131/);
  const idle = await factsOf(
    'select 1',
    recorded(async () => ({ isDone: true })),
  );
  expect(idle.captured).toMatchObject({ executed: 0, planned: 0, failing: [], unchecked: [], unreadable: 0 });
});

test('the new version’s smoke runs on the migrated copy, and is seen to', patience, async () => {
  const up = 'alter table users add column mail text';
  expect((await factsOf(up, { smoke: sql('select mail from users') })).newVersion).toEqual({
    ...{ failedWith: null, statements: 1 },
  });
  expect((await factsOf(up, { smoke: sql('select post from users') })).newVersion).toMatchObject({
    failedWith: '42703',
  });
  const elsewhere = await factsOf(up, { smoke: async () => ({ isDone: true }) });
  expect(elsewhere.newVersion).toEqual({ failedWith: null, statements: 0 });
});

test('what the server has counted is read, by who may', patience, async () => {
  const ask = async (...texts: string[]) => {
    const client = await openClient(url('shop'));
    for (const text of texts) await client.query(text);
    await client.end();
  };
  const admin = await openClient(url());
  await admin.query('create database shop');
  await admin.query(`create role counter login password 'c'; create role seller login superuser password 's'`);
  const as = (name: string) => Object.assign(new URL(url('shop')), { username: name, password: name[0] }).href;
  await expect(statementStatistics(as('counter'), null)).rejects.toThrow(/GR5130 .*no extension/);
  await ask('create extension pg_stat_statements', 'create table users (id int, name text, total int, at timestamptz)');
  const seller = await openClient(as('seller'));
  await seller.query(`select name from users where name = '${secret}' and at > now() - interval '1 day'`);
  await seller.end();
  const unseen = await statementStatistics(as('counter'), 'seller');
  expect(unseen).toMatchObject({ met: [], hidden: 1 });
  await admin.query('grant pg_read_all_stats to counter');
  const seen = await statementStatistics(as('counter'), 'seller');
  expect(seen.hidden).toBe(0);
  expect(seen.met).toHaveLength(1);
  expect(JSON.stringify(seen)).not.toContain(secret);
  expect((await statementStatistics(as('counter'), null)).met.length).toBeGreaterThan(1);
  const known = (capture: typeof seen) => ({ capture: { meet: { from: 'known', capture }, except: [] } as const });
  const at = 'alter table users add column at timestamptz';
  const before = await factsOf(at, known(seen));
  expect(before.captured!.unchecked).toMatchObject([{ why: expect.stringContaining('42703') }]);
  const script = 'create table users (id int, name text, at timestamptz)';
  await withCopy(
    postgres.adminUrl,
    async (copy) => {
      const through = (migration: string) => factsOf(migration, { copy, ...known(seen) });
      expect((await through('alter table users add column mail text')).captured).toMatchObject({ planned: 1 });
      expect((await through('alter table users drop column name')).captured!.failing).toMatchObject([
        { failedWith: '42703', said: 'column "name" does not exist' },
      ]);
    },
    script,
  );
  await admin.end();
});
