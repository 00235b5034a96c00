import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDatabase } from '../store/testing/database.ts';
import { orderDeployment } from './deploy-release.ts';
import { goBack } from './go-back.ts';
import { planDeployment } from './plan-deployment.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';
import { findUnderWay, servesNow } from './under-way.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let holds = Promise.withResolvers<void>();
beforeEach(async () => {
  holds = Promise.withResolvers<void>();
  const reach = async (point: string) => void (point === 'bake:before' && (await holds.promise));
  world = await openTestWorld(database.store(), `way${(count += 1)}`, { reach });
});
afterEach(async () => {
  holds.resolve();
  await world.close();
});

const planOf = async (version: string) =>
  (await planDeployment(world, world.project, 'staging', (await world.release(version)).id)).plan;
async function order(version: string) {
  const plan = await planOf(version);
  const rest = { actor: 'ada', reason: null, bindToPlan: false, supersede: 'queued' } as const;
  return { plan, ...(await orderDeployment(world, { project: world.project, plan, ...rest })) };
}
const underWay = async (version: string) => (await findUnderWay(world, await planOf(version)))?.id ?? null;

test('what is asked for and is on its way is found until it has ended, and then it serves', async () => {
  const { id } = await order('1.0.0');
  expect(await underWay('1.0.0')).toBe(id);
  const found = (await findUnderWay(world, await planOf('1.0.0')))!;
  expect(await servesNow(world, found)).toBe(false);
  holds.resolve();
  expect((await world.settled(id)).ending?.as).toBe('live');
  expect([await underWay('1.0.0'), await servesNow(world, found)]).toEqual([null, true]);
});

test('another release is none, nor is one that another would replace', async () => {
  const { id } = await order('1.0.0');
  expect(await underWay('1.1.0')).toBeNull();
  const { id: next } = await order('1.1.0');
  expect([await underWay('1.0.0'), await underWay('1.1.0')]).toEqual([null, next]);
  expect(next).not.toBe(id);
});

test('one that was asked less of is none: the file demands more since', async () => {
  await order('1.0.0');
  const [staging, production] = world.project.environments;
  Object.assign(world.project, {
    environments: [{ ...staging, bake: { ...staging!.bake, forMs: 9_000 } }, production],
  });
  expect(await underWay('1.0.0')).toBeNull();
});

test('one that leaves again is none', async () => {
  const { id } = await order('1.0.0');
  await expect.poll(() => world.proxy.states.get('staging')?.colour, { timeout: 10_000 }).toBe('blue');
  await goBack(world, id, { as: 'cancelled', by: 'ada', reason: 'not now' });
  await expect.poll(() => underWay('1.0.0'), { timeout: 10_000 }).toBeNull();
});
