import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TrafficTarget } from '../../kinds/traffic.ts';
import { FailureError } from '../../domain/failure.ts';
import { testDatabase } from '../../store/testing/database.ts';
import { resolveUnknown } from '../settle.ts';
import { answered, factsOf, openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `cut${(count += 1)}`);
});
afterEach(() => world.close());

test('a switch is prepared before it is made, for just the target that it is then made to', async () => {
  await world.deploy('staging', '1.0.0');
  const { release: old } = world.proxy.states.get('staging')!;
  const seen: { target: TrafficTarget; serving: string | null }[] = [];
  world.reached['traffic:claimed'] = () =>
    void seen.push({
      target: world.proxy.prepared.at(-1)!,
      serving: world.proxy.states.get('staging')!.release,
    });
  await world.deploy('staging', '1.1.0');
  expect(seen).toEqual([{ target: world.proxy.states.get('staging'), serving: old }]);
  expect(seen[0]!.target.release).not.toBe(old);
});

test('F076 what exits between its proof and the switch gets no traffic, and the deployment ends', async () => {
  await world.deploy('staging', '1.0.0');
  const before = world.proxy.states.get('staging');
  const start = world.driver.running;
  world.reached['decision/verdict:inside'] = () => start.set('staging/green', []);
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({ as: 'rolled-back', reason: 'backend exited after it was proven' });
  expect(world.proxy.states.get('staging')).toMatchObject({ release: before!.release, colour: 'blue' });
  expect(await factsOf(world, bad, 'switch')).toEqual({ ended: true, moved: false });
});

test('of what exited before the switch the file of its log is kept with it, and of nothing else', async () => {
  await world.deploy('staging', '1.0.0');
  const folder = path.join(world.home, 'environments', 'staging', 'green');
  world.reached['decision/verdict:inside'] = () => {
    world.driver.running.set('staging/green', []);
    mkdirSync(folder, { recursive: true });
    for (const name of ['backend.log', 'other.log']) writeFileSync(path.join(folder, name), 'out of memory\n');
  };
  const bad = await world.deploy('staging', '1.1.0');
  expect(await factsOf(world, bad, 'switch')).toEqual({ ended: true, moved: false, logs: [`${folder}/backend.log`] });
});

test('where the proxy does not run nobody claims that no user was on what exited before the switch', async () => {
  world.reached['decision/verdict:inside'] = () => world.driver.running.set('staging/blue', []);
  const bad = await world.deploy('staging', '1.0.0');
  expect(await factsOf(world, bad, 'switch')).toEqual({ ended: true });
});

test('a release that goes wrong while the driver cannot be asked has no users any more: the old one is where it was', async () => {
  await world.deploy('staging', '1.0.0');
  const before = world.proxy.states.get('staging')!;
  const bad = await world.release('1.1.0');
  let isDeaf = false;
  world.reached['bake:inside'] = () => {
    isDeaf = true;
    world.answers.set(bad.id, () => answered(500, {}));
  };
  const { observe } = world.driver;
  world.driver.observe = async (slot) => {
    if (isDeaf) throw new FailureError({ code: 'GR6431', message: 'The API is away.' });
    return observe(slot);
  };
  const held = await world.deploy('staging', '1.1.0');
  expect(world.proxy.states.get('staging')).toMatchObject({ colour: 'blue', services: before.services });
  // What is left to do needs the driver.
  expect(held.state?.hold).toMatchObject({ step: { kind: expect.stringMatching(/^(?:verify-back|stop-new)$/) } });
  isDeaf = false;
  await resolveUnknown(world, held.id, 'retry', 'grace');
  await expect.poll(async () => (await world.settled(held.id)).ending?.as, { timeout: 5_000 }).toBe('rolled-back');
  world.driver.observe = observe;
});

test('F074 a second proxy that is said to have switched and does not let its callers through is found before it counts', async () => {
  const { host, ports } = world.project.environments[0]!;
  const own = { backend: { host, port: ports['backend']! } };
  world.proxy.others = [own];
  expect((await world.deploy('staging', '1.0.0')).ending?.as).toBe('live');
  world.reached['traffic:claimed'] = () => (world.proxy.others = [own, { backend: { host, port: 4_999 } }]);
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringContaining(`through the public address backend is not right at ${host}:4999`),
  });
  const from = { backend: expect.objectContaining({ host: '127.0.0.1' }) };
  expect(await factsOf(world, bad, 'switch')).toEqual({ moved: true, from });
});

test('a second proxy that stops letting its callers through in the bake takes the release back', async () => {
  await world.deploy('staging', '1.0.0');
  const { host, ports } = world.project.environments[0]!;
  world.proxy.others = [{ backend: { host, port: ports['backend']! } }];
  world.reached['bake:inside'] = () => (world.proxy.others = [{ backend: { host, port: 4_999 } }]);
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringMatching(/probes in a row could not be asked: http:\/\/127\.0\.0\.1:4999\//),
  });
  expect(await factsOf(world, bad, 'bake')).not.toHaveProperty('byHand');
});
