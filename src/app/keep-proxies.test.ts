import { afterEach, beforeEach, expect, test } from 'vitest';
import { fail } from '../domain/failure.ts';
import { newDeployment } from '../domain/deployment.ts';
import { findDeployment, insertDeployment } from '../store/deployments.ts';
import { saveState } from '../store/states.ts';
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
const id = () => `dep_keep_${count}`;
const queue = () => {
  const { project } = world;
  return insertDeployment(world.store, { ...newDeploymentOf(project.name, id()), project });
};
/** One that has come so far: to its step "drift", or beyond it. */
async function begun(next: 'drift' | 'beyond') {
  await queue();
  const deployment = (await world.store.read((rows) => findDeployment(rows, id())))!;
  const steps = (['admit', 'drift', 'start'] as const).map((kind) => ({
    name: kind,
    kind,
    subject: null,
    phase: null,
    budgetMs: 1,
  }));
  const state = { ...newDeployment(steps), next: next === 'drift' ? 1 : 2 };
  await saveState(world.store, deployment, {
    version: 0,
    state,
    status: next,
    steps: [],
    ending: null,
    at: 1,
    records: [],
  });
}

test('beside a deployment in progress a proxy that has gone comes back and points where it pointed', async () => {
  const { plan } = await world.deploy('staging', '1.0.0');
  await begun('beyond');
  expect(await keep()).toEqual([]);
  world.proxy.states.clear();
  expect(await keep()).toEqual(['staging']);
  expect(world.proxy.states.get('staging')).toMatchObject({ colour: 'blue', release: plan.release.id });
  expect(await keep()).toEqual([]);
});

test('F074 proxies that do not serve the same are looked after, what somebody did by hand is left, and what cannot be told is not taken for that', async () => {
  await world.deploy('staging', '1.0.0');
  await begun('beyond');
  const { open } = world.proxy;
  let code = 'GR7470';
  const ensured: string[] = [];
  world.proxy.open = (...words) => ({
    ...open(...words),
    current: async () => fail({ code, message: 'two of them differ' }),
    ensure: async () => void ensured.push(code),
  });
  expect([await keep(), ensured]).toEqual([['staging'], ['GR7470']]);
  code = 'GR7472';
  expect([await keep(), ensured]).toEqual([[], ['GR7470']]);
  code = 'GR7403';
  await expect(keep()).rejects.toThrow('two of them differ');
  expect(ensured).toEqual(['GR7470']);
});

test('F082 a proxy that has gone is a finding: it stays gone until the deployment has looked', async () => {
  await world.deploy('staging', '1.0.0');
  await queue();
  world.proxy.states.clear();
  expect(await keep()).toEqual([]);
  expect(world.proxy.states.size).toBe(0);
});

test('F082 also while it is about to look', async () => {
  await world.deploy('staging', '1.0.0');
  await begun('drift');
  world.proxy.states.clear();
  expect(await keep()).toEqual([]);
  expect(world.proxy.states.size).toBe(0);
});

test('where nothing is in progress, or nothing serves yet, no proxy is started', async () => {
  await world.deploy('staging', '1.0.0');
  world.proxy.states.clear();
  expect(await keep()).toEqual([]);
  expect(world.proxy.states.size).toBe(0);
});

test('where nothing is in progress a proxy that has gone comes back for somebody who keeps watch', async () => {
  const { plan } = await world.deploy('staging', '1.0.0');
  world.proxy.states.clear();
  const watch = () => keepProxies(world, world.project, { everywhere: true });
  expect(await watch()).toEqual(['staging']);
  expect(world.proxy.states.get('staging')).toMatchObject({ colour: 'blue', release: plan.release.id });
  expect(await watch()).toEqual([]);
  // Who is queued has not looked yet, and must find it gone.
  await queue();
  world.proxy.states.clear();
  expect(await watch()).toEqual([]);
});

test('before the first release serves there is nothing to bring back', async () => {
  await queue();
  expect(await keep()).toEqual([]);
  expect(world.proxy.states.size).toBe(0);
});
