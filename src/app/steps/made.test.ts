import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDatabase } from '../../store/testing/database.ts';
import { orderDeployment } from '../deploy-release.ts';
import { planDeployment } from '../plan-deployment.ts';
import { rollBack } from '../roll-back.ts';
import { openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
/** What the driver has on record now: images by service, for any release. */
let images: Record<string, string>;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `made${(count += 1)}`);
  images = { backend: 'sha256:aaa' };
  Object.assign(world.driver, { made: async () => images });
});
afterEach(() => world.close());

const promote = async (version: string) => {
  const { plan } = await planDeployment(world, world.project, 'production', version);
  const rest = { actor: 'ada', reason: null, bindToPlan: false, supersede: 'queued' } as const;
  return world.settled((await orderDeployment(world, { project: world.project, plan, ...rest })).id);
};
const pointed = (environment: string) => world.proxy.done.filter((each) => each.startsWith(`point ${environment} `));
const started = (environment: string) => world.driver.done.filter((each) => each.startsWith(`start ${environment}/`));

test('F065 F066 the image that was proven goes on to production', async () => {
  await world.deploy('staging', '1.0.0');
  expect((await promote('1.0.0')).ending?.as).toBe('live');
});

test('F065 F066 another image than the proven one is refused before anything of it is started, whatever the driver has on record', async () => {
  await world.deploy('staging', '1.0.0');
  images = { backend: 'sha256:bbb' };
  const refused = await promote('1.0.0');
  expect(refused.verdict?.decision).toBe('no-go');
  expect(refused.verdict?.lines.find(({ name }) => name === 'deployment/prepare')).toMatchObject({
    outcome: 'fail',
    reason:
      'GR6700 The image of backend in production (sha256:bbb) is not the one of 1.0.0 that was proven in staging (sha256:aaa).',
  });
  expect([started('production'), pointed('production')]).toEqual([[], []]);
});

test('F065 an image that is exchanged between preparing and starting gets no traffic', async () => {
  await world.deploy('staging', '1.0.0');
  const { run } = world.driver;
  Object.assign(world.driver, {
    run: async (...asked: Parameters<typeof run>) => {
      if (asked[0].kind === 'start') images = { backend: 'sha256:bbb' };
      return run(...asked);
    },
  });
  const refused = await promote('1.0.0');
  expect(refused.verdict?.lines.find(({ name }) => name === 'deployment/start')).toMatchObject({ outcome: 'fail' });
  expect(pointed('production')).toEqual([]);
});

test('F065 proven again with another image, that one goes on; the first environment is asked nothing', async () => {
  await world.deploy('staging', '1.0.0');
  images = { backend: 'sha256:bbb' };
  expect((await world.deploy('staging', '1.0.0')).ending?.as).toBe('live');
  expect((await promote('1.0.0')).ending?.as).toBe('live');
});

test('F065 a proof of another kind of driver, which made no image, says nothing of images', async () => {
  images = {};
  await world.deploy('staging', '1.0.0');
  images = { backend: 'sha256:aaa' };
  expect((await promote('1.0.0')).ending?.as).toBe('live');
});

test('F065 a rollback runs what ran here before, or nothing', async () => {
  await world.deploy('staging', '1.0.0');
  await world.deploy('staging', '1.1.0');
  images = { backend: 'sha256:bbb' };
  const order = { project: world.project, environment: 'staging', to: null, actor: 'ada', reason: 'it is slow' };
  const answer = await rollBack(world, order);
  if (answer.kind !== 'redeploy') throw new Error(`the way back is a ${answer.kind}`);
  const found = await world.settled(answer.deployment.id);
  expect(found.ending?.as).not.toBe('live');
  expect(found.verdict?.lines.find(({ name }) => name === 'deployment/prepare')?.reason).toContain('GR6700');
});
