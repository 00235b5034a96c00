import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountOf } from '../store/accounts.ts';
import { findDeployment } from '../store/deployments.ts';
import { brokenOf } from '../domain/record.ts';
import { recordsOf, sha256 } from '../store/records.ts';
import { testDatabase } from '../store/testing/database.ts';
import type { FoundFlow } from '../workflow/engine.ts';
import { orderDeployment } from './deploy-release.ts';
import { giveUp } from './give-up.ts';
import { findObstacle } from './obstacle.ts';
import { planDeployment } from './plan-deployment.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let gate: PromiseWithResolvers<void>;
beforeEach(async () => {
  gate = Promise.withResolvers<void>();
  world = await openTestWorld(database.store(), `stuck${(count += 1)}`);
  world.seen.set('unit', async () => (await gate.promise, { status: 'measured', data: 1 }));
});
afterEach(() => world.close());

async function ordered(version: string) {
  const { plan } = await planDeployment(world, world.project, 'staging', (await world.release(version)).id);
  const order = { actor: 'ada', reason: null, bindToPlan: false, supersede: 'queued' } as const;
  world.time.now += 1;
  const { id } = await orderDeployment(world, { project: world.project, plan, ...order });
  return id;
}
const read = async (id: string) => (await world.store.read((rows) => findDeployment(rows, id)))!;
const running = async (id: string) => {
  await expect.poll(async () => (await read(id)).state?.running?.step.name, { timeout: 10_000 }).toBe('preflight');
};
/** What the engine says of one flow from now on. */
function finds(id: string, over: Partial<FoundFlow>) {
  const find = world.engine.find.bind(world.engine);
  const said = { status: 'open', reason: null, otherVersion: null, owner: 'node-gone', ...over } as const;
  Object.assign(world.engine, { find: async (other: string) => (other === id ? said : find(other)) });
}
const codeFor = async (id: string) => (await findObstacle(world, await read(id)))?.code ?? null;

test('what runs here, or ended meanwhile, has no obstacle', async () => {
  const id = await ordered('1.0.0');
  await running(id);
  const before = await read(id);
  expect(await findObstacle(world, before)).toBeNull();
  gate.resolve();
  expect((await world.settled(id)).ending?.as).toBe('live');
  expect(await findObstacle(world, before)).toBeNull();
});

test('F012 another version goes on with its own while its node lives; when it does not, nobody does', async () => {
  const id = await ordered('1.0.0');
  await running(id);
  finds(id, { otherVersion: 'wf0', owner: world.node });
  expect(await codeFor(id)).toBeNull();
  finds(id, { otherVersion: 'wf0' });
  expect(await codeFor(id)).toBe('GR3402');
  finds(id, { otherVersion: 'wf0', owner: null });
  expect(await codeFor(id)).toBe('GR3402');
});

test('F014 a flow that broke is an obstacle for itself and for whoever queues behind it, with the reason', async () => {
  const id = await ordered('1.0.0');
  await running(id);
  const next = await ordered('1.1.0');
  expect(await codeFor(next)).toBeNull();
  finds(id, { status: 'broken', reason: 'no plan' });
  expect(await findObstacle(world, await read(id))).toMatchObject({
    code: 'GR3403',
    message: expect.stringMatching(/^Deployment 1 of staging broke off.*no plan/),
    do: expect.stringContaining('greenroom cancel staging'),
  });
  expect((await findObstacle(world, await read(next)))?.message).toMatch(/^Deployment 2 waits for deployment 1\. /);
});

test('given up, a deployment ends as cancelled, nothing more is done, its step is cut off, and the record stays whole', async () => {
  const id = await ordered('1.0.0');
  await running(id);
  const done = [...world.driver.done];
  await giveUp(world, await read(id), { by: 'ada', reason: 'the old version is gone' });
  gate.resolve();
  const account = (await world.store.read((rows) => accountOf(rows, id)))!;
  expect(account.ending).toEqual({ as: 'cancelled', reason: 'given up as it stood: the old version is gone (ada)' });
  expect(account.steps.at(-1)).toMatchObject({ name: 'preflight', status: 'cut-off', endedAt: world.time.now });
  expect(account.records.slice(-2).map(({ kind, actor }) => [kind, actor])).toEqual([
    ['given-up', 'ada'],
    ['deployment-ended', 'greenroom'],
  ]);
  expect(world.driver.done).toEqual(done);
  expect((await world.engine.find(id))?.status).toBe('ended');
  expect(brokenOf(await world.store.read((rows) => recordsOf(rows, world.project.name)), sha256)).toEqual([]);
});

test('one that went on while it was given up is not overwritten, and whoever gave it up is told', async () => {
  const id = await ordered('1.0.0');
  await running(id);
  const now = await read(id);
  Object.assign(world.engine, { abandon: async () => {} });
  const given = giveUp(world, { ...now, version: now.version - 1 }, { by: 'ada', reason: 'too late' });
  await expect(given).rejects.toThrow(/GR3404/);
  gate.resolve();
  expect((await world.settled(id)).ending?.as).toBe('live');
});
