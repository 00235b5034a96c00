import { afterEach, beforeEach, expect, test } from 'vitest';
import { FailureError } from '../../domain/failure.ts';
import { testDatabase } from '../../store/testing/database.ts';
import { resolveUnknown } from '../settle.ts';
import { answered, factsOf, openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `stop${(count += 1)}`);
});
afterEach(() => world.close());

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
  world.reached[at] = () => (isChanged = true);
  return { isChanged: () => isChanged };
}

test('a proxy that somebody changes by hand in the bake takes the release back, since it is not known what users got', async () => {
  await world.deploy('staging', '1.0.0');
  changeByHand('bake:inside');
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringContaining('Somebody has changed the proxy'),
  });
  expect(await factsOf(world, bad, 'bake')).toMatchObject({ byHand: true });
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
    expect(await factsOf(world, held, 'stop')).toEqual({ byHand: true });
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
  world.reached['bake:inside'] = () => void world.answers.set(bad.id, () => answered(500, {}));
  const held = await world.deploy('staging', '1.1.0');
  expect(held.state?.hold).toMatchObject({
    step: { kind: 'stop-new' },
    reason: expect.stringMatching(/has changed the proxy.*--retry" points all of it to 1\.0\.0 again/),
  });
  expect(await factsOf(world, held, 'stop-new')).toEqual({ byHand: true });
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
  expect(await factsOf(world, held, 'stop')).toEqual({ ended: true });
  expect(world.driver.running.get('staging/blue')).toHaveLength(1);
});

test('where the driver cannot be asked the old version is not ended, and a person is asked', async () => {
  await world.deploy('staging', '1.0.0');
  const { observe } = world.driver;
  world.reached['stop:before'] = () => {
    world.driver.observe = async () =>
      Promise.reject(new FailureError({ code: 'GR6423', message: 'The API is away.' }));
  };
  const held = await world.deploy('staging', '1.1.0');
  expect(held.state?.hold).toMatchObject({
    step: { kind: 'stop' },
    reason: expect.stringContaining('The API is away'),
  });
  expect(await factsOf(world, held, 'stop')).toEqual({ unseen: true });
  expect(world.driver.running.get('staging/blue')).toHaveLength(1);
  delete world.reached['stop:before'];
  world.driver.observe = observe;
  await resolveUnknown(world, held.id, 'retry', 'grace');
  await expect.poll(async () => (await world.settled(held.id)).ending?.as, { timeout: 5_000 }).toBe('live');
});
