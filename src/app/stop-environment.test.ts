import { afterEach, beforeEach, expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import { testDatabase } from '../store/testing/database.ts';
import { stopEnvironment } from './stop-environment.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `stop${(count += 1)}`);
});
afterEach(() => world.close());
const stop = () => stopEnvironment(world, world.project, 'staging', 'ada');
const runs = () => [...world.driver.running.values()].flat().map(({ service }) => service);

test('ends the services, then the proxy', async () => {
  await world.deploy('staging', '1.0.0');
  await stop();
  expect(runs()).toEqual([]);
  expect(world.proxy.states.get('staging')).toBeNull();
});

test('whoever is fenced off changes nothing: the proxy goes on', async () => {
  await world.deploy('staging', '1.0.0');
  const before = world.proxy.states.get('staging');
  const slot = { environment: 'staging', colour: 'blue', services: [], epoch: 10_000, release: { id: '' } };
  await world.driver.run({ kind: 'look', text: '', service: null }, slot as never, new AbortController().signal);
  await expect(stop()).rejects.toThrow(FailureError);
  expect(world.proxy.states.get('staging')).toEqual(before);
  expect(runs()).toEqual(['backend']);
});

test('a service that greenroom.yaml no longer names is ended as well, in both colours', async () => {
  await world.deploy('staging', '1.0.0');
  const [instance] = world.driver.running.get('staging/blue')!;
  world.driver.running.set('staging/blue', [instance!, { ...instance!, service: 'worker' }]);
  world.driver.running.set('staging/green', [{ ...instance!, service: 'job' }]);
  await stop();
  expect(runs()).toEqual([]);
});

test('nor does it stay behind when the next release takes over', async () => {
  await world.deploy('staging', '1.0.0');
  const [instance] = world.driver.running.get('staging/blue')!;
  world.driver.running.set('staging/blue', [instance!, { ...instance!, service: 'worker' }]);
  const proxy = world.proxy.states.get('staging')!;
  const services = { ...proxy.services, worker: { host: instance!.host, port: instance!.port } };
  world.proxy.states.set('staging', { ...proxy, services });
  const ended = await world.deploy('staging', '1.1.0');
  expect(ended.ending).toMatchObject({ as: 'live' });
  expect(world.driver.running.get('staging/blue')).toEqual([]);
  expect(runs()).toEqual(['backend']);
});
