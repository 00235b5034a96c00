import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Step } from '../domain/step.ts';
import { recordsOf } from '../store/records.ts';
import { testDatabase } from '../store/testing/database.ts';
import { endedLate } from './in-time.ts';
import { readStanding } from './read-standing.ts';
import { orderDeployment } from './deploy-release.ts';
import { planDeployment } from './plan-deployment.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `late${(count += 1)}`);
});
afterEach(() => world.close());

const bake: Step = { kind: 'bake', name: 'bake', phase: null, budgetMs: 100, subject: null };
const direct = <T>(_name: string, effect: (signal: AbortSignal) => Promise<T>) => effect(new AbortController().signal);
const never = new Promise<never>(() => {});
const late = /longer than its budget of 100 ms and was ended/;

test('F011 an effect that does not end when it is told to is not waited for; the answer says why', async () => {
  const told = Promise.withResolvers<void>();
  const run = endedLate(bake, direct, 50);
  const deaf = run('watch', async (signal) => {
    signal.addEventListener('abort', () => told.resolve());
    return never;
  });
  await expect(deaf).rejects.toThrow(late);
  await told.promise;
});

test('F011 no effect begins after the budget and the courtesy', async () => {
  const run = endedLate(bake, direct, 50);
  let begun = 0;
  const begin = () => run('window', async () => (begun += 1));
  expect(await begin()).toBe(1);
  await sleep(300);
  await expect(begin()).rejects.toThrow(late);
  expect(begun).toBe(1);
});

test('an effect that heeds the word, or was in time, gives its own answer', async () => {
  const run = endedLate(bake, direct, 400);
  expect(await run('quick', async () => 'in time')).toBe('in time');
  const heeding = run('heeds', async (signal) => {
    await sleep(30_000, null, { signal }).catch(() => {});
    return 'as far as it came';
  });
  expect(await heeding).toBe('as far as it came');
});

test('F011 a step that acts beyond its budget is put on record once and told by the standing, until it ends', async () => {
  const budgetMs = 150;
  const { project } = world;
  const phases = project.phases.map((phase) => (phase.name === 'deployment' ? { ...phase, budgetMs } : phase));
  Object.assign(project, { phases });
  const gate = Promise.withResolvers<void>();
  const run = world.driver.run.bind(world.driver);
  Object.assign(world.driver, {
    run: async (...[command, slot, signal]: Parameters<typeof run>) => {
      if (command.kind === 'start') await gate.promise;
      await run(command, slot, signal);
    },
  });
  const { plan } = await planDeployment(world, project, 'staging', (await world.release('1.0.0')).id);
  const order = { project, plan, actor: 'ada', reason: null, bindToPlan: false, supersede: 'queued' } as const;
  const { id } = await orderDeployment(world, order);
  const said = async () => {
    const records = await world.store.read((rows) => recordsOf(rows, project.name, id));
    return records.filter(({ kind }) => kind === 'step-overdue').map(({ data }) => data);
  };
  await expect.poll(said, { timeout: 20_000 }).toHaveLength(1);
  expect(await said()).toEqual([{ step: 'deployment/start', operation: expect.any(Number), budgetMs }]);

  const overdue = async () => (await readStanding(world, project))[0]!.inProgress[0]!.overdue;
  expect(await overdue()).toBeNull();
  world.time.now += 180_000;
  expect(await overdue()).toBe('deployment/start has taken 3 min, its budget is 150 ms');

  gate.resolve();
  expect((await world.settled(id)).ending?.as).toBe('live');
  expect(await said()).toHaveLength(1);
});
