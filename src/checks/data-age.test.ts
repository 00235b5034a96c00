import { beforeAll, expect, test } from 'vitest';
import { Client } from 'pg';
import { seededComment } from '../domain/refresh/direction.ts';
import type { RefreshAccount } from '../domain/refresh/refreshes.ts';
import type { SeedAccount } from '../domain/seed/seedings.ts';
import type { CheckContext } from '../kinds/check.ts';
import { ask, checkContract, type CheckWorld } from '../kinds/testing/check-contract.ts';
import { dataAge } from './data-age.ts';
import { realPostgres } from './testing/database.ts';
import { testContext } from './testing/world.ts';

const postgres = realPostgres();
const day = 86_400_000;
const dataFromAt = Date.UTC(2026, 10, 20, 2);
const stamp = new Date(dataFromAt).toISOString();
let identity = '';
let url = '';

async function inPostgres(...texts: readonly string[]): Promise<Record<string, string>[]> {
  const client = new Client({ connectionString: postgres.url() });
  await client.connect();
  try {
    let rows: Record<string, string>[] = [];
    for (const text of texts) rows = (await client.query<Record<string, string>>(text)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
const mark = (comment: string | null) =>
  inPostgres(`comment on database shop is ${comment === null ? 'null' : `'${comment}'`}`);

beforeAll(async () => {
  const [row] = await inPostgres(
    'create database shop',
    `select (select system_identifier from pg_control_system()) || '/' || oid as identity from pg_database where datname = 'shop'`,
  );
  identity = row!['identity']!;
  url = Object.assign(new URL(postgres.url()), { pathname: '/shop' }).href;
  await mark(`of the shop\ngreenroom: staging, refreshed ${stamp} from production`);
}, 60_000);

function refreshed(
  over: { readonly at?: number; readonly unproven?: true; readonly its?: string } = {},
): RefreshAccount {
  const proof = over.unproven ? null : { originalCount: 5, textCount: 9, coincidenceCount: 0 };
  return {
    ...{ run: 'run_1', environment: 'staging', by: 'ada', beganAt: dataFromAt, endedAt: dataFromAt + 60_000 },
    ends: { database: 'main', sourceEnvironment: 'production', source: 'a:1/x', target: 'b:2/y', rules: 'sha256:0' },
    made: { dataFromAt: over.at ?? dataFromAt, identity: over.its ?? identity, tables: [], proof },
    failures: [],
  };
}
const failedOne: RefreshAccount = {
  ...refreshed(),
  run: 'run_2',
  made: null,
  failures: [{ code: 'GR5061', message: '.' }],
};

function world({
  accounts = [failedOne, refreshed()],
  seedings = [] as readonly SeedAccount[],
  bentAt = null as number | null,
  askedAt = dataFromAt + 2 * day,
  config = {},
  databases = [{ name: 'main', url }],
}: {
  readonly accounts?: readonly RefreshAccount[];
  readonly seedings?: readonly SeedAccount[];
  readonly bentAt?: number | null;
  readonly askedAt?: number;
  readonly config?: object;
  readonly databases?: CheckContext['databases'];
} = {}): CheckWorld {
  const context = testContext({ databases, refreshes: async () => ({ accounts, seedings, bentAt }) });
  const clock = { ...context.effects.clock, now: () => askedAt };
  return { config, context: { ...context, effects: { ...context.effects, clock } } };
}

checkContract(dataAge, {
  testUrl: import.meta.url,
  good: () => world(),
  dead: () => world({ databases: [{ name: 'main', url: 'postgresql://u:p@127.0.0.1:1/shop' }] }),
});

const judged = (given: Parameters<typeof world>[0]) => ask(dataAge, world(given));
const unknown = (what: string) => ({
  outcome: 'error',
  reason: expect.stringContaining(what),
  next: expect.anything(),
});

test('data as old as it may be passes, and one millisecond older fails', async () => {
  expect(await judged({ askedAt: dataFromAt + 7 * day })).toMatchObject({ outcome: 'pass' });
  expect(await judged({ askedAt: dataFromAt + 7 * day + 1 })).toMatchObject({
    ...{ outcome: 'fail', next: 'Run "greenroom refresh staging".' },
    reason: expect.stringMatching(/taken from production 168 h ago/),
  });
  expect(await judged({ config: { 'at-most': '1d' } })).toMatchObject({ outcome: 'fail' });
});

test('data that nobody has proven is a condition', async () => {
  expect(await judged({ accounts: [refreshed({ unproven: true })] })).toMatchObject({ outcome: 'warn' });
  expect(await judged({ accounts: [refreshed({ unproven: true })], askedAt: dataFromAt + 8 * day })).toMatchObject({
    outcome: 'fail',
  });
});

test('what the log does not know, or says otherwise than the database, was not measured', async () => {
  expect(await judged({ accounts: [] })).toMatchObject(unknown('the log knows no refresh'));
  expect(await judged({ accounts: [failedOne] })).toMatchObject(unknown('the log knows no refresh'));
  expect(await judged({ bentAt: 12 })).toMatchObject(unknown('line 12 of the log was changed'));
  // Published, and killed before its end was on record.
  const killed = { ...refreshed({ at: dataFromAt + day }), made: null, endedAt: null };
  expect(await judged({ accounts: [killed, refreshed({ at: dataFromAt - day })] })).toMatchObject(
    unknown('and the log knows of 2026-11-19'),
  );
  expect(await judged({ accounts: [refreshed({ at: dataFromAt + day })] })).toMatchObject(unknown('the log knows of'));
  expect(await judged({ accounts: [refreshed({ its: '7/7' })] })).toMatchObject(unknown('another database'));
  expect(await judged({ askedAt: dataFromAt + 59_999 })).toMatchObject(unknown('a time before its refresh'));
  expect(await judged({ databases: [] })).toMatchObject(unknown('not one database'));
  const two = ['main', 'side'].map((name) => ({ name, url }));
  expect(await judged({ databases: two })).toMatchObject(unknown('known: main, side'));
  expect(await judged({ databases: two, config: { database: 'main' } })).toMatchObject({ outcome: 'pass' });
  expect(await judged({ databases: two, config: { database: 'side' } })).toMatchObject(unknown('knows no refresh'));
});

const seeding = (endedAt: number | null, over: Partial<SeedAccount> = {}): SeedAccount => ({
  ...{ run: 'run_9', environment: 'staging', by: 'ada', beganAt: dataFromAt + 90_000, endedAt },
  ends: { database: 'main', target: 'b:2/y', seed: 1 },
  made: { identity, tables: [] },
  ...{ failures: [], ...over },
});

test('rows that were made up since are no copy of production, whichever of log and database says so', async () => {
  const later = dataFromAt + 90_000;
  expect(await judged({ seedings: [seeding(later)] })).toMatchObject(unknown('the log knows no refresh'));
  expect(await judged({ seedings: [seeding(null, { made: null })] })).toMatchObject(
    unknown('the log knows no refresh'),
  );
  const refused = seeding(later, { made: null, failures: [{ code: 'GR5171', message: '.' }] });
  const before = seeding(dataFromAt - 1, { beganAt: dataFromAt - 2 });
  const elsewhere = [
    seeding(later, { environment: 'qa' }),
    seeding(later, { ends: { ...before.ends!, database: 'side' } }),
  ];
  expect(await judged({ seedings: [refused, before, ...elsewhere] })).toMatchObject({ outcome: 'pass' });
  try {
    await mark(seededComment(`greenroom: staging, refreshed ${stamp} from production`, 'staging', stamp));
    expect(await judged({})).toMatchObject(unknown('made up by "greenroom seed"'));
    expect(await judged({ accounts: [] })).toMatchObject(unknown('made up by "greenroom seed"'));
  } finally {
    await mark(`of the shop\ngreenroom: staging, refreshed ${stamp} from production`);
  }
});

test('the marker of another database, or none, was not measured', async () => {
  try {
    for (const [comment, what] of [
      [null, 'does not say whose'],
      ['of the shop', 'does not say whose'],
      ['greenroom: staging', 'does not say when'],
      ['greenroom: staging, refreshed yesterday from production', 'does not say when'],
      [`greenroom: qa, refreshed ${stamp} from production`, 'belongs to qa'],
      [`greenroom: staging, refreshed 2026-11-21T02:00:00.000Z from production`, 'refreshed with data of 2026-11-21'],
    ] as const) {
      await mark(comment);
      expect(await judged({}), String(comment)).toMatchObject(unknown(what));
    }
  } finally {
    await mark(`greenroom: staging, refreshed ${stamp} from production`);
  }
  expect(await judged({})).toMatchObject({ outcome: 'pass' });
});
