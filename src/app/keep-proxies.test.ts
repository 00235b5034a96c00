import { afterEach, beforeEach, expect, test } from 'vitest';
import { fail } from '../domain/failure.ts';
import { insertDeployment } from '../store/deployments.ts';
import { testDatabase } from '../store/testing/database.ts';
import { newDeploymentOf } from '../store/testing/samples.ts';
import { keepProxies } from './keep-proxies.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `keep${(count += 1)}`);
});
afterEach(() => world.close());

const keep = () => keepProxies(world, world.project);
const queue = () => {
  const { project } = world;
  return insertDeployment(world.store, { ...newDeploymentOf(project.name, `dep_keep_${count}`), project });
};

test('beside a deployment in progress a proxy that has gone comes back and points where it pointed', async () => {
  const { plan } = await world.deploy('staging', '1.0.0');
  await queue();
  expect(await keep()).toEqual([]);
  world.proxy.states.clear();
  expect(await keep()).toEqual(['staging']);
  expect(world.proxy.states.get('staging')).toMatchObject({ colour: 'blue', release: plan.release.id });
  expect(await keep()).toEqual([]);
});

test('F074 proxies that do not serve the same are looked after, and what cannot be told is not taken for that', async () => {
  await world.deploy('staging', '1.0.0');
  await queue();
  const { open } = world.proxy;
  let code = 'GR7470';
  const ensured: string[] = [];
  world.proxy.open = (...words) => ({
    ...open(...words),
    current: async () => fail({ code, message: 'two of them differ' }),
    ensure: async () => void ensured.push(code),
  });
  expect([await keep(), ensured]).toEqual([['staging'], ['GR7470']]);
  code = 'GR7403';
  await expect(keep()).rejects.toThrow('two of them differ');
  expect(ensured).toEqual(['GR7470']);
});

test('where nothing is in progress, or nothing serves yet, no proxy is started', async () => {
  await world.deploy('staging', '1.0.0');
  world.proxy.states.clear();
  expect(await keep()).toEqual([]);
  expect(world.proxy.states.size).toBe(0);
});

test('before the first release serves there is nothing to bring back', async () => {
  await queue();
  expect(await keep()).toEqual([]);
  expect(world.proxy.states.size).toBe(0);
});
