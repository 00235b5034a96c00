// What was replaced stays as long as it should, and can be gone back to, through whole refreshes.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KeepRules } from './kept.ts';
import { runRefresh } from './run-refresh.ts';
import { openTwoDatabases, type TwoDatabases } from './testing/two-databases.ts';

let two: TwoDatabases;
beforeAll(async () => {
  two = await openTwoDatabases();
  await two.ask('production', 'CREATE TABLE counted (n int); INSERT INTO counted VALUES (0)');
}, 240_000);
afterAll(() => two?.close(), 60_000);

const day = (number: number): string => `2026-11-0${number}T06:00:00.000Z`;
/** Each day has another number. */
async function refreshed(number: number, keep: KeepRules) {
  await two.ask('production', `UPDATE counted SET n = ${number}`);
  const { kept } = await runRefresh(two.order({ keep, at: day(number), isProven: false }));
  return kept;
}
const numberIn = async (database: string): Promise<number> =>
  (await two.ask<{ n: number }>(database, 'SELECT n FROM counted'))[0]!.n;

test('the last two stay and no longer than they should; one can be gone back to; without a rule all go', async () => {
  const keep = { last: 2, forMs: null };
  expect(await refreshed(1, { last: 0, forMs: null })).toEqual([]);
  expect(await two.stagings()).toEqual(['staging']);
  for (const number of [2, 3, 4]) await refreshed(number, keep);
  const kept = await refreshed(5, keep);
  expect(kept.map(({ replacedAt }) => replacedAt)).toEqual([day(5), day(4)]);
  expect(await Promise.all(kept.map(({ name }) => numberIn(name)))).toEqual([4, 3]);
  expect((await two.stagings()).toSorted()).toEqual(['staging', ...kept.map(({ name }) => name)].toSorted());

  // Back to the newest, with somebody connected, as the statements say.
  const busy = await two.open('staging');
  for (const statement of kept[0]!.back) await two.ask('postgres', statement);
  await busy.end().catch(() => {});
  expect(await numberIn('staging')).toBe(4);

  // The next refresh takes it as its target, removes what was put aside, and drops what is too old.
  const after = await refreshed(6, { last: 5, forMs: 24 * 3_600_000 });
  expect(after.map(({ replacedAt }) => replacedAt)).toEqual([day(6)]);
  expect(await numberIn('staging')).toBe(6);
  expect(await two.stagings()).toHaveLength(2);
  expect(await refreshed(7, { last: 0, forMs: null })).toEqual([]);
  expect(await two.stagings()).toEqual(['staging']);
}, 280_000);

test('an old database that cannot be dropped: the refresh ends well, names it and how to remove it, and the next run drops it', async () => {
  let holder: Awaited<ReturnType<TwoDatabases['open']>> | null = null;
  // The role of the target may not send a superuser away.
  const holdOld = async (act: () => Promise<void>): Promise<void> => {
    await act();
    const [old] = (await two.stagings()).filter((name) => name !== 'staging');
    holder = await two.open(old!);
  };
  await two.ask('production', 'UPDATE counted SET n = 8');
  const order = { keep: { last: 0, forMs: null }, isProven: false };
  const { left, kept } = await runRefresh(two.order({ ...order, at: day(8), underLock: holdOld }));
  expect(await numberIn('staging')).toBe(8);
  const beside = (await two.stagings()).filter((name) => name !== 'staging');
  const removal = `DROP DATABASE IF EXISTS "${beside[0]}" WITH (FORCE)`;
  expect([kept, left]).toEqual([[], [{ name: beside[0], because: 'SQLSTATE 42501', removal }]]);
  expect(beside).toHaveLength(1);

  await holder!.end();
  const next = await runRefresh(two.order({ ...order, at: day(9) }));
  expect([next.swept, next.left]).toEqual([beside, []]);
  expect(await two.stagings()).toEqual(['staging']);
}, 280_000);

test('a connection that is lost once the new data is published takes nothing back, and is said', async () => {
  const cut = async (act: () => Promise<void>): Promise<void> => {
    await act();
    await two.ask('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'stager'");
  };
  await two.ask('production', 'UPDATE counted SET n = 10');
  const order = { keep: { last: 1, forMs: null }, isProven: false };
  const { notes, kept } = await runRefresh(two.order({ ...order, at: day(8), underLock: cut }));
  expect([kept, notes]).toEqual([[], [expect.stringMatching(/^which old databases are kept could not be asked/)]]);
  expect(await numberIn('staging')).toBe(10);
}, 280_000);
