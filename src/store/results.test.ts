import { beforeEach, expect, test } from 'vitest';
import { accountOf } from './accounts.ts';
import { claimEpoch } from './environments.ts';
import { mayAct } from './lease.ts';
import { sha256 } from './records.ts';
import { resultsOf, saveResult } from './results.ts';
import { statement, testDatabase } from './testing/database.ts';
import { queued, resultOf } from './testing/samples.ts';

const database = testDatabase();
beforeEach(async () => {
  await statement(
    database.url(),
    `insert into node (id, process) values ('n', '{}'), ('dead', '{}') on conflict do nothing`,
  );
  await statement(database.url(), `update node set dead = (id = 'dead')`);
});

test('F006 a node that was declared dead records no answer and gets no epoch', async () => {
  const store = database.store();
  await queued(store, 'fenced', 'dep_fenced');
  const body = { check: 'c', kind: 'http', config: {}, data: { seen: 1 }, plots: [], artifacts: [] };
  const answer = resultOf('c', { evidence: sha256('x') });
  expect(await saveResult(store, 'n', 'dep_fenced', answer, body)).toBe(true);
  expect(await saveResult(store, 'dead', 'dep_fenced', { ...answer, reason: 'stale' }, body)).toBe(false);
  expect(await saveResult(store, 'unknown', 'dep_fenced', { ...answer, reason: 'stale' }, body)).toBe(false);
  expect(await store.read((rows) => resultsOf(rows, 'dep_fenced'))).toEqual([answer]);
  expect(await claimEpoch(store, 'fenced', 'staging', 'dead', 'o')).toBeNull();
  expect(await claimEpoch(store, 'fenced', 'staging', 'n', 'o')).toBe(1);
});

test('F006 while an answer is written, nobody can declare its writer dead', async () => {
  const store = database.store();
  await queued(store, 'held', 'dep_held');
  const order: string[] = [];
  let death: Promise<unknown> = Promise.resolve();
  await store.change(async (rows) => {
    expect(await mayAct(rows, 'n')).toBe(true);
    death = statement(database.url(), `update node set dead = true where id = 'n'`).then(() => order.push('dead'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    order.push('committed');
  });
  await death;
  expect(order).toEqual(['committed', 'dead']);
  expect(await saveResult(store, 'n', 'dep_held', resultOf('late'), null)).toBe(false);
});

test('an answer given again replaces the earlier one; evidence stays by its hash', async () => {
  const store = database.store();
  await queued(store, 'answers', 'dep_answers');
  const body = (seen: number) => ({ check: 'c', kind: 'http', config: {}, data: { seen }, plots: [], artifacts: [] });
  await saveResult(store, 'n', 'dep_answers', resultOf('c', { evidence: 'h1', beganAt: 5 }), body(1));
  await saveResult(store, 'n', 'dep_answers', resultOf('c', { evidence: 'h2', outcome: 'fail', beganAt: 6 }), body(2));
  await saveResult(store, 'n', 'dep_answers', resultOf('b', { outcome: 'error', beganAt: 6 }), null);
  await saveResult(store, 'n', 'dep_answers', resultOf('a', { beganAt: 7 }), null);
  const account = await store.read((rows) => accountOf(rows, 'dep_answers'));
  expect(account?.results.map((each) => [each.name, each.outcome])).toEqual([
    ['b', 'error'],
    ['c', 'fail'],
    ['a', 'pass'],
  ]);
  expect(account?.evidence).toEqual({ h1: body(1), h2: body(2) });
});
