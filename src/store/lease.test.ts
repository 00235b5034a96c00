import { afterEach, expect, test, vi } from 'vitest';
import { countAttempt } from './attempts.ts';
import type { Lease } from '../kinds/lease.ts';
import { mayAct, openLease } from './lease.ts';
import type { NodeProcess } from './schema.ts';
import { statement, testDatabase } from './testing/database.ts';

const database = testDatabase();
const gone = new Set<number>();
afterEach(async () => {
  vi.useRealTimers();
  gone.clear();
  await statement(database.url(), 'truncate node');
});

async function joined(node: string, pid: number, host = 'here'): Promise<Lease> {
  const process: NodeProcess = { host, pid, startedTicks: '1' };
  const isAlive = (other: NodeProcess) => !gone.has(other.pid);
  const lease = openLease(database.store(), { node, process, ttlMs: 5_000, isAlive });
  await lease.join();
  return lease;
}
const silence = (node: string, ms: number) =>
  statement(database.url(), `update node set beat_at = now() - $2 * interval '1 ms' where id = $1`, [node, ms]);

test('who joins lives, who leaves does not, and does not beat any more', async () => {
  const [a, b] = [await joined('a', 1), await joined('b', 2)];
  expect((await a.living()).toSorted()).toEqual(['a', 'b']);
  await b.leave();
  expect(await a.living()).toEqual(['a']);
  expect([await a.beat(), await b.beat()]).toEqual([true, false]);
});

test('who is silent for longer than the lease is dead for good; a beat in time keeps it', async () => {
  const [a, b] = [await joined('a', 1), await joined('b', 2)];
  await silence('b', 4_500);
  await a.reap('silent');
  expect(await b.beat()).toBe(true);
  await silence('b', 5_100);
  await a.reap('silent');
  expect(await a.living()).toEqual(['a']);
  expect(await b.beat()).toBe(false);
});

test('F006 who is paused in a transaction keeps its locks no longer than a lease, and does nothing more when it wakes', async () => {
  const [a, b] = [await joined('a', 1), await joined('b', 2)];
  await silence('b', 5_100);
  const ran: boolean[] = [];
  const [begun, woken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const paused = database.store().change(async (rows) => {
    ran.push(await mayAct(rows, 'b'));
    begun.resolve();
    await woken.promise;
    ran.push(await mayAct(rows, 'b'));
  });
  await begun.promise;
  await a.reap('silent');
  expect(await a.living()).toEqual(['a']);
  woken.resolve();
  await paused;
  expect([ran, await b.beat()]).toEqual([[true, false, false], false]);
}, 20_000);

test('silence counts only where it is asked for: after an outage of the database everybody has been silent', async () => {
  const [a] = [await joined('a', 1), await joined('b', 2)];
  await silence('b', 60_000);
  await a.reap('gone');
  expect((await a.living()).toSorted()).toEqual(['a', 'b']);
});

test.each([2, -2])(
  'F036 a clock of this machine that is %i hours off kills nobody and keeps nobody alive',
  async (hours) => {
    const [a, b] = [await joined('a', 1), await joined('b', 2)];
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
    expect(await a.beat()).toBe(true);
    await a.reap('silent');
    expect((await a.living()).toSorted()).toEqual(['a', 'b']);
    await silence('b', 5_100);
    await a.reap('silent');
    expect([await a.living(), await b.beat()]).toEqual([['a'], false]);
  },
);

test('a process of this machine that is gone is dead at once; one of another machine is waited for', async () => {
  const [a] = [await joined('a', 1), await joined('b', 2), await joined('c', 3, 'elsewhere')];
  gone.add(2).add(3);
  await a.reap('gone');
  expect((await a.living()).toSorted()).toEqual(['a', 'c']);
});

test('nobody declares itself dead', async () => {
  const a = await joined('a', 1);
  gone.add(1);
  await a.reap('gone');
  expect(await a.living()).toEqual(['a']);
});

test('the dead are forgotten after a day', async () => {
  const [a] = [await joined('a', 1), await joined('b', 2), await joined('c', 3)];
  gone.add(2).add(3);
  await silence('b', 25 * 3_600_000);
  await a.reap('gone');
  expect(await statement(database.url(), 'select id from node order by id')).toEqual([{ id: 'a' }, { id: 'c' }]);
});

test('F009 processes that begin an operation without an answer more are counted; one more answer begins the count anew', async () => {
  const count = (node: string, recorded: number) => countAttempt(database.store(), node, 'dep_1/3-start', recorded);
  expect([await count('a', 0), await count('b', 0), await count('b', 0), await count('c', 0)]).toEqual([1, 2, 2, 3]);
  expect([await count('d', 1), await count('a', 1)]).toEqual([1, 2]);
  expect(await countAttempt(database.store(), 'a', 'dep_1/4-prove', 0)).toBe(1);
  const leaving = await joined('e', 5);
  expect(await count('e', 1)).toBe(3);
  await leaving.leave();
  expect(await count('f', 1)).toBe(3);
  const broken = await joined('g', 7);
  expect(await count('g', 1)).toBe(4);
  await broken.leave('broken');
  expect([await broken.beat(), await count('h', 1)]).toEqual([false, 5]);
});
