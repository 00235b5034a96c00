import { afterEach, beforeEach, expect, test } from 'vitest';
import { FailureError } from '../../domain/failure.ts';
import { testDatabase } from '../../store/testing/database.ts';
import { resolveUnknown } from '../settle.ts';
import { factsOf, openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `drain${(count += 1)}`);
});
afterEach(() => world.close());

test('F076 what exits while the old version is drained goes back to it: it is still there', async () => {
  await world.deploy('staging', '1.0.0');
  const before = world.proxy.states.get('staging');
  world.reached['drain:inside'] = () => world.driver.running.set('staging/green', []);
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({
    as: 'rolled-back',
    reason: 'backend exited after it was proven, while the old version was drained',
  });
  expect(world.proxy.states.get('staging')).toMatchObject({ release: before!.release, colour: 'blue' });
  expect(await factsOf(world, bad, 'drain')).toMatchObject({ ended: true });
  delete world.reached['drain:inside'];
  expect((await world.deploy('staging', '1.2.0')).ending?.as).toBe('live');
});

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
    world.reached[`${step}:inside`] = () => (deafAt = deafAt === -1 ? world.clock.now() : deafAt);
    const hear = deafen(() => deafAt !== -1 && world.clock.now() < deafAt + 8_000);
    const good = await world.deploy('staging', '1.1.0');
    hear();
    expect(good.ending).toMatchObject({ as: 'live' });
    if (step === 'bake') expect(Number((await factsOf(world, good, 'bake'))['unseenLooks'])).toBeGreaterThan(1);
  },
);

test.each(['drain', 'bake'])(
  'a driver that cannot be asked any more in the %s: a person is asked, and nothing goes back by itself',
  async (step) => {
    await world.deploy('staging', '1.0.0');
    let isDeaf = false;
    world.reached[`${step}:inside`] = () => (isDeaf = true);
    const hear = deafen(() => isDeaf);
    const held = await world.deploy('staging', '1.1.0');
    expect(held.state?.hold).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('The API is away') });
    if (step === 'drain') expect(await factsOf(world, held, step)).toMatchObject({ unseen: true });
    expect(world.proxy.states.get('staging')).toMatchObject({ colour: 'green' });
    hear();
    await resolveUnknown(world, held.id, 'continue', 'grace');
    await expect.poll(async () => (await world.settled(held.id)).ending?.as, { timeout: 5_000 }).toBe('live');
  },
);

test('where nobody is to go back by himself, what exits in the drain asks a person', async () => {
  await world.deploy('staging', '1.0.0');
  const environments = world.project.environments.map((each) => ({
    ...each,
    bake: { ...each.bake, rollBack: 'hold' as const },
  }));
  Object.assign(world.project, { environments });
  world.reached['drain:inside'] = () => world.driver.running.set('staging/green', []);
  const held = await world.deploy('staging', '1.1.0');
  expect(held.state?.hold).toMatchObject({
    kind: 'unknown',
    reason: expect.stringContaining('backend exited after it was proven'),
  });
  expect(await factsOf(world, held, 'drain')).toMatchObject({ ended: true });
});
