// The whole check on two real PostgreSQLs: one for the clones, one that is production.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { createEffects } from '../effects/effects.ts';
import type { CheckContext, DeclaredMigration } from '../kinds/check.ts';
import { ask, checkContract, type CheckWorld } from '../kinds/testing/check-contract.ts';
import { createRehearsals } from '../rehearsal/door.ts';
import { openClient } from '../rehearsal/testing/clone.ts';
import { migrationRehearsal } from './migration-rehearsal.ts';
import { realPostgres } from './testing/database.ts';
import { temporaryFolder, testContext } from './testing/world.ts';

const scratch = realPostgres();
const production = realPostgres();
const patience = { timeout: 120_000 };

const base = `create table users (id int generated always as identity primary key, name text not null);
create table done (name text primary key); insert into done values ('001.sql');
insert into users (name) select 'n' || g from generate_series(1, 300) g;`;
const at = (url: string, database: string) => Object.assign(new URL(url), { pathname: `/${database}` }).href;
const askOne = async (url: string, ...texts: string[]) => {
  const client = await openClient(url);
  try {
    const rows: Record<string, unknown>[] = [];
    // Several statements in one text answer a list.
    for (const text of texts) rows.push(...((await client.query<Record<string, unknown>>(text)).rows ?? []));
    return rows;
  } finally {
    await client.end();
  }
};
const yesterday = new Date(Date.now() - 86_400_000).toISOString();
const mark = (database: string, text: string | null) =>
  askOne(scratch.url(), `comment on database ${database} is ${text === null ? 'null' : `'${text}'`}`);

beforeAll(async () => {
  await askOne(scratch.url(), 'create database shop_copy', 'create database silent');
  await askOne(at(scratch.url(), 'shop_copy'), base);
  await mark('shop_copy', `of the shop\ngreenroom: copy of ${yesterday}`);
  await askOne(production.url(), 'create database shop', `create role reader login password 'reader'`);
  await askOne(at(production.url(), 'shop'), base);
}, 120_000);

/** Databases and roles that are not there without a rehearsal. */
const left = () =>
  askOne(
    scratch.url(),
    `select datname from pg_database where datname like 'greenroom_rehearsal%' union all
     select rolname from pg_roles where rolname like 'greenroom_rehearsal%'`,
  );

const runner = fileURLToPath(new URL('./migration-rehearsal/testing/migrate.mjs', import.meta.url));
const run = (...words: string[]) => [process.execPath, runner, ...words];
const up = 'alter table users add column mail text;';
const down = 'alter table users drop column mail;';

function world({
  migration = up,
  back = down as string | null,
  forwardOnly = false,
  migrate = run('up'),
  budgetMs = 60_000,
  config = {},
  variables = {},
  references = {},
}: {
  readonly migration?: string;
  readonly back?: string | null;
  readonly forwardOnly?: boolean;
  readonly migrate?: readonly string[];
  readonly budgetMs?: number;
  readonly config?: object;
  readonly variables?: Record<string, string>;
  readonly references?: Record<string, string>;
} = {}): CheckWorld & { readonly context: CheckContext } {
  const directory = temporaryFolder();
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), text);
  };
  // Applied long ago, and no safe migration.
  write('migrations/001.sql', 'begin; drop table if exists users; commit;');
  write('migrations/002.sql', migration);
  if (back !== null) write('back/002.sql', back);
  const reader = Object.assign(new URL(at(production.url(), 'shop')), { username: 'reader', password: 'reader' });
  const declared: DeclaredMigration = {
    ...{ database: 'main', variable: 'DATABASE_URL', migrate, back: back === null ? null : run('down') },
    ...{ forwardOnly, budgetMs, lockTimeoutMs: 400, ownServer: null },
  };
  const known: Record<string, string> = { '${SCRATCH}': scratch.url(), '${PRODUCTION}': reader.href, ...references };
  return {
    config: {
      ...{
        server: '${SCRATCH}',
        production: '${PRODUCTION}',
        copy: { database: 'shop_copy' },
        files: 'migrations/*.sql',
      },
      'old-statements': ['select name from users where id = 7', `insert into users (name) values ('new')`],
      ...config,
    },
    context: testContext({
      effects: createEffects({
        ...{ secrets: [], load: { run: () => Promise.reject(new Error('no load')) } },
        rehearsals: createRehearsals(),
      }),
      ...{ directory, projectDirectory: directory, migrations: [declared] },
      databases: [{ name: 'main', url: 'postgresql://app:app@staging.hello.example/shop' }],
      variables,
      expand: (text) => known[text] ?? '',
    }),
  };
}

checkContract(migrationRehearsal, {
  testUrl: import.meta.url,
  good: () => world(),
  dead: () => world({ migration: 'alter table nothing add column mail text;' }),
});

const judged = (given: Parameters<typeof world>[0]) => ask(migrationRehearsal, world(given));
const refused = async (given: Parameters<typeof world>[0]): Promise<string> =>
  judged(given).then(
    ({ outcome, reason }) => `${outcome}: ${reason}`,
    (error: Error) => error.message,
  );

test('a renamed column breaks the old version, in a moment', patience, async () => {
  const judgement = await judged({
    migration: 'alter table users rename column name to title;',
    back: 'alter table users rename column title to name;',
  });
  expect(judgement).toMatchObject({ outcome: 'fail', reason: expect.stringContaining('fails with SQLSTATE 42703') });
});

test(
  'a command that fails by itself, and one that never ends, are told by what they printed last',
  patience,
  async () => {
    const program = (text: string) => [process.execPath, '-e', `console.log(process.env.DATABASE_URL); ${text}`];
    const fails = await judged({ migrate: program(`console.error('no knex here'); process.exit(3)`) });
    expect(fails).toMatchObject({
      outcome: 'fail',
      reason: expect.stringMatching(/^the migrate command: It fails, though/),
    });
    expect(fails.reason).toMatch(/and said last: postgresql:.*\*\*\*@.* \| no knex here/);
    const hangs = await judged({
      migrate: program(`console.log('waiting'); setInterval(() => {}, 9)`),
      budgetMs: 1_000,
    });
    expect(hangs.reason).toMatch(/^the migrate command: It did not end within \d.* s, and said last: .*waiting/);
    expect(await left()).toEqual([]);
  },
);

test('a scratch server without room is told as that, and the next file may be large', patience, async () => {
  const full = `do $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;`;
  expect(await refused({ migration: full })).toMatch(/^GR5120 .*disk of the scratch server is full/);
  const rows = `-- ${'x'.repeat(1024 * 1024)}\n`;
  // What reads it asks late meanwhile, so that a busy machine may make a short wait of that.
  const large = await judged({ migration: `${rows.repeat(5)}${up}` });
  expect(large.findings).toContainEqual(expect.objectContaining({ name: 'going back', outcome: 'pass' }));
  expect(['pass', 'warn']).toContain(large.outcome);
  expect(await refused({ migration: rows.repeat(9) })).toMatch(/^GR5107 migrations.002.sql has more than 8 MiB/);
  expect(await left()).toEqual([]);
});

test(
  'what the old version was recorded with has to go on, and the smoke of the new one to end well',
  { timeout: 300_000 },
  async () => {
    const capture = { command: run('ask', `select id from users where name = 'n3'`) };
    const smoke = run('ask', 'select mail from users');
    expect(await judged({ config: { capture, smoke } })).toMatchObject({ outcome: 'pass' });
    const broken = await judged({
      ...{ migration: 'alter table users rename column name to title;', config: { capture, smoke } },
      back: 'alter table users rename column title to name;',
    });
    expect(broken.findings.map(({ value }) => value)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('42703 (column "name" does not exist): select id from users where name = ?'),
        expect.stringContaining('smoke fails on the migrated copy'),
      ]),
    );
    expect(JSON.stringify(broken)).not.toContain('n3');
    const silent = { capture: { command: [process.execPath, '-e', '0'] } };
    expect(await judged({ config: silent })).toMatchObject({
      outcome: 'error',
      reason: expect.stringContaining('Nothing of the old version was captured'),
    });
    expect(await refused({ config: { capture: { command: run('ask', 'select nothing') } } })).toMatch(/^GR5131/);
    expect(await refused({ config: { capture: { statistics: '${PRODUCTION}' } } })).toMatch(/^GR5130 .*no extension/);
    expect(await refused({ config: { capture: { statistics: '${UNSET}' } } })).toMatch(/^GR5102 .*capture.statistics/);
  },
);

test('a copy of another schema than production’s is no copy of it, whatever runs well on it', patience, async () => {
  const shop = at(production.url(), 'shop');
  await askOne(shop, 'alter table users add column nick text; create table later (id int primary key)');
  try {
    const other = await judged({});
    expect(other.outcome).toBe('fail');
    expect(other.findings![0]).toMatchObject({ name: 'other-schema', outcome: 'fail' });
    expect(other.reason).toContain('the copy lacks column public.users.nick, the copy lacks table public.later.');
    const idle = await judged({ migration: `select 1 where false;` });
    expect(idle.outcome).not.toBe('warn');
  } finally {
    await askOne(shop, 'alter table users drop column nick; drop table later');
  }
});

test('F089 it gets its lock timeout as in production, and by nothing else', { timeout: 300_000 }, async () => {
  const { config, context } = world();
  const judge = (words: readonly string[], options = '') => {
    const migrations = context.migrations!.map((each) => ({ ...each, migrate: [...words, ...each.migrate] }));
    const databases = context.databases.map((each) => ({ ...each, url: `${each.url}${options}` }));
    return ask(migrationRehearsal, { config, context: { ...context, migrations, databases } });
  };
  const reasonsOf = async (asked: ReturnType<typeof judge>) => (await asked).findings.map(({ name }) => name);
  expect(await judge([])).toMatchObject({ outcome: 'pass' });
  const deaf = ['env', '-u', 'PGOPTIONS'];
  expect(await reasonsOf(judge(deaf))).toContain('never-gives-up');
  expect(await judge(deaf, '?options=-c%20lock_timeout%3D400')).toMatchObject({ outcome: 'pass' });
  // What stands in the address goes before PGOPTIONS, there as here.
  expect(await reasonsOf(judge([], '?options=-c%20work_mem%3D8MB'))).toContain('never-gives-up');
});

test('F093 without a way back, and with one that forgets the values, it does not pass', patience, async () => {
  expect(await judged({ back: null })).toMatchObject({
    outcome: 'fail',
    reason: expect.stringContaining('no way back'),
  });
  const forgets = await judged({
    migration: 'alter table users add column note text; alter table users drop column name;',
    back: `alter table users drop column note; alter table users add column name text not null default '';`,
  });
  expect(forgets).toMatchObject({ outcome: 'fail' });
  expect(forgets.findings.map(({ name }) => name)).toContain('data-lost');
});

test('declared forward-only it may go, and nobody goes back over it', patience, async () => {
  expect(await judged({ back: null, forwardOnly: true })).toMatchObject({
    outcome: 'warn',
    reason: expect.stringContaining('its database is declared forward-only'),
  });
  const drops = await judged({
    ...{ back: null, forwardOnly: true },
    migration: 'alter table users add column note text; alter table users drop column name;',
  });
  expect(drops).toMatchObject({ outcome: 'fail' });
  expect(drops.findings.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['old-version-fails', 'destructive-step']),
  );
});

test('a migrate command that goes elsewhere was not measured', patience, async () => {
  const { config, context } = world();
  const migrations = context.migrations!.map((each) => ({ ...each, migrate: [process.execPath, '-e', '0'] }));
  expect(await ask(migrationRehearsal, { config, context: { ...context, migrations } })).toMatchObject({
    outcome: 'fail',
    reason: expect.stringContaining('Nobody has measured the locks'),
  });
});

test(
  'a release without a migration is a condition, since a copy that has it already looks the same',
  patience,
  async () => {
    await askOne(at(scratch.url(), 'shop_copy'), `insert into done values ('002.sql')`);
    try {
      expect(await judged({})).toMatchObject({
        outcome: 'warn',
        reason: expect.stringContaining('changed nothing on clones of database shop_copy'),
      });
    } finally {
      await askOne(at(scratch.url(), 'shop_copy'), `delete from done where name = '002.sql'`);
    }
  },
);

test('the quick profile leaves out what would be needed for a pass', patience, async () => {
  const { gatherRehearsal } = await import('./migration-rehearsal/gather.ts');
  const { config, context } = world();
  const parsed = migrationRehearsal.schema.parse(config);
  const { data } = await gatherRehearsal(parsed, context, 'quick', new AbortController().signal);
  expect(data).toMatchObject({
    runs: 1,
    database: 'main',
    copy: 'database shop_copy',
    copiedAtMs: Date.parse(yesterday),
  });
  expect(migrationRehearsal.judge(parsed, data)).toMatchObject({
    ...{ outcome: 'error', next: 'The profile quick leaves it out: rehearse without it.' },
  });
});

test('F094 a changed migration or command has another digest; the same has the same', patience, async () => {
  const { gatherRehearsal } = await import('./migration-rehearsal/gather.ts');
  const digestOf = async (given: Parameters<typeof world>[0]) => {
    const { config, context } = world(given);
    const parsed = migrationRehearsal.schema.parse(config);
    return (await gatherRehearsal(parsed, context, 'quick', new AbortController().signal)).data.digest;
  };
  const first = await digestOf({});
  expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(await digestOf({})).toBe(first);
  expect(await digestOf({ migration: `${up} ` })).not.toBe(first);
  expect(await digestOf({ config: { write: run('up') } })).not.toBe(first);
});

test('a backup is restored for it, by a role that may do nothing beyond', patience, async () => {
  const folder = temporaryFolder();
  const backup = path.join(folder, 'shop.sql');
  const restored = (text: string) => {
    writeFileSync(backup, text);
    return judged({ config: { copy: { backup, restore: run('restore') } } });
  };
  expect(await restored(base)).toMatchObject({ outcome: 'pass' });
  await expect(restored('select 1')).rejects.toThrow(/GR5106 .*no table/);
  await expect(restored('create role other')).rejects.toThrow(/GR5106 .*could not be restored/);
  await expect(restored('')).rejects.toThrow(/GR5107/);
  expect(await left()).toEqual([]);
});

test('what is not declared is denied', patience, async () => {
  const elsewhere = { OTHER: 'postgresql://app@staging.hello.example/shop' };
  expect(await refused({ config: { copy: { database: 'silent' } } })).toMatch(/^GR5103 .*does not say/);
  expect(await refused({ config: { copy: { database: 'none' } } })).toMatch(/^GR5103 .*no database/);
  expect(await refused({ config: { database: 'other' } })).toMatch(/^GR5102/);
  expect(await refused({ config: { server: '${UNSET}' } })).toMatch(/^GR5102 .*server .*set nowhere/);
  expect(await refused({ config: { server: undefined } })).toMatch(/^GR5102 .*which server/);
  expect(await refused({ config: { files: 'none/*.sql' } })).toMatch(/^GR5107/);
  expect(await refused({ config: { server: '${PRODUCTION}' } })).toMatch(/^GR5105 .*no superuser/);
  expect(await refused({ references: { '${SCRATCH}': production.url() } })).toMatch(/^GR5104/);
  expect(await refused({ references: { '${PRODUCTION}': 'postgresql://reader@127.0.0.1:1/shop' } })).toMatch(/^GR5105/);
  expect(await refused({ config: { pass: ['OTHER'] }, variables: elsewhere })).toMatch(/^GR5109 .*OTHER/);
  await mark('silent', `greenroom: copy of ${new Date(Date.now() + 3_600_000).toISOString()}`);
  expect(await refused({ config: { copy: { database: 'silent' } } })).toMatch(/^GR5103 .*still to come/);
  await mark('silent', 'greenroom: copy of 2026-11-20');
  expect(await refused({ config: { copy: { database: 'silent' } } })).toMatch(/^GR5103 .*does not say/);
  const guest = await openClient(at(scratch.url(), 'shop_copy'));
  expect(await refused({})).toMatch(/^GR5108/);
  await guest.end();
});

test('after all of it nothing is left on the scratch server', async () => {
  expect(await left()).toEqual([]);
});
