import { afterEach, beforeEach, expect, test } from 'vitest';
import { canonical } from '../domain/json.ts';
import { accountOf } from '../store/accounts.ts';
import { insertDeployment, type StoredDeployment } from '../store/deployments.ts';
import { servingIn } from '../store/environments.ts';
import { brokenOf } from '../domain/record.ts';
import { recordsOf, sha256 } from '../store/records.ts';
import { testDatabase } from '../store/testing/database.ts';
import { newDeploymentOf } from '../store/testing/samples.ts';
import { beginForgotten, orderDeployment } from './deploy-release.ts';
import { goBack } from './go-back.ts';
import { planDeployment } from './plan-deployment.ts';
import { resolveUnknown } from './settle.ts';
import { loadOf } from './testing/fake-plugs.ts';
import { answered, openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `p${(count += 1)}`);
});
afterEach(() => world.close());

const serving = async (environment: string) =>
  (await world.store.read((rows) => servingIn(rows, world.project.name, environment)))?.releaseId ?? null;
const account = async ({ id }: StoredDeployment) => (await world.store.read((rows) => accountOf(rows, id)))!;
const atProxy = () => world.proxy.states.get('staging')?.release ?? null;
const gate = (name: string) => {
  const promise = Promise.withResolvers<void>();
  world.seen.set(name, async () => (await promise.promise, { status: 'measured', data: 1 }));
  return promise;
};
const order = async (version: string, supersede: 'queued' | 'running' = 'queued', bindToPlan = false) => {
  const { plan } = await planDeployment(world, world.project, 'staging', (await world.release(version)).id);
  world.time.now += 1;
  return orderDeployment(world, { project: world.project, plan, actor: 'ada', reason: null, bindToPlan, supersede });
};
const running = async (id: string, step: string) => {
  await expect.poll(async () => (await account({ id } as StoredDeployment)).status, { timeout: 5_000 }).toBe(step);
};

test('a good release goes live: started, proven, decided, switched, watched; and serves as recorded', async () => {
  const live = await world.deploy('staging', '1.0.0');
  const { id } = live.plan.release;
  expect(live.ending).toEqual({ as: 'live', reason: 'serves' });
  expect([await serving('staging'), atProxy()]).toEqual([id, id]);
  const { steps, results, records } = await account(live);
  expect(steps.map((step) => `${step.name} ${step.status}`)).toEqual(
    live.plan.steps.map((step) => `${step.name} done`),
  );
  expect(results.map((each) => each.name)).toEqual(
    expect.arrayContaining(live.plan.policy.required.map((each) => each.name)),
  );
  expect(records.at(-1)?.kind).toBe('deployment-ended');
  expect(brokenOf(await world.store.read((rows) => recordsOf(rows, world.project.name)), sha256)).toEqual([]);
  expect(world.broken).toEqual([]);
});

test('F173 the decision records verdict and evidence of every answer by hash', async () => {
  const live = await world.deploy('staging', '1.0.0');
  const { steps, verdict, evidence } = await account(live);
  const facts = steps.find((step) => step.kind === 'decide')!.facts as { evidence: Record<string, string> };
  expect(facts).toMatchObject({ decision: 'go', score: 100, verdict: world.hash(canonical(verdict)) });
  expect(Object.keys(facts.evidence).toSorted()).toEqual(live.plan.policy.required.map((each) => each.name).toSorted());
  for (const hash of Object.values(facts.evidence)) expect(world.hash(canonical(evidence[hash]))).toBe(hash);
});

test('the next release takes over in the other colour, and the old one is drained, closed and stopped', async () => {
  const first = await world.deploy('staging', '1.0.0');
  const second = await world.deploy('staging', '1.1.0');
  expect([first.plan.colour, second.plan.colour]).toEqual(['blue', 'green']);
  expect([await serving('staging'), atProxy()]).toEqual([second.plan.release.id, second.plan.release.id]);
  expect(world.driver.running.get('staging/blue')).toEqual([]);
  expect(world.proxy.done.slice(-2)).toEqual([`point staging green ${second.plan.release.id}`, 'close staging blue']);
});

test('a failing check is a no-go: the new colour is stopped and the old one never lost its traffic', async () => {
  const first = await world.deploy('staging', '1.0.0');
  world.seen.set('smoke', 2);
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toEqual({ as: 'no-go', reason: 'smoke: it was 2' });
  expect(bad.verdict?.decision).toBe('no-go');
  expect([await serving('staging'), atProxy()]).toEqual([first.plan.release.id, first.plan.release.id]);
  expect(world.driver.running.get('staging/green')).toEqual([]);
  expect(world.proxy.done.filter((line) => line.startsWith('point'))).toHaveLength(1);
});

test('a check that could not measure is never a pass: could not judge', async () => {
  world.seen.set('smoke', async () => ({ status: 'not-measured', reason: 'no network' }));
  const blind = await world.deploy('staging', '1.0.0');
  expect(blind.ending).toEqual({ as: 'could-not-judge', reason: 'smoke: not measured: no network' });
  expect([await serving('staging'), atProxy()]).toEqual([null, null]);
});

test('health of another release is not health of this one', async () => {
  const { id } = await world.release('1.0.0');
  world.answers.set(id, () => answered(200, { release: 'rel_of_yesterday' }));
  const wrong = await world.deploy('staging', '1.0.0');
  expect(wrong.ending?.as).toBe('no-go');
  expect(wrong.ending?.reason).toContain('"rel_of_yesterday"');
  expect(await serving('staging')).toBeNull();
});

test('answers of 500 through the proxy after the cut-over lead back to the old version', async () => {
  const first = await world.deploy('staging', '1.0.0');
  world.proxy.loads = () => [
    loadOf('green', { requests: 100, status5xx: 50, countedSinceAt: world.time.now, firstErrorAt: 1 }),
  ];
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending?.as).toBe('rolled-back');
  expect([await serving('staging'), atProxy()]).toEqual([first.plan.release.id, first.plan.release.id]);
  expect((await account(bad)).steps.slice(-5).map((step) => `${step.kind} ${step.status}`)).toEqual([
    ...['bake failed', 'switch-back done', 'verify-back done', 'drain-new done', 'stop-new done'],
  ]);
});

test('production takes what staging has proven, and refuses what it has not', async () => {
  const early = await world.deploy('production', '1.0.0');
  expect(early.ending).toMatchObject({ as: 'refused', reason: expect.stringMatching(/^GR4101 /) });
  await world.deploy('staging', '1.0.0');
  const promoted = await world.deploy('production', '1.0.0');
  expect(promoted.ending?.as).toBe('live');
  expect(await serving('production')).toBe(promoted.plan.release.id);
});

test('a plan that was bound and no longer holds when its turn comes is refused as stale', async () => {
  const smoke = gate('smoke');
  const first = await order('1.0.0');
  // Not before it has begun: one that only waits would be superseded.
  await running(first.id, 'health');
  const second = await order('1.1.0', 'queued', true);
  smoke.resolve();
  expect((await world.settled(first.id)).ending?.as).toBe('live');
  expect((await world.settled(second.id)).ending).toMatchObject({
    as: 'refused',
    reason: expect.stringMatching(/^GR4201 /),
  });
});

test('a queued deployment is superseded by the next one, a running one only when that is asked for', async () => {
  const smoke = gate('smoke');
  const first = await order('1.0.0');
  await running(first.id, 'health');
  const second = await order('1.1.0');
  const third = await order('1.2.0');
  expect((await account({ id: first.id } as StoredDeployment)).status).toBe('health');
  const fourth = await order('1.3.0', 'running');
  smoke.resolve();
  const endings = await Promise.all(
    [first, second, third, fourth].map(async ({ id }) => (await world.settled(id)).ending?.as),
  );
  expect(endings).toEqual(['superseded', 'superseded', 'superseded', 'live']);
});

test('a cancel during the checks cuts them off and takes everything back', async () => {
  gate('smoke');
  const { id } = await order('1.0.0');
  await running(id, 'health');
  await goBack(world, id, { as: 'cancelled', by: 'grace', reason: 'wrong day' });
  const ended = await world.settled(id);
  expect(ended.ending).toEqual({ as: 'cancelled', reason: 'wrong day (grace)' });
  expect(world.driver.running.get('staging/blue')).toEqual([]);
});

test('F072 what a platform has started again since it was proven never gets traffic', async () => {
  const held = gate('smoke');
  const { id } = await order('1.0.0');
  await running(id, 'health');
  const instances = world.driver.running.get('staging/blue')!;
  world.driver.running.set(
    'staging/blue',
    instances.map((each) => ({ ...each, startedAt: 2 })),
  );
  held.resolve();
  const ended = await world.settled(id);
  expect(ended.ending).toMatchObject({ as: 'rolled-back', reason: expect.stringContaining('was started again') });
  expect(world.proxy.done.filter((line) => line.startsWith('point') && line.includes('blue'))).toEqual([]);
});

test('F001 what was written and never reached the engine is begun by whoever comes next, once', async () => {
  const made = newDeploymentOf(world.project.name, 'dep_forgotten', { project: world.project });
  await world.release('1.0.0');
  const { plan } = await planDeployment(world, world.project, 'staging', '1.0.0');
  const request = { ...made.request, releaseId: plan.release.id };
  await insertDeployment(world.store, { ...made, id: `${made.id}_${count}`, plan, request });
  await beginForgotten(world, world.project.name);
  await beginForgotten(world, world.project.name);
  expect((await world.settled(`${made.id}_${count}`)).ending?.as).toBe('live');
  expect(world.proxy.done.filter((line) => line.startsWith('point'))).toHaveLength(1);
});

test('F008 a switch that breaks holds and asks a person, whose word is recorded', async () => {
  const refusal = new Error('the proxy hangs');
  const open = world.proxy.open;
  Object.assign(world.proxy, {
    open: (place: never, config: never) => ({ ...open(place, config), point: () => Promise.reject(refusal) }),
  });
  const held = await world.deploy('staging', '1.0.0');
  expect(held.state?.hold).toMatchObject({ kind: 'unknown', reason: 'the proxy hangs', step: { kind: 'switch' } });
  Object.assign(world.proxy, { open });
  await resolveUnknown(world, held.id, 'retry', 'grace');
  await expect.poll(async () => (await account(held)).status, { timeout: 5_000 }).toBe('ended');
  const { ending, records } = await account(held);
  expect(ending?.as).toBe('live');
  expect(records.find((each) => each.kind === 'resolved')).toMatchObject({ actor: 'grace', data: { choice: 'retry' } });
  await expect(resolveUnknown(world, held.id, 'retry', 'grace')).rejects.toThrow(/GR4307/);
});

test('F064 bytes that change between preparing and starting are not started: no-go, and the step says why', async () => {
  const release = await world.release('1.0.0');
  const reach = async (point: string) => {
    if (point === 'deployment/start:before') world.stored.set(release.parts.artifacts['tree']!, 'other bytes');
  };
  Object.assign(world, { reach });
  const ended = await world.deploy('staging', '1.0.0');
  expect(ended.ending).toMatchObject({ as: 'no-go', reason: expect.stringContaining('GR6503') });
  expect(world.driver.done.filter((each) => each.startsWith('start'))).toEqual([]);
});
