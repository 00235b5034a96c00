import { afterEach, beforeEach, expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import { wholeLog } from '../store/records.ts';
import { testDatabase } from '../store/testing/database.ts';
import { maintain } from './maintain.ts';
import { readStanding } from './read-standing.ts';
import { rollBack } from './roll-back.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `closed${(count += 1)}`);
});
afterEach(() => world.close());

const close = (over: object = {}) =>
  maintain(world, {
    ...{ project: world.project, environment: 'staging', actor: 'ada' },
    page: { notice: 'new <disk>', untilAt: null, ownHtml: null, ...over },
  });
const open = () => maintain(world, { project: world.project, environment: 'staging', actor: 'bob', page: null });
const logged = async () => {
  const { log } = await world.store.read((rows) => wholeLog(rows, world.project.name));
  return log.filter(({ kind }) => kind.startsWith('maintenance')).map(({ kind, actor, data }) => [kind, actor, data]);
};
const staging = async () => (await readStanding(world, world.project)).find(({ name }) => name === 'staging')!;

test('closed and opened: by whom is on record, status says it, and the health path stays open', async () => {
  await world.deploy('staging', '1.0.0');
  const page = await close();
  expect(page).toMatchObject({ by: 'ada', notice: 'new <disk>', retryAfter: '300', open: ['/api/health'] });
  expect(page!.html).toContain('new &lt;disk&gt;');
  expect(await staging()).toMatchObject({ maintenance: { by: 'ada', notice: 'new <disk>', until: null }, drift: [] });
  expect(await open()).toBeNull();
  expect((await staging()).maintenance).toBeNull();
  expect(await logged()).toEqual([
    ['maintenance-on', 'ada', { environment: 'staging', epoch: expect.any(Number), notice: 'new <disk>', until: null }],
    ['maintenance-off', 'bob', { environment: 'staging', epoch: expect.any(Number) }],
  ]);
});

test('what is open already is not opened again, and nothing is written', async () => {
  expect(await open()).toBeNull();
  await world.deploy('staging', '1.0.0');
  expect(await open()).toBeNull();
  expect([await logged(), world.proxy.done.filter((each) => each.startsWith('open'))]).toEqual([[], []]);
});

test('a proxy that does not run is brought up to show the page', async () => {
  await close();
  expect(world.proxy.states.get('staging')).toMatchObject({ colour: null });
  expect((await staging()).maintenance).not.toBeNull();
});

test('a rollback goes on beneath the page, which nothing but a word takes away', async () => {
  const first = await world.deploy('staging', '1.0.0');
  await world.deploy('staging', '1.1.0');
  await close();
  const order = { project: world.project, environment: 'staging', to: null, actor: 'ada', reason: 'planned' };
  const back = await rollBack(world, order);
  if (back.kind !== 'redeploy') throw new Error('a flip');
  expect((await world.settled(back.deployment.id)).ending?.as).toBe('live');
  expect(world.proxy.states.get('staging')?.release).toBe(first.plan.release.id);
  expect((await staging()).maintenance).toMatchObject({ by: 'ada' });
});

test('who was outrun by a newer word does not close it again', async () => {
  await close();
  const [stale] = [world.proxy.wishes.get('staging')!];
  await open();
  const handle = world.proxy.open(
    {
      ...{ project: world.project.name, environment: 'staging', stateDirectory: '', services: {} },
      services: world.proxy.addresses.get('staging')!,
    },
    {},
  );
  await expect(handle.maintain(stale)).rejects.toThrow(/GR7409/);
});

test('a page that a proxy cannot hand out is refused before anything is written', async () => {
  await expect(close({ ownHtml: 'x'.repeat(9_000) })).rejects.toThrow(/GR4336 .*9000 bytes/);
  expect([await logged(), world.proxy.done]).toEqual([[], []]);
});

test('what the proxy refuses is on record as failed, and said with its next step', async () => {
  await world.deploy('staging', '1.0.0');
  const older = {
    ...world.proxy,
    open: (place: Parameters<typeof world.proxy.open>[0]) => ({
      ...world.proxy.open(place, {}),
      maintain: () => Promise.reject(new FailureError({ code: 'GR7406', message: 'no such question' })),
    }),
  };
  const order = { project: world.project, environment: 'staging', actor: 'ada' };
  const page = { notice: null, untilAt: null, ownHtml: null };
  const there = { ...world, traffic: new Map([['edge', older]]) };
  await expect(maintain(there, { ...order, page })).rejects.toThrow(/GR4339/);
  expect((await logged()).map(([kind]) => kind)).toEqual(['maintenance-on', 'maintenance-failed']);
  expect((await staging()).maintenance).toBeNull();
});
