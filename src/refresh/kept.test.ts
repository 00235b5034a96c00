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
