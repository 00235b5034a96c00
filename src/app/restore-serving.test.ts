import { afterEach, beforeEach, expect, test } from 'vitest';
import { findDeployment, insertDeployment } from '../store/deployments.ts';
import { claimEpoch, servingIn } from '../store/environments.ts';
import { brokenOf } from '../domain/record.ts';
import { recordsOf, sha256 } from '../store/records.ts';
import { statement, testDatabase } from '../store/testing/database.ts';
import { newDeploymentOf } from '../store/testing/samples.ts';
import { restoreServing } from './restore-serving.ts';
import { stopEnvironment } from './stop-environment.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let release = '';
beforeEach(async () => {
  world = await openTestWorld(database.store(), `p${(count += 1)}`);
  release = (await world.deploy('staging', '1.0.0')).plan.release.id;
  world.driver.done.length = 0;
  world.proxy.done.length = 0;
});
afterEach(() => world.close());

const restore = () => restoreServing(world, world.project);
const stop = (name: string) => stopEnvironment(world, world.project, name, 'ada');
const serving = () => world.store.read((rows) => servingIn(rows, world.project.name, 'staging'));
const queue = () =>
  insertDeployment(world.store, {
    ...newDeploymentOf(world.project.name, `dep_open_${count}`),
    project: world.project,
  });

test('while everything runs nothing is touched', async () => {
  expect(await restore()).toEqual([]);
  expect([world.driver.done, world.proxy.done]).toEqual([[], []]);
});

test('after a reboot service and proxy come back, on the release and colour as recorded', async () => {
  world.driver.running.clear();
  world.proxy.states.clear();
  expect(await restore()).toEqual([{ environment: 'staging', release, started: ['backend'], failures: [] }]);
  const [instance] = world.driver.running.get('staging/blue')!;
  expect(instance).toMatchObject({ service: 'backend', releaseId: release });
  expect(world.proxy.states.get('staging')).toMatchObject({
    ...{ colour: 'blue', release },
    services: { backend: { host: instance!.host, port: instance!.port } },
  });
  expect(await restore()).toEqual([]);
});

test('bytes that were changed since they were proven are not started, and the failure says which', async () => {
  world.driver.running.clear();
  const { plan } = (await world.store.read(async (rows) => findDeployment(rows, (await serving())!.deployment)))!;
  world.stored.set(plan.release.parts.artifacts['tree']!, 'other bytes');
  const [restored] = await restore();
  expect(restored).toMatchObject({ environment: 'staging', started: [], failures: [{ code: 'GR6503' }] });
  expect([world.driver.done, world.proxy.done]).toEqual([[], []]);
});

test('when only the proxy has gone, the running service is left alone', async () => {
  world.proxy.states.clear();
  expect(await restore()).toEqual([{ environment: 'staging', release, started: [], failures: [] }]);
  expect(world.driver.done).toEqual([]);
  expect(world.proxy.done).toEqual([`point staging blue ${release}`]);
});

test('an environment with a deployment in progress is left to that deployment', async () => {
  await queue();
  world.driver.running.clear();
  expect(await restore()).toEqual([]);
  expect(world.driver.done).toEqual([]);
});

test('beside a deployment in progress a proxy that has gone comes back and points where it pointed', async () => {
  await queue();
  world.proxy.states.clear();
  expect(await restore()).toEqual([]);
  expect(world.proxy.states.get('staging')).toMatchObject({ colour: 'blue', release });
  expect([world.driver.done, world.proxy.done]).toEqual([[], []]);
});

test('what was stopped on purpose is not brought back, and stands in the record', async () => {
  await stop('staging');
  expect([await serving(), world.driver.running.get('staging/blue')]).toEqual([null, []]);
  expect(world.proxy.done).toEqual(['stop staging']);
  expect(await restore()).toEqual([]);
  const records = await world.store.read((rows) => recordsOf(rows, world.project.name));
  expect(records.at(-1)).toMatchObject({ kind: 'environment-stopped', actor: 'ada', data: { environment: 'staging' } });
  expect(brokenOf(await world.store.read((rows) => recordsOf(rows, world.project.name)), sha256)).toEqual([]);
});

test('after a stop the next deployment begins from nothing, under a higher epoch', async () => {
  const before = world.proxy.states.get('staging')!.epoch;
  await stop('staging');
  const next = await world.deploy('staging', '1.1.0');
  expect([next.ending?.as, next.plan.standing.colour, next.plan.colour]).toEqual(['live', null, 'blue']);
  expect(world.proxy.states.get('staging')!.epoch).toBeGreaterThan(before + 1);
});

test('an environment with a deployment in progress is not stopped', async () => {
  await queue();
  await expect(stop('staging')).rejects.toThrow(/GR4309/);
  expect((await serving())?.releaseId).toBe(release);
  expect(world.driver.running.get('staging/blue')).toHaveLength(1);
});

test('F006 a process that was declared dead stops nothing', async () => {
  await statement(database.url(), 'update node set dead = true where id = $1', [world.node]);
  await expect(stop('staging')).rejects.toThrow(/GR3401/);
  expect([world.driver.done, world.proxy.done]).toEqual([[], []]);
  const deployment = await world.store.read(async (rows) => findDeployment(rows, (await serving())!.deployment));
  expect(deployment?.ending?.as).toBe('live');
});

test('F006 what began while it was being stopped is not recorded as stopped', async () => {
  const { run } = world.driver;
  Object.assign(world.driver, {
    async run(...args: Parameters<typeof run>) {
      await run(...args);
      await claimEpoch(world.store, world.project.name, 'staging', world.node, 'another operation');
    },
  });
  await expect(stop('staging')).rejects.toThrow(/GR4310/);
  expect((await serving())?.releaseId).toBe(release);
  const records = await world.store.read((rows) => recordsOf(rows, world.project.name));
  expect(records.filter((each) => each.kind === 'environment-stopped')).toEqual([]);
});

test('an environment that does not exist is named, and so are those that do', async () => {
  await expect(stop('prod')).rejects.toThrow(/GR4302/);
});
