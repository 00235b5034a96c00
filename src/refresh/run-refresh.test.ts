import { noLimits } from '../domain/refresh/source-limits.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import { refreshedAt } from '../domain/refresh/direction.ts';
import type { MaskerName } from '../domain/refresh/maskers.ts';
import type { RefreshRules, Rule } from '../domain/refresh/rules.ts';
import type { SubsetRules } from '../domain/refresh/subset.ts';
import { joinPostgres } from '../embedded/postgres.ts';
import { nameBeside } from './beside.ts';
import { keepNone } from './kept.ts';
import { withDatabase } from './connect.ts';
import { compiledKernel } from './compiled-kernel.ts';
import { runRefresh, type RefreshOrder } from './run-refresh.ts';

/** What a source has of everything that a copy can stumble over. */
const schema = `
  CREATE SCHEMA "Odd Schema";
  CREATE TYPE mood AS ENUM ('well', 'ill');
  CREATE DOMAIN address AS text CHECK (VALUE LIKE '%@%');
  CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'a trigger was here'; RETURN NEW; END $$;
  CREATE TABLE people (id bigserial PRIMARY KEY, email address NOT NULL UNIQUE, given text, family text, mood mood, note text, boss bigint REFERENCES people,
    loud text GENERATED ALWAYS AS (upper(given)) STORED, extra jsonb, favourite int);
  CREATE TABLE "Odd Schema"."Order" ("Id" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person bigint NOT NULL REFERENCES people ON DELETE CASCADE, at date NOT NULL);
  ALTER TABLE people ADD FOREIGN KEY (favourite) REFERENCES "Odd Schema"."Order" DEFERRABLE;
  CREATE TABLE visits (id int, at date, ip inet, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE TABLE visits_old PARTITION OF visits FOR VALUES FROM ('2020-01-01') TO ('2024-01-01');
  CREATE TABLE visits_new PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2030-01-01');
  CREATE INDEX ON visits (ip);
  CREATE TABLE base (a int);
  CREATE TABLE derived (b int) INHERITS (base);
  CREATE TABLE empty_one (a int);
  CREATE VIEW counted AS SELECT p.id, p.email, count(*) FROM people p GROUP BY p.id;
  CREATE MATERIALIZED VIEW later AS SELECT * FROM counted;
  CREATE MATERIALIZED VIEW latest AS SELECT count(*) AS n FROM later;
  CREATE UNIQUE INDEX ON later (id);
  CREATE TRIGGER stamped BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION stamp();
  CREATE SEQUENCE tickets START 500;
  ALTER TABLE people ENABLE ROW LEVEL SECURITY;
  CREATE POLICY everybody ON people USING (true);
  COMMENT ON CONSTRAINT people_boss_fkey ON people IS 'who says what to do';`;
const rows = `
  ALTER TABLE people DISABLE TRIGGER stamped;
  INSERT INTO people (email, given, family, mood, note, boss, extra)
    SELECT 'person' || i || '@sea.example', 'Anna' || chr(97 + i % 26), 'Berger' || chr(97 + i % 26), 'well',
      'Call Annab at +49 170 ' || 1000000 + i, CASE WHEN i > 1 THEN i / 2 END, jsonb_build_object('mail', 'person' || i || '@sea.example')
    FROM generate_series(1, 3000) i;
  ALTER TABLE people ENABLE TRIGGER stamped;
  INSERT INTO "Odd Schema"."Order" (person, at) SELECT 1 + i % 3000, '2024-01-01' FROM generate_series(1, 5000) i;
  UPDATE people SET favourite = id WHERE id < 100;
  INSERT INTO visits SELECT i, date '2022-01-01' + i % 1500, '81.2.69.142' FROM generate_series(1, 2000) i;
  INSERT INTO base VALUES (1), (2); INSERT INTO derived VALUES (3, 4);
  SELECT nextval('tickets'); REFRESH MATERIALIZED VIEW later; REFRESH MATERIALIZED VIEW latest;`;

const mask = (masker: MaskerName): Rule => ({ kind: 'mask', masker, days: 60, by: null, percent: 10 });
const keep: Rule = { kind: 'keep', because: 'made up' };
const rules: RefreshRules = {
  columns: {
    'public.people.id': mask('id'),
    'public.people.boss': mask('id'),
    '"Odd Schema"."Order".person': mask('id'),
    'public.people.email': mask('email'),
    'public.people.given': mask('given-name'),
    'public.people.family': mask('family-name'),
    'public.people.note': mask('text'),
    'public.people.extra': { kind: 'json', paths: [{ path: 'mail', masker: 'email' }], rest: 'text' },
    'public.visits.ip': mask('ip'),
  },
  patterns: [],
  types: { enum: keep, int4: keep, date: keep },
};

let homeDir: string;
let adminUrl: string;
let leave: () => Promise<void>;
let admin: Client;

const open = async (database: string, url = adminUrl): Promise<Client> => {
  const client = new Client({ connectionString: withDatabase(url, database) });
  client.on('error', () => {});
  await client.connect();
  return client;
};
async function ask<T extends object>(database: string, query: string): Promise<T[]> {
  const client = await open(database);
  try {
    return (await client.query<T>(query)).rows;
  } finally {
    await client.end();
  }
}
const databases = async (): Promise<string[]> =>
  (
    await admin.query<{ name: string }>("SELECT datname AS name FROM pg_database WHERE datname ~ 'staging' ORDER BY 1")
  ).rows.map(({ name }) => name);

beforeAll(async () => {
  homeDir = await mkdtemp(path.join(tmpdir(), 'greenroom-refresh-'));
  const postgres = await joinPostgres({ homeDir, label: 'refresh test' });
  ({ adminUrl } = postgres);
  leave = () => postgres.leave();
  admin = await open('postgres');
  await admin.query("CREATE ROLE reader LOGIN BYPASSRLS PASSWORD 'reader'; GRANT pg_read_all_data TO reader");
  await admin.query("CREATE ROLE stager LOGIN CREATEDB PASSWORD 'stager'");
  await admin.query('CREATE DATABASE production');
  const source = await open('production');
  await source.query(schema);
  await source.query(rows);
  await source.end();
}, 240_000);
afterAll(async () => {
  await admin?.end();
  await leave?.();
  await rm(homeDir, { recursive: true, force: true });
});
beforeEach(async () => {
  for (const name of await databases()) await admin.query(`DROP DATABASE "${name}" WITH (FORCE)`);
  await admin.query('CREATE DATABASE staging OWNER stager');
  await admin.query("COMMENT ON DATABASE staging IS 'of the shop\ngreenroom: staging'");
  await admin.query("ALTER DATABASE staging SET search_path = public, 'Odd Schema'");
  await ask('staging', "CREATE TABLE people (id bigint, email text); INSERT INTO people VALUES (1, 'old')");
}, 240_000);

const as = (role: string, database: string): string => {
  const url = new URL(withDatabase(adminUrl, database));
  [url.username, url.password] = [role, role];
  return url.href;
};
const order = (more: Partial<RefreshOrder> = {}): RefreshOrder => ({
  ...{
    environment: 'staging',
    sourceEnvironment: 'production',
    sourceUrl: as('reader', 'production'),
    targetUrl: as('stager', 'staging'),
  },
  ...{
    rules,
    looked: null,
    secret: Buffer.from('a key that everybody may know'),
    workerCount: 2,
    subset: null,
    isOwnTarget: false,
    isDryRun: false,
    migrate: null,
    limits: noLimits,
    keep: keepNone,
    isProven: true,
  },
  ...{
    at: '2026-11-22T06:00:00.000Z',
    signal: new AbortController().signal,
    onStation: () => {},
    onProgress: () => {},
  },
  underLock: (act) => act(),
  ...more,
});
const told = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing',
    (error: unknown) => (error instanceof FailureError ? error.message : `not a failure: ${String(error)}`),
  );
/** Constraints, indexes, triggers, views and policies, in PostgreSQL's own words, with the whole name of whatever they speak of. */
const objectsOf = async (database: string): Promise<object[]> => {
  const client = await open(database);
  await client.query("SET search_path = ''");
  const own = "relnamespace::regnamespace::text IN ('public', '\"Odd Schema\"')";
  const { rows: found } = await client.query<object>(`
    SELECT pg_get_constraintdef(k.oid) AS is, conname::text AS name, convalidated AS whole FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid WHERE ${own} UNION ALL
    SELECT pg_get_indexdef(indexrelid), '', indisvalid FROM pg_index JOIN pg_class ON oid = indrelid WHERE ${own} UNION ALL
    SELECT pg_get_triggerdef(oid), tgenabled::text, true FROM pg_trigger WHERE NOT tgisinternal UNION ALL
    SELECT pg_get_viewdef(oid), relname, relispopulated FROM pg_class WHERE relkind IN ('v', 'm') AND ${own} UNION ALL
    SELECT pg_get_expr(polqual, polrelid), polname, true FROM pg_policy UNION ALL
    SELECT description, '', true FROM pg_description WHERE classoid = 'pg_constraint'::regclass AND objoid >= 16384 ORDER BY 1, 2`);
  await client.end();
  return found;
};
const oldData = (): Promise<object[]> => ask('staging', 'SELECT email FROM people');

test('a table of which the role may not see every row is named', async () => {
  await admin.query("CREATE ROLE narrow LOGIN PASSWORD 'narrow' IN ROLE pg_read_all_data");
  const work = runRefresh(order({ sourceUrl: as('narrow', 'production') }));
  expect(await told(work)).toMatch(/^GR5070 PostgreSQL does not let the role read all of public\.\w+\.$/);
}, 240_000);

test('a whole schema, masked, in the place of the old data', async () => {
  const stations: string[] = [];
  const progress: number[] = [];
  const done = await runRefresh(
    order({ onStation: (each) => stations.push(each), onProgress: (each) => progress.push(each.rowCount) }),
  );
  expect(stations).toEqual(['looking', 'copying', 'building', 'verifying', 'proving', 'swapping', 'tidying']);
  expect(Object.fromEntries(done.tables.map(({ name, rowCount }) => [name, rowCount]))).toEqual({
    ...{ '"Odd Schema"."Order"': 5000, 'public.base': 2, 'public.derived': 1, 'public.empty_one': 0 },
    ...{ 'public.people': 3000, 'public.visits': 2000 },
  });
  expect(progress.at(-1)).toBe(10_003);
  expect(done.notes).toEqual([]);
  // 3000 addresses, in a column and in JSON; as many numbers in notes; the one IP, as it stands and as its four words.
  expect(done.proof).toMatchObject({ originalCount: 6002, coincidenceCount: 0 });
  expect(await databases()).toEqual(['staging']);
  const counts =
    'SELECT (SELECT count(*) FROM people) AS people, (SELECT count(*) FROM base) AS base, (SELECT n FROM latest) AS latest, last_value, is_called FROM tickets';
  expect(await ask('staging', counts)).toEqual(await ask('production', counts));
  // What people wrote is gone, everywhere, and the same value has the same mask everywhere.
  expect(
    await ask(
      'staging',
      `SELECT count(*) FILTER (WHERE p::text ~ 'sea\\.example|Anna|Berger|170 1') AS leaks,
      count(*) FILTER (WHERE extra ->> 'mail' = email) AS same, count(*) FILTER (WHERE loud = upper(given)) AS loud, count(boss) AS bosses,
      count(*) FILTER (WHERE note = 'a trigger was here') AS stamped FROM people p`,
    ),
  ).toEqual([{ leaks: '0', same: '3000', loud: '3000', bosses: '2999', stamped: '0' }]);
  expect(await ask('staging', "SELECT count(*) AS n FROM later WHERE email ~ 'sea\\.example'")).toEqual([{ n: '0' }]);
  // Rows are written as seen by all: nobody who reads them has to ask, and PostgreSQL has nothing to freeze in them later. Of pages filled by two turns it does not know it.
  const unseen = `SELECT relname FROM pg_class WHERE relkind = 'r' AND relpages > 0 AND relallvisible < relpages / 2.0 AND relnamespace IN ('public'::regnamespace, '"Odd Schema"'::regnamespace)`;
  expect(await ask('staging', unseen)).toEqual([]);
  // Objects are those of the source, by PostgreSQL's own words of them.
  const [there, here] = [await objectsOf('production'), await objectsOf('staging')];
  expect(there.length).toBeGreaterThan(20);
  expect(here).toEqual(there);
  const [{ comment, owner, setting }] = (await ask<{ comment: string; owner: string; setting: string }>(
    'staging',
    "SELECT shobj_description(d.oid, 'pg_database') AS comment, datdba::regrole::text AS owner, current_setting('search_path') AS setting FROM pg_database d WHERE datname = 'staging'",
  )) as [{ comment: string; owner: string; setting: string }];
  expect([comment, owner, setting]).toEqual([
    'of the shop\ngreenroom: staging, refreshed 2026-11-22T06:00:00.000Z from production',
    'stager',
    'public, "Odd Schema"',
  ]);
  expect(refreshedAt(comment)).toBe('2026-11-22T06:00:00.000Z');
  // Again, over itself: the same key gives the same masks.
  const masked = await ask('staging', 'SELECT id, email, note FROM people ORDER BY id');
  await runRefresh(order());
  expect(await ask('staging', 'SELECT id, email, note FROM people ORDER BY id')).toEqual(masked);
}, 240_000);

test('F100 the proof needs no second reading of a table whose columns it can read on their way', async () => {
  if (compiledKernel() === null) throw new Error('the compiled kernel is older than its sources: npm run build');
  const read = async (table: string): Promise<number> =>
    Number(
      (
        await ask<{ sum: string }>(
          'production',
          `SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname ~ '^${table}'`,
        )
      )[0]!.sum,
    );
  const readBy = async (more: Partial<RefreshOrder>): Promise<readonly number[]> => {
    const before = await Promise.all(['visits', 'people'].map(read));
    await runRefresh(order(more));
    // A server process tells what it has read when it ends.
    const readers = "SELECT FROM pg_stat_activity WHERE usename = 'reader'";
    await expect.poll(async () => (await ask('production', readers)).length, { timeout: 20_000 }).toBe(0);
    const after = await Promise.all(['visits', 'people'].map(read));
    return after.map((count, i) => count - before[i]!);
  };
  const [unproven, proven] = [await readBy({ isProven: false }), await readBy({})];
  expect(unproven[0]).toBeGreaterThanOrEqual(2000);
  expect(proven).toEqual(unproven);
  // Control: where a part is taken, the originals are those of the whole table.
  const subset: SubsetRules = {
    roots: { 'public.visits': { share: null, where: 'id > 0' } },
    whole: [],
    references: {},
  };
  const [part, partProven] = [await readBy({ subset, isProven: false }), await readBy({ subset })];
  expect(partProven[0]! - part[0]!).toBe(2000);
});

test('whoever is connected to the old database is sent away, and finds the new one', async () => {
  const idle = await open('staging', as('stager', 'staging'));
  const busy = await open('staging', as('stager', 'staging'));
  const ended = busy.query('SELECT pg_sleep(600)').then(
    () => 'slept',
    (error: { code?: string }) => error.code ?? 'cut',
  );
  await runRefresh(order());
  expect(await ended).not.toBe('slept');
  expect(await ask('staging', 'SELECT count(*) AS n FROM people')).toEqual([{ n: '3000' }]);
  await idle.end().catch(() => {});
  await busy.end().catch(() => {});
}, 240_000);

test('F099 a column without a rule stops it by name, before anything is made', async () => {
  const { 'public.people.note': _, ...columns } = rules.columns;
  expect(await told(runRefresh(order({ rules: { ...rules, columns } })))).toMatch(/^GR5020 .*public\.people\.note/);
  expect([await databases(), await oldData()]).toEqual([['staging'], [{ email: 'old' }]]);
}, 240_000);

test.each<[string, RegExp, () => Promise<Partial<RefreshOrder>>]>([
  [
    'a source whose role may do everything',
    /^GR5054 .*everything/,
    async () => ({ sourceUrl: withDatabase(adminUrl, 'production') }),
  ],
  [
    'a source whose role could become one that writes',
    /^GR5054 .*public\.people/,
    async () => {
      await ask(
        'production',
        "CREATE ROLE writer; GRANT INSERT ON people TO writer; CREATE ROLE climber LOGIN NOINHERIT PASSWORD 'climber'; GRANT writer, pg_read_all_data TO climber",
      );
      return { sourceUrl: as('climber', 'production') };
    },
  ],
  [
    'a target that says nothing of itself',
    /^GR5052 .*does not say/,
    () => admin.query('COMMENT ON DATABASE staging IS NULL').then(() => ({})),
  ],
  [
    'a target that is production',
    /^GR5052 .*belongs to production/,
    () => admin.query("COMMENT ON DATABASE staging IS 'greenroom: production'").then(() => ({})),
  ],
  ['the source as its own target', /^GR505[16]/, async () => ({ targetUrl: withDatabase(adminUrl, 'production') })],
  [
    'source and target the wrong way round',
    /^GR5053/,
    async () => ({ sourceUrl: as('reader', 'staging'), targetUrl: withDatabase(adminUrl, 'production') }),
  ],
  ['a target role that may not make databases', /^GR5056/, async () => ({ targetUrl: as('reader', 'staging') })],
  [
    'a target with newer migrations',
    /^GR5060 .*public\.fresh\.a/,
    () => ask('staging', 'CREATE TABLE fresh (a int)').then(() => ({})),
  ],
  ['a key that can be tried out', /^GR5009/, async () => ({ secret: Buffer.from('short') })],
  ['no server', /^GR5045 /, async () => ({ sourceUrl: 'postgresql://reader:secret-word@127.0.0.1:1/production' })],
])(
  'F104 refused: %s',
  async (_name, expected, arrange) => {
    const failure = await told(runRefresh(order(await arrange())));
    expect(failure).toMatch(expected);
    expect(failure).not.toContain('secret-word');
    expect([await databases(), await oldData()]).toEqual([['staging'], [{ email: 'old' }]]);
  },
  240_000,
);

test('F103 masks that break a check end it, and the old data stays', async () => {
  const columns = { ...rules.columns, 'public.people.given': { kind: 'constant', value: 'x' } as Rule };
  await ask('production', 'ALTER TABLE people ADD CONSTRAINT long_enough CHECK (length(given) > 2)');
  try {
    expect(await told(runRefresh(order({ rules: { ...rules, columns } })))).toMatch(/^GR5004 .*23514.*long_enough/);
  } finally {
    await ask('production', 'ALTER TABLE people DROP CONSTRAINT long_enough');
  }
  expect([await databases(), await oldData()]).toEqual([['staging'], [{ email: 'old' }]]);
}, 240_000);

test('F100 an original that a kept column holds stops it before anything is published', async () => {
  const columns = { ...rules.columns, 'public.people.note': keep };
  const failure = await told(
    runRefresh(order({ rules: { ...rules, columns: { ...columns, 'public.people.extra': keep } } })),
  );
  expect(failure).toMatch(/^GR5061 .*public\.people\.extra \(3000\)/);
  expect(failure).not.toContain('sea.example');
  expect([await databases(), await oldData()]).toEqual([['staging'], [{ email: 'old' }]]);
}, 240_000);

test('F097 called off in the middle, it leaves the old data and nothing else', async () => {
  for (const station of ['copying', 'building', 'verifying', 'proving', 'swapping'] as const) {
    const stop = new AbortController();
    const work = runRefresh(
      order({ signal: stop.signal, onStation: (each) => each === station && stop.abort(new Error('called off')) }),
    );
    await expect(work, station).rejects.toThrow('called off');
    expect([await databases(), await oldData()], station).toEqual([['staging'], [{ email: 'old' }]]);
  }
}, 240_000);

test('F097 what a refresh that was killed has left is removed by the next, and nothing else is', async () => {
  const left = [nameBeside('staging'), nameBeside('staging')];
  const others = ['staging_copy', 'staging_greenroom_0123456789abcdef'];
  for (const name of [...left, ...others]) await admin.query(`CREATE DATABASE "${name}" OWNER stager`);
  await admin.query(`COMMENT ON DATABASE "${left[1]}" IS 'greenroom-refresh: may be dropped'`);
  // Of the name, and somebody says that it is theirs.
  const kept = nameBeside('staging');
  await admin.query(`CREATE DATABASE "${kept}" OWNER stager`);
  await admin.query(`COMMENT ON DATABASE "${kept}" IS 'mine'`);
  const done = await runRefresh(order());
  expect(done.swept.toSorted()).toEqual(left.toSorted());
  expect(await databases()).toEqual(['staging', ...others, kept].toSorted());
}, 240_000);

test('two at once: the second is refused, and takes nothing from the first', async () => {
  const seconds: Promise<string>[] = [];
  await runRefresh(order({ onStation: (each) => each === 'building' && seconds.push(told(runRefresh(order()))) }));
  expect(await seconds[0]).toMatch(/^GR5057/);
  expect(await ask('staging', 'SELECT count(*) AS n FROM people')).toEqual([{ n: '3000' }]);
}, 240_000);

test('a dry run looks at everything and changes nothing', async () => {
  const done = await runRefresh(order({ isDryRun: true }));
  expect(done.tables).toHaveLength(6);
  expect([await databases(), await oldData()]).toEqual([['staging'], [{ email: 'old' }]]);
}, 240_000);
