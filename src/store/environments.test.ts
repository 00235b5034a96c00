import { beforeEach, expect, test } from 'vitest';
import { claimEpoch, lockEnvironment } from './environments.ts';
import { statement, testDatabase } from './testing/database.ts';

const database = testDatabase();
beforeEach(async () => {
  await statement(
    database.url(),
    `insert into node (id, process) values ('n', '{}'), ('dead', '{}') on conflict do nothing`,
  );
  await statement(database.url(), `update node set dead = (id = 'dead')`);
});

test('F005 an epoch grows with every operation and every owner, and is the same for the same owner', async () => {
  const claim = (node: string, operation: string) => claimEpoch(database.store(), 'epochs', 'staging', node, operation);
  await statement(database.url(), `insert into node (id, process) values ('m', '{}') on conflict do nothing`);
  expect(await claim('n', 'switch')).toBe(1);
  expect(await claim('n', 'switch')).toBe(1);
  expect(await claim('n', 'switch-back')).toBe(2);
  expect(await claim('m', 'switch-back')).toBe(3);
  expect(await claim('n', 'switch-back')).toBe(4);
  expect(await claimEpoch(database.store(), 'epochs', 'production', 'n', 'switch')).toBe(1);
});

test('F005 who asks again for what it has writes nothing, and gets nothing any more once its node is dead', async () => {
  const claim = () => claimEpoch(database.store(), 'again', 'staging', 'n', 'switch');
  const version = () => statement(database.url(), `select xmin, xmax from environment where project = 'again'`);
  expect(await claim()).toBe(1);
  const before = await version();
  expect(before).toHaveLength(1);
  expect([await claim(), await version()]).toEqual([1, before]);
  await statement(database.url(), `update node set dead = true where id = 'n'`);
  expect([await claim(), await version()]).toEqual([null, before]);
});

test('F005 twenty that claim at once get twenty different epochs', async () => {
  const claims = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      claimEpoch(database.store(), 'crowd', 'staging', 'n', `operation ${index}`),
    ),
  );
  expect(claims.toSorted((a, b) => a! - b!)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test('the lock of an environment makes others wait, of that environment only', async () => {
  const store = database.store();
  const order: string[] = [];
  let release = (): void => {};
  const first = store.change(async (rows) => {
    await lockEnvironment(rows, 'locked', 'staging');
    order.push('first');
    await new Promise<void>((resolve) => (release = resolve));
    order.push('first ends');
  });
  while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = store.change(
    async (rows) => void (await lockEnvironment(rows, 'locked', 'staging'), order.push('second')),
  );
  await store.change(async (rows) => void (await lockEnvironment(rows, 'locked', 'production'), order.push('other')));
  release();
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'other', 'first ends', 'second']);
});
