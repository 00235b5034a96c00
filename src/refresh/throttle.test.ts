// Limits of the source through a whole refresh: what they hold back, and that nothing else differs.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noLimits, type SourceLimits } from '../domain/refresh/source-limits.ts';
import type { FailureError } from '../domain/failure.ts';
import { isShut, openGate } from './pace.ts';
import { lagOf, watchLag } from './replica-lag.ts';
import { runRefresh } from './run-refresh.ts';
import { openTwoDatabases, refusalOf, type TwoDatabases } from './testing/two-databases.ts';

let two: TwoDatabases;
beforeAll(async () => {
  two = await openTwoDatabases();
  await two.ask(
    'production',
    `CREATE TABLE texts (id int, body text); INSERT INTO texts SELECT i, repeat(md5(i::text), 32) FROM generate_series(1, 6000) i;
     CREATE TABLE more AS SELECT * FROM texts`,
  );
}, 240_000);
afterAll(() => two?.close(), 60_000);

/** How long the rows took, in milliseconds. */
async function copied(limits: SourceLimits): Promise<number> {
  const at = new Map<string, number>();
  const done = await runRefresh(
    two.order({ limits, isProven: false, onStation: (station) => at.set(station, performance.now()) }),
  );
  expect(done.tables.map(({ rowCount }) => rowCount)).toEqual([6000, 6000]);
  return at.get('building')! - at.get('copying')!;
}

test('12 MB at 3 MB/s take as long as they must, and without a rate they do not', async () => {
  const [held, free] = [await copied({ ...noLimits, bytesPerSecond: 3e6 }), await copied(noLimits)];
  // Two tables of 6 MB, each by a thread that has half of the rate, less what may be saved.
  expect(held).toBeGreaterThan(3_400);
  expect(free).toBeLessThan(held - 1_000);
}, 240_000);

test('a statement that takes too long ends it, and the old data stays', async () => {
  const limits = { ...noLimits, bytesPerSecond: 1e6, statementTimeoutMs: 500 };
  // More than lies on the way between two processes: a statement that has sent everything is over.
  await two.ask(
    'production',
    'CREATE TABLE long AS SELECT i AS id, repeat(md5(i::text), 32) AS body FROM generate_series(1, 30000) i',
  );
  try {
    expect(await refusalOf(two.order({ limits }))).toMatch(/^GR5003 .*57014/);
    expect(await two.stagings()).toEqual(['staging']);
  } finally {
    await two.ask('production', 'DROP TABLE long');
  }
}, 240_000);

test('where nobody is behind, a bound on it holds nothing back', async () => {
  expect(await copied({ ...noLimits, replicaLagMs: 1000 })).toBeGreaterThan(0);
}, 240_000);

test('a replica too far behind shuts the gate until it has come closer; one that cannot be seen is refused', async () => {
  const [client, other] = [await two.open('production'), await two.open('production')];
  try {
    // Stands for the server's own view: found before it.
    await client.query('CREATE SCHEMA fake; CREATE TABLE fake.pg_stat_replication (state text, replay_lag interval)');
    await client.query('SET search_path = fake, pg_catalog');
    expect(await lagOf(client)).toBe(0);
    await other.query("INSERT INTO fake.pg_stat_replication VALUES ('streaming', NULL), ('streaming', '90 seconds')");
    expect(await lagOf(client)).toBe(90_000);
    const gate = openGate();
    const failures: unknown[] = [];
    const stop = watchLag(client, 30_000, gate, (error) => failures.push(error));
    const until = async (is: boolean) => await expect.poll(() => isShut(gate), { timeout: 20_000 }).toBe(is);
    await until(true);
    await other.query("UPDATE fake.pg_stat_replication SET replay_lag = '5 seconds'");
    await until(false);
    await other.query('UPDATE fake.pg_stat_replication SET state = NULL');
    await expect.poll(() => failures.length, { timeout: 20_000 }).toBeGreaterThan(0);
    stop();
    expect((failures[0] as FailureError).failures[0]!.code).toBe('GR5166');
  } finally {
    await client.query('DROP SCHEMA fake CASCADE').catch(() => {});
    await client.end();
    await other.end();
  }
}, 240_000);
