// Clocks that jump: leases go by the database's clock, and the record by its sequence.
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { examineMachine, type Machine } from '../../src/app/examine.ts';
import { loadProject } from '../../src/config/load.ts';
import { createEffects } from '../../src/effects/effects.ts';
import { createLoad } from '../../src/load/door.ts';
import { checks, drivers, traffic } from '../../src/plugs.ts';
import type { Lease } from '../../src/kinds/lease.ts';
import { openLease } from '../../src/store/lease.ts';
import { brokenOf } from '../../src/domain/record.ts';
import { append, recordsOf, sha256 } from '../../src/store/records.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { Tiny } from '../rig/tiny.ts';

const hourMs = 3_600_000;
let tiny: Tiny;
let store: Store;

beforeAll(async () => {
  tiny = await Tiny.open();
  await tiny.deploy(0);
  store = await openStore({
    url: tiny.play.databaseUrl('greenroom'),
    sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
  });
}, 90_000);
afterEach(() => void vi.useRealTimers());
afterAll(async () => {
  await store.close();
  await tiny.close();
}, 60_000);

const jump = (hours: number): void => {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + hours * hourMs);
};
const lease = (node: string, ttlMs = 5_000): Lease =>
  openLease(store, {
    node,
    ttlMs,
    process: { host: `elsewhere-${node}`, pid: 1, startedTicks: '1' },
    isAlive: () => true,
  });

test.for([
  ['F036', 2],
  ['F037', -2],
] as const)('%s a clock that jumps by %i h expires nobody and keeps nobody alive', async ([id, hours]) => {
  const [well, jumping] = [lease(`${id}-well`), lease(`${id}-jumping`)];
  await well.join();
  await jumping.join();
  jump(hours);
  expect(await jumping.beat()).toBe(true);
  await jumping.reap('silent');
  expect(await well.living()).toEqual(expect.arrayContaining([well.node, jumping.node]));
  expect(await well.beat()).toBe(true);
  // Who is silent by the database's clock is dead, whatever the clock of whoever looks.
  await store.rows
    .updateTable('node')
    .set({ beat_at: new Date(0) })
    .where('id', '=', well.node)
    .execute();
  await jumping.reap('silent');
  expect(await well.beat()).toBe(false);
  await jumping.leave();
});

test('F037 the record goes by its sequence when the clock jumps back, and stays whole', async () => {
  const now = Date.now();
  const times = [now, now - 2 * hourMs, now - 2 * hourMs + 5, now + 2 * hourMs, now - hourMs];
  for (const [index, at] of times.entries())
    await store.change((rows) =>
      append(rows, 'jumping', 'dep_jumping', [{ kind: 'k', actor: 'a', data: { index } }], at),
    );
  const records = await store.read((rows) => recordsOf(rows, 'jumping', 'dep_jumping'));
  expect(records.map(({ data }) => data['index'])).toEqual([0, 1, 2, 3, 4]);
  expect(records.map(({ at }) => at)).toEqual(times);
  expect(brokenOf(await store.read((rows) => recordsOf(rows, 'jumping')), sha256)).toEqual([]);
});

test.for([
  [0, 'pass'],
  [4_000, 'pass'],
  [20_000, 'warn'],
  [-20_000, 'warn'],
  [120_000, 'fail'],
  [-120_000, 'fail'],
] as const)('F038 doctor: a database whose clock differs by %i ms: %s', async ([skewMs, outcome]) => {
  const { doors, project } = machineDoors();
  const machine: Machine = {
    ...doors,
    project,
    databaseClock: async () => ({ at: Date.now() + skewMs, tookMs: 10, version: 'PostgreSQL' }),
  };
  const clock = (await examineMachine(machine)).find((symptom) => symptom.name === 'clock');
  expect(clock?.outcome).toBe(outcome);
  expect(clock?.next === undefined).toBe(outcome === 'pass');
});

function machineDoors() {
  const loaded = loadProject(tiny.play.file('greenroom.yaml'), { checks, drivers, traffic });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failures));
  const doors = {
    effects: createEffects({ secrets: [], load: createLoad() }),
    freeDisk: async () => ({ freeBytes: 10 ** 12, totalBytes: 10 ** 12 }),
    tool: async () => null,
    isRoot: false,
    nodeVersion: process.version,
  };
  return { doors, project: loaded.value.project };
}
