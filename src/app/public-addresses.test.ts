import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Project } from '../domain/project.ts';
import type { CheckContext } from '../kinds/check.ts';
import { testDatabase } from '../store/testing/database.ts';
import { orderDeployment } from './deploy-release.ts';
import { planDeployment } from './plan-deployment.ts';
import { stopEnvironment } from './stop-environment.ts';
import { openTestWorld, scripted, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let ports: CheckContext['ports'] = [];
/** What happens at a point of the deployment. */
const happens = new Map<string, () => void>();
beforeEach(async () => {
  happens.clear();
  const look = scripted(async (_config, context) => {
    ports = context.ports;
    return { status: 'measured', data: 1 };
  });
  world = await openTestWorld(database.store(), `p${(count += 1)}`, {
    checks: new Map([['scripted', look]]),
    reach: async (point) => happens.get(point)?.(),
  });
});
afterEach(() => world.close());

const others = { backend: { host: '127.0.0.1', port: 4_999 } };
const elsewhere = (): Project => ({
  ...world.project,
  environments: world.project.environments.map((each) =>
    each.name === 'staging' ? { ...each, ports: { backend: 4_999 } } : each,
  ),
});

test('a plan says that the running proxy has other public addresses, both, and what to do; a deployment is refused before anything starts', async () => {
  const first = await world.deploy('staging', '1.0.0');
  const release = await world.release('1.1.0');
  const project = elsewhere();
  const { plan, obstacles } = await planDeployment(world, project, 'staging', release.id);
  expect(obstacles).toMatchObject([
    {
      code: 'GR4311',
      message: expect.stringMatching(/backend 127\.0\.0\.1:4001.*backend 127\.0\.0\.1:4999/),
      do: expect.stringContaining('greenroom stop staging'),
    },
  ]);
  world.driver.done.length = 0;
  const order = { actor: 'ada', reason: null, bindToPlan: false, supersede: 'queued' } as const;
  const ended = await world.settled((await orderDeployment(world, { ...order, project, plan })).id);
  expect(ended.ending).toMatchObject({ as: 'refused', reason: expect.stringMatching(/^GR4311 /) });
  expect(world.driver.done).toEqual([]);
  expect(world.proxy.states.get('staging')?.release).toBe(first.plan.release.id);
});

test('with the addresses put back, with no proxy, and after a stop nothing is in the way', async () => {
  await world.deploy('staging', '1.0.0');
  const release = await world.release('1.1.0');
  const codes = async (project: Project) =>
    (await planDeployment(world, project, 'staging', release.id)).obstacles.map((each) => each.code);
  expect([await codes(world.project), await codes(elsewhere())]).toEqual([[], ['GR4311']]);
  await stopEnvironment(world, world.project, 'staging', 'ada');
  expect(await codes(elsewhere())).toEqual([]);
});

test('when the addresses turn out to be others at the switch, the deployment takes itself back and the old version serves', async () => {
  const first = await world.deploy('staging', '1.0.0');
  happens.set('switch:before', () => world.proxy.addresses.set('staging', others));
  const ended = await world.deploy('staging', '1.1.0');
  expect(ended.ending).toMatchObject({ as: 'rolled-back', reason: expect.stringContaining('GR7404') });
  expect(world.proxy.states.get('staging')).toMatchObject({ colour: 'blue', release: first.plan.release.id });
  expect(world.driver.running.get('staging/green')).toEqual([]);
});

test('a public port counts as held by the project only where its own proxy really listens', async () => {
  await world.deploy('staging', '1.0.0');
  await world.deploy('staging', '1.1.0');
  expect(ports).toMatchObject([{ name: 'backend', port: 4_001, heldByUs: true }]);
  happens.set('admit:after', () => world.proxy.addresses.set('staging', others));
  await world.deploy('staging', '1.2.0');
  expect(ports).toMatchObject([{ name: 'backend', port: 4_001, heldByUs: false }]);
});
