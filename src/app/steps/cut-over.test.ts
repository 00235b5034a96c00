import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TrafficTarget } from '../../kinds/traffic.ts';
import { FailureError } from '../../domain/failure.ts';
import { accountOf } from '../../store/accounts.ts';
import type { StoredDeployment } from '../../store/deployments.ts';
import { testDatabase } from '../../store/testing/database.ts';
import { resolveUnknown } from '../settle.ts';
import { answered, openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let reached: Record<string, () => unknown> = {};
beforeEach(async () => {
  reached = {};
  const reach = async (point: string) => void reached[point]?.();
  world = await openTestWorld(database.store(), `cut${(count += 1)}`, { reach });
});
afterEach(() => world.close());

const factsOf = async ({ id }: StoredDeployment, kind: string) =>
  (await world.store.read((rows) => accountOf(rows, id)))!.steps.findLast((each) => each.kind === kind)!.facts;

test('a switch is prepared before it is made, for just the target that it is then made to', async () => {
  await world.deploy('staging', '1.0.0');
  const { release: old } = world.proxy.states.get('staging')!;
  const seen: { target: TrafficTarget; serving: string | null }[] = [];
  reached['traffic:claimed'] = () =>
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
  reached['decision/verdict:inside'] = () => start.set('staging/green', []);
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({ as: 'rolled-back', reason: 'backend exited after it was proven' });
  expect(world.proxy.states.get('staging')).toMatchObject({ release: before!.release, colour: 'blue' });
  expect(await factsOf(bad, 'switch')).toEqual({ ended: true, moved: false });
});

test('where the proxy does not run nobody claims that no user was on what exited before the switch', async () => {
  reached['decision/verdict:inside'] = () => world.driver.running.set('staging/blue', []);
  const bad = await world.deploy('staging', '1.0.0');
  expect(await factsOf(bad, 'switch')).toEqual({ ended: true });
});

test('F076 what exits while the old version is drained goes back to it: it is still there', async () => {
  await world.deploy('staging', '1.0.0');
  const before = world.proxy.states.get('staging');
  reached['drain:inside'] = () => world.driver.running.set('staging/green', []);
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({
    as: 'rolled-back',
    reason: 'backend exited after it was proven, while the old version was drained',
  });
  expect(world.proxy.states.get('staging')).toMatchObject({ release: before!.release, colour: 'blue' });
  expect(await factsOf(bad, 'drain')).toMatchObject({ ended: true });
  delete reached['drain:inside'];
  expect((await world.deploy('staging', '1.2.0')).ending?.as).toBe('live');
});

/** The proxy is found changed by hand from then on, until it is pointed again. */
function changeByHand(at: string, code = 'GR7472'): { isChanged: () => boolean } {
  const { open } = world.proxy;
  let isChanged = false;
  Object.assign(world.proxy, {
    open: (...place: Parameters<typeof open>) => {
      const handle = open(...place);
      const point: typeof handle.point = (target) => ((isChanged = false), handle.point(target));
      const byHand = new FailureError({ code, message: 'Somebody has changed the proxy.' });
      return { ...handle, point, current: async () => (isChanged ? Promise.reject(byHand) : handle.current()) };
    },
  });
  reached[at] = () => (isChanged = true);
  return { isChanged: () => isChanged };
}

/** The driver cannot be asked what runs of green while `isDeaf` says so. */
function deafen(isDeaf: () => boolean): () => void {
  const { observe } = world.driver;
  world.driver.observe = async (slot) => {
    if (slot.colour === 'green' && isDeaf()) throw new FailureError({ code: 'GR6423', message: 'The API is away.' });
    return observe(slot);
  };
  return () => (world.driver.observe = observe);
}

test.each(['drain', 'bake'])(
  'a driver that cannot be asked for a while in the %s is no fault of the release, and what it then says counts',
  async (step) => {
    await world.deploy('staging', '1.0.0');
    let deafAt = -1;
    reached[`${step}:inside`] = () => (deafAt = deafAt === -1 ? world.clock.now() : deafAt);
    const hear = deafen(() => deafAt !== -1 && world.clock.now() < deafAt + 8_000);
    const good = await world.deploy('staging', '1.1.0');
    hear();
    expect(good.ending).toMatchObject({ as: 'live' });
    if (step === 'bake') expect(Number((await factsOf(good, 'bake'))['unseenLooks'])).toBeGreaterThan(1);
  },
);

test.each(['drain', 'bake'])(
  'a driver that cannot be asked any more in the %s: a person is asked, and nothing goes back by itself',
  async (step) => {
    await world.deploy('staging', '1.0.0');
    let isDeaf = false;
    reached[`${step}:inside`] = () => (isDeaf = true);
    const hear = deafen(() => isDeaf);
    const held = await world.deploy('staging', '1.1.0');
    expect(held.state?.hold).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('The API is away') });
    expect(world.proxy.states.get('staging')).toMatchObject({ colour: 'green' });
    hear();
    await resolveUnknown(world, held.id, 'continue', 'grace');
    await expect.poll(async () => (await world.settled(held.id)).ending?.as, { timeout: 5_000 }).toBe('live');
  },
);

test('a release that goes wrong while the driver cannot be asked has no users any more: the old one is where it was', async () => {
  await world.deploy('staging', '1.0.0');
  const before = world.proxy.states.get('staging')!;
  const bad = await world.release('1.1.0');
  let isDeaf = false;
  reached['bake:inside'] = () => {
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

test('where nobody is to go back by himself, what exits in the drain asks a person', async () => {
  await world.deploy('staging', '1.0.0');
  const environments = world.project.environments.map((each) => ({
    ...each,
    bake: { ...each.bake, rollBack: 'hold' as const },
  }));
  Object.assign(world.project, { environments });
  reached['drain:inside'] = () => world.driver.running.set('staging/green', []);
  const held = await world.deploy('staging', '1.1.0');
  expect(held.state?.hold).toMatchObject({
    kind: 'unknown',
    reason: expect.stringContaining('backend exited after it was proven'),
  });
});

test('F074 a second proxy that is said to have switched and does not let its callers through is found before it counts', async () => {
  const { host, ports } = world.project.environments[0]!;
  const own = { backend: { host, port: ports['backend']! } };
  world.proxy.others = [own];
  expect((await world.deploy('staging', '1.0.0')).ending?.as).toBe('live');
  reached['traffic:claimed'] = () => (world.proxy.others = [own, { backend: { host, port: 4_999 } }]);
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringContaining(`through the public address backend is not right at ${host}:4999`),
  });
  const from = { backend: expect.objectContaining({ host: '127.0.0.1' }) };
  expect(await factsOf(bad, 'switch')).toEqual({ moved: true, from });
});

test('a second proxy that stops letting its callers through in the bake takes the release back', async () => {
  await world.deploy('staging', '1.0.0');
  const { host, ports } = world.project.environments[0]!;
  world.proxy.others = [{ backend: { host, port: ports['backend']! } }];
  reached['bake:inside'] = () => (world.proxy.others = [{ backend: { host, port: 4_999 } }]);
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringMatching(/probes in a row could not be asked: http:\/\/127\.0\.0\.1:4999\//),
  });
  expect(await factsOf(bad, 'bake')).not.toHaveProperty('byHand');
});

test('a proxy that somebody changes by hand in the bake takes the release back, since it is not known what users got', async () => {
  await world.deploy('staging', '1.0.0');
  changeByHand('bake:inside');
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringContaining('Somebody has changed the proxy'),
  });
  expect(await factsOf(bad, 'bake')).toMatchObject({ byHand: true });
});

test.each(['GR7470', 'GR7472'])(
  'F082 proxies that are found changed (%s) before the old one is stopped: a person is asked, and "--retry" points them again',
  async (code) => {
    await world.deploy('staging', '1.0.0');
    const hand = changeByHand('drain:inside', code);
    const held = await world.deploy('staging', '1.1.0');
    expect(held.state?.hold).toMatchObject({
      step: { kind: 'stop' },
      reason: expect.stringMatching(
        /has changed the proxy.*"greenroom resume staging --retry" points all of it to 1\.1\.0/,
      ),
    });
    expect(world.driver.done.filter((each) => each.startsWith('stop'))).toEqual([]);
    await resolveUnknown(world, held.id, 'retry', 'grace');
    await expect.poll(async () => (await world.settled(held.id)).ending?.as, { timeout: 5_000 }).toBe('live');
    expect(hand.isChanged()).toBe(false);
    expect(world.driver.done.at(-1)).toMatch(/^stop staging\/blue/);
  },
);

test('F082 a proxy that is found changed on the way back: a person is asked, and "--retry" points it to the old version again', async () => {
  await world.deploy('staging', '1.0.0');
  const bad = await world.release('1.1.0');
  const hand = changeByHand('drain-new:inside');
  reached['bake:inside'] = () => void world.answers.set(bad.id, () => answered(500, {}));
  const held = await world.deploy('staging', '1.1.0');
  expect(held.state?.hold).toMatchObject({
    step: { kind: 'stop-new' },
    reason: expect.stringMatching(/has changed the proxy.*--retry" points all of it to 1\.0\.0 again/),
  });
  await resolveUnknown(world, held.id, 'retry', 'grace');
  await expect.poll(async () => (await world.settled(held.id)).ending?.as, { timeout: 5_000 }).toBe('rolled-back');
  expect(hand.isChanged()).toBe(false);
  expect(world.proxy.states.get('staging')).toMatchObject({ colour: 'blue' });
});

test('F076 the old version is not ended while nothing of the new one runs, however late somebody goes on', async () => {
  await world.deploy('staging', '1.0.0');
  const { run } = world.driver;
  world.driver.run = async (command, slot, signal) => {
    if (command.kind === 'stop') throw new FailureError({ code: 'GR6430', message: 'The API refuses.' });
    return run(command, slot, signal);
  };
  const held = await world.deploy('staging', '1.1.0');
  expect(held.state?.hold).toMatchObject({ step: { kind: 'stop' } });
  world.driver.run = run;
  world.driver.running.set('staging/green', []);
  await resolveUnknown(world, held.id, 'retry', 'grace');
  const holdOf = async () => (await world.settled(held.id)).state?.hold?.reason;
  await expect
    .poll(holdOf, { timeout: 5_000 })
    .toMatch(/^backend of the new version does not run.*rollback staging --now/);
  expect(world.driver.running.get('staging/blue')).toHaveLength(1);
});
