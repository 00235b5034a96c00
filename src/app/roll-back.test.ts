import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountOf } from '../store/accounts.ts';
import { servingIn } from '../store/environments.ts';
import { testDatabase } from '../store/testing/database.ts';
import { orderDeployment } from './deploy-release.ts';
import { findWayBack } from './find-way-back.ts';
import { planDeployment } from './plan-deployment.ts';
import { rollBack, type Rollback } from './roll-back.ts';
import { resolveUnknown } from './settle.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let bakes: Promise<void> | null = null;
beforeEach(async () => {
  bakes = null;
  const reach = async (point: string) => void (point === 'bake:before' && (await bakes));
  world = await openTestWorld(database.store(), `p${(count += 1)}`, { reach });
});
afterEach(() => world.close());

const back = (to: string | null = null): Promise<Rollback> =>
  rollBack(world, { project: world.project, environment: 'staging', to, actor: 'ada', reason: 'it is slow' });
const serving = async () =>
  (await world.store.read((rows) => servingIn(rows, world.project.name, 'staging')))?.releaseId ?? null;
const order = async (version: string) => {
  const { plan } = await planDeployment(world, world.project, 'staging', (await world.release(version)).id);
  world.time.now += 1;
  const rest = { actor: 'ada', reason: null, bindToPlan: false, supersede: 'queued' } as const;
  return (await orderDeployment(world, { project: world.project, plan, ...rest })).id;
};
/** Each stop of a service waits for it first. Answers how it ends. */
const beforeStops = (first: () => Promise<void>): (() => void) => {
  const { run } = world.driver;
  const slow: typeof run = async (command, slot, signal) => {
    if (command.kind === 'stop') await first();
    await run(command, slot, signal);
  };
  Object.assign(world.driver, { run: slow });
  return () => void Object.assign(world.driver, { run });
};
const running = async (id: string, step: string) => {
  const status = async () => (await world.store.read((rows) => accountOf(rows, id)))?.status;
  await expect.poll(status, { timeout: 5_000 }).toBe(step);
};

test('with nothing to return to it says so', async () => {
  await expect(back()).rejects.toThrow(/GR4305/);
  await world.deploy('staging', '1.0.0');
  await expect(back()).rejects.toThrow(/GR4305/);
});

test('after the end the release that served before is deployed again, asking for health only', async () => {
  const first = await world.deploy('staging', '1.0.0');
  const second = await world.deploy('staging', '1.1.0');
  const answer = await back();
  if (answer.kind !== 'redeploy') throw new Error('a flip');
  expect(answer.release).toBe(first.plan.release.id);
  const again = await world.settled(answer.deployment.id);
  expect([again.ending?.as, again.request.reason]).toEqual(['live', 'it is slow']);
  expect(again.plan.phases.flatMap((phase) => phase.checks.map((check) => check.name))).toEqual(['smoke', 'docs']);
  expect(await serving()).toBe(first.plan.release.id);
  // What was taken back is not good, however long it served before: asking once more does not bring it forth again.
  expect(second.ending?.as).toBe('live');
  await expect(back()).rejects.toThrow(/GR4305/);
});

test('a chosen release is taken, also one that was not the last', async () => {
  const first = await world.deploy('staging', '1.0.0');
  for (const version of ['1.1.0', '1.2.0']) await world.deploy('staging', version);
  const answer = await back('1.0.0');
  expect(answer).toMatchObject({ kind: 'redeploy', release: first.plan.release.id });
  if (answer.kind === 'redeploy') expect((await world.settled(answer.deployment.id)).ending?.as).toBe('live');
  await expect(back('9.9.9')).rejects.toThrow(/GR4304/);
  await world.release('2.0.0');
  await expect(back('2.0.0')).rejects.toThrow(/GR4110 2\.0\.0/);
});

test('it is started as it was when it served, whatever the file says by now', async () => {
  await world.deploy('staging', '1.0.0');
  await world.deploy('staging', '1.1.0');
  const [service] = world.project.services;
  const now = { ...world.project, services: [{ ...service!, run: ['node', 'other.mjs'] }] };
  const order = { environment: 'staging', to: null, actor: 'ada', reason: 'it is slow' };
  const answer = await rollBack(world, { project: now, ...order });
  if (answer.kind !== 'redeploy') throw new Error('a flip');
  const again = await world.settled(answer.deployment.id);
  expect([again.ending?.as, again.model.services[0]!.run]).toEqual(['live', service!.run]);
});

test('during the bake it is a flip; whoever asks again sees the same way back, which is taken once', async () => {
  const first = await world.deploy('staging', '1.0.0');
  const gate = Promise.withResolvers<void>();
  bakes = gate.promise;
  const id = await order('1.1.0');
  await running(id, 'bake');
  expect(await serving()).not.toBe(first.plan.release.id);
  expect(await back()).toEqual({ kind: 'flip', deployment: id, over: [id] });
  expect(await back()).toEqual({ kind: 'flip', deployment: id, over: [id] });
  gate.resolve();
  const ended = await world.settled(id);
  expect(ended.ending).toEqual({ as: 'rolled-back', reason: 'it is slow (ada)' });
  expect(await serving()).toBe(first.plan.release.id);
  const { records } = (await world.store.read((rows) => accountOf(rows, id)))!;
  expect(records.filter((each) => each.kind === 'going-back')).toHaveLength(1);
});

test.each([true, false])(
  'while the old version is being stopped, the one before what serves is meant, not the one before that (now: %s)',
  async (urgent) => {
    await world.deploy('staging', '1.0.0');
    const second = await world.deploy('staging', '1.1.0');
    const gate = Promise.withResolvers<void>();
    beforeStops(() => gate.promise);
    const id = await order('1.2.0');
    await running(id, 'stop');
    await expect
      .poll(serving, { timeout: 5_000 })
      .toBe((await world.store.read((rows) => accountOf(rows, id)))!.plan.release.id);
    const question = { project: world.project, environment: 'staging', to: null, urgent };
    await expect
      .poll(() => findWayBack(world, question), { timeout: 5_000 })
      .toMatchObject({
        ...{ kind: 'redeploy', plan: { release: { id: second.plan.release.id } }, over: [id] },
      });
    const answer = await rollBack(world, { ...question, actor: 'ada', reason: 'it is slow' });
    if (answer.kind !== 'redeploy') throw new Error('a flip');
    gate.resolve();
    expect((await world.settled(id)).ending?.as).toBe('live');
    expect((await world.settled(answer.deployment.id)).ending?.as).toBe('live');
    expect(await serving()).toBe(second.plan.release.id);
  },
);

test('what could not be stopped holds nobody up who is in a hurry, and takes no answer that is none', async () => {
  await world.deploy('staging', '1.0.0');
  const second = await world.deploy('staging', '1.1.0');
  const free = beforeStops(() => Promise.reject(new Error('it does not end')));
  const id = await order('1.2.0');
  expect((await world.settled(id)).state?.hold).toMatchObject({ kind: 'unknown', step: { kind: 'stop' } });
  await expect(resolveUnknown(world, id, 'go-back', 'ada')).rejects.toThrow(
    /GR4316 .* waits in "stop", where --go-back is no answer: the version before is being stopped/,
  );
  free();
  const question = { project: world.project, environment: 'staging', to: null, urgent: true };
  expect(await findWayBack(world, question)).toMatchObject({ kind: 'redeploy', held: id });
  const answer = await rollBack(world, { ...question, actor: 'ada', reason: 'it burns' });
  if (answer.kind !== 'redeploy') throw new Error('a flip');
  expect((await world.settled(answer.deployment.id)).ending?.as).toBe('live');
  expect(await serving()).toBe(second.plan.release.id);
});

test('deployments that wait in the queue are superseded by a rollback', async () => {
  await world.deploy('staging', '1.0.0');
  const gate = Promise.withResolvers<void>();
  bakes = gate.promise;
  const id = await order('1.1.0');
  await running(id, 'bake');
  const waiting = await order('1.2.0');
  await back();
  gate.resolve();
  expect((await world.settled(id)).ending?.as).toBe('rolled-back');
  expect((await world.settled(waiting)).ending).toMatchObject({ as: 'superseded' });
});

test('on the way back nothing is started whose bytes are not those that were proven: traffic stays, and a person is asked', async () => {
  const first = await world.deploy('staging', '1.0.0');
  const gate = Promise.withResolvers<void>();
  bakes = gate.promise;
  const id = await order('1.1.0');
  await running(id, 'bake');
  world.driver.running.delete('staging/blue');
  world.stored.set(first.plan.release.parts.artifacts['tree']!, 'other bytes');
  world.driver.done.length = 0;
  await back();
  gate.resolve();
  const held = await world.settled(id);
  expect(held.state?.hold?.reason).toMatch(
    /^the old version is not well either: GR6503 .*traffic stays with the new one$/,
  );
  expect(world.driver.done).toEqual([]);
  expect(world.proxy.states.get('staging')?.release).toBe(held.plan.release.id);
});

test.each([
  ['rollback', 'names the way to another release as well', true],
  ['deployment', 'has no other way', false],
] as const)('kept bytes that are gone: a %s %s', async (_, __, isNamed) => {
  const first = await world.deploy('staging', '1.0.0');
  await world.deploy('staging', '1.1.0');
  world.stored.set(first.plan.release.parts.artifacts['tree']!, 'other bytes');
  const { plan } = await planDeployment(world, world.project, 'staging', first.plan.release.id);
  const rest = { actor: 'ada', reason: null, bindToPlan: false, supersede: 'queued' } as const;
  const again = isNamed ? await back() : null;
  const id =
    again?.kind === 'redeploy'
      ? again.deployment.id
      : (await orderDeployment(world, { project: world.project, plan, ...rest })).id;
  expect((await world.settled(id)).ending?.as).toBe('no-go');
  const { results } = (await world.store.read((rows) => accountOf(rows, id)))!;
  const { next } = results.find(({ name }) => name === 'deployment/prepare')!;
  expect(next).toContain('Make the release again');
  expect(next!.includes('"greenroom rollback staging --to <another release>"')).toBe(isNamed);
});
