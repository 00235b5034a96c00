import { afterEach, beforeEach, expect, test } from 'vitest';
import { newDeployment } from '../domain/deployment.ts';
import { fail } from '../domain/failure.ts';
import { insertDeployment } from '../store/deployments.ts';
import { statement, testDatabase } from '../store/testing/database.ts';
import { newDeploymentOf } from '../store/testing/samples.ts';
import { compareRecord, findDrift } from './find-drift.ts';
import { restoreServing } from './restore-serving.ts';
import { rollBack } from './roll-back.ts';
import { stopEnvironment } from './stop-environment.ts';
import { answered, openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let release = '';
beforeEach(async () => {
  world = await openTestWorld(database.store(), `drift${(count += 1)}`);
  release = (await world.deploy('staging', '1.0.0')).plan.release.id;
});
afterEach(() => world.close());

const found = () => findDrift(world, world.project, world.project.environments[0]!);
const drift = async () => (await found()).differences;
const compared = (environment = 'staging') => compareRecord(world, world.project, environment);
const proxy = (over: object) => world.proxy.states.set('staging', { ...world.proxy.states.get('staging')!, ...over });

test('what runs as recorded differs in nothing, and where nothing serves there is nothing to differ from', async () => {
  expect(await drift()).toEqual([]);
  expect(await compared()).toEqual({
    ...{ status: 'compared', environment: 'staging', recorded: '1.0.0', differences: [] },
    release: expect.stringMatching(/^rel_/),
  });
  expect(await compared('production')).toEqual({ status: 'empty', environment: 'production' });
});

test('F082 a service that is gone, or of another release', async () => {
  const [instance] = world.driver.running.get('staging/blue')!;
  world.driver.running.set('staging/blue', [{ ...instance!, releaseId: 'rel_byhand' }]);
  expect(await drift()).toEqual(['backend runs rel_byhand']);
  world.driver.running.clear();
  expect(await drift()).toEqual(['backend does not run']);
});

test('F082 what a driver finds otherwise than it was started', async () => {
  const [instance] = world.driver.running.get('staging/blue')!;
  const differences = ['runs another image', 'runs another command'];
  world.driver.running.set('staging/blue', [{ ...instance!, differences }]);
  expect(await drift()).toEqual(['backend runs another image', 'backend runs another command']);
});

test('F082 copies that are missing are said; no command is promised that would bring them, and a change beside them keeps its own', async () => {
  const [instance] = world.driver.running.get('staging/blue')!;
  const missingCopies = 'runs 1 of 2 copies; the swarm starts what is missing';
  world.driver.running.set('staging/blue', [{ ...instance!, missingCopies }]);
  expect(await found()).toEqual({ differences: [`backend ${missingCopies}`], mends: [] });
  world.driver.running.set('staging/blue', [{ ...instance!, missingCopies, differences: ['runs another image'] }]);
  expect(await found()).toEqual({
    differences: ['backend runs another image', `backend ${missingCopies}`],
    mends: [expect.stringMatching(/"greenroom rollback staging --to rel_\w+" replaces backend/)],
  });
});

test('F082 a proxy that is gone, or points elsewhere: another release, colour, place, or nowhere', async () => {
  const [instance] = world.driver.running.get('staging/blue')!;
  const place = `127.0.0.1:${instance!.port}`;
  proxy({ services: { backend: { host: '127.0.0.1', port: 1 } } });
  expect(await drift()).toEqual([`its proxy sends backend to 127.0.0.1:1, which listens on ${place}`]);
  proxy({ services: {} });
  expect(await drift()).toEqual([`its proxy sends backend to nothing, which listens on ${place}`]);
  proxy({ release: 'rel_byhand' });
  expect(await drift()).toEqual(['its proxy points to rel_byhand (blue)']);
  proxy({ release, colour: 'green' });
  expect(await drift()).toEqual([`its proxy points to ${release} (green)`]);
  proxy({ release: null, colour: null });
  expect(await drift()).toEqual(['its proxy points to nothing']);
  world.proxy.states.set('staging', null);
  expect(await drift()).toEqual(['its proxy does not run']);
});

test('F082 a proxy that says it serves, and whose public address nobody can reach, is drift', async () => {
  const { request } = world.effects([]).http;
  const effects = world.effects.bind(world);
  let answer: Awaited<ReturnType<typeof request>> | null = null;
  const refused = {
    status: 'unreachable',
    reason: 'connection refused',
    errorCode: 'ECONNREFUSED',
    durationMs: 1,
  } as const;
  Object.assign(world, {
    effects: (more: readonly string[]) => ({
      ...effects(more),
      http: {
        request: async (asked: Parameters<typeof request>[0]) =>
          asked.url.includes(':4001/') && answer ? answer : request(asked, new AbortController().signal),
      },
    }),
  });
  expect(await drift()).toEqual([]);
  answer = refused;
  expect(await drift()).toEqual(['nobody answers at its public address 127.0.0.1:4001 (backend): connection refused']);
  answer = answered(200, { release: 'rel_other' });
  expect(await drift()).toEqual(['its public address 127.0.0.1:4001 (backend) answers for "rel_other"']);
  answer = answered(503, { status: 'closed' });
  expect(await drift()).toEqual([
    'its public address 127.0.0.1:4001 (backend) answers with status 503 and names no release',
  ]);
  // How well it is, is asked elsewhere.
  answer = answered(503, { release });
  expect(await drift()).toEqual([]);
});

test('F082 the address of each of several proxies is asked, and one that does not run is named', async () => {
  const address = (port: number) => ({ backend: { host: '127.0.0.1', port } });
  world.proxy.others = [address(world.driver.running.get('staging/blue')![0]!.port)];
  expect(await drift()).toEqual([]);
  world.proxy.others = [address(4_999)];
  expect(await drift()).toEqual([
    'nobody answers at its public address 127.0.0.1:4999 (backend): nothing listens there',
  ]);
  world.proxy.states.set('staging', null);
  const { open } = world.proxy;
  const down = { down: async () => ['two', 'four'] };
  Object.assign(world.proxy, { open: (...place: Parameters<typeof open>) => ({ ...open(...place), ...down }) });
  expect(await drift()).toEqual(['its proxy "two" does not run', 'its proxy "four" does not run']);
});

test('F082 what cannot be asked is no agreement', async () => {
  const { open } = world.proxy;
  const deaf = { current: () => Promise.reject(new Error('nobody answers')) };
  Object.assign(world.proxy, { open: (...place: Parameters<typeof open>) => ({ ...open(...place), ...deaf }) });
  expect(await drift()).toEqual(['its proxy cannot be asked: nobody answers']);
  Object.assign(world.driver, { observe: () => Promise.reject(new Error('no such machine')) });
  expect(await drift()).toEqual(['it cannot be compared with its record: no such machine']);
  expect(await compared()).toMatchObject({ status: 'blind', reason: 'no such machine' });
});

test('F082 what is said to mend it does: what has gone is started, what runs changed is replaced by the other colour', async () => {
  const [instance] = world.driver.running.get('staging/blue')!;
  const resume = '"greenroom resume" starts what has gone and points the proxy back';
  const mends = async () => (await found()).mends;
  expect(await mends()).toEqual([]);
  proxy({ release: 'rel_byhand' });
  expect(await mends()).toEqual([resume]);
  await restoreServing(world, world.project);
  expect(await found()).toEqual({ differences: [], mends: [] });
  world.driver.running.clear();
  expect(await mends()).toEqual([resume]);
  await restoreServing(world, world.project);
  expect(await found()).toEqual({ differences: [], mends: [] });
  const again = world.driver.running.get('staging/blue')![0]!;
  world.driver.running.set('staging/blue', [{ ...again, differences: ['runs another image'] }]);
  const [replaces, ...more] = await mends();
  expect([replaces, more]).toEqual([
    expect.stringMatching(/"greenroom rollback staging --to rel_\w+" replaces backend/),
    [],
  ]);
  expect(await restoreServing(world, world.project)).toEqual([]);
  const question = {
    project: world.project,
    environment: 'staging',
    to: '1.0.0',
    actor: 'ada',
    reason: 'a strange container',
  };
  const back = await rollBack(world, question);
  if (back.kind !== 'redeploy') throw new Error('a flip');
  expect((await world.settled(back.deployment.id)).ending?.as).toBe('live');
  expect(await found()).toEqual({ differences: [], mends: [] });
  expect([instance!.releaseId, world.driver.running.get('staging/blue')]).toEqual([release, []]);
});

test('F082 a proxy that sends to another place than where the service listens is pointed back', async () => {
  proxy({ services: { backend: { host: '127.0.0.1', port: 1 } } });
  expect((await found()).mends).toHaveLength(1);
  await restoreServing(world, world.project);
  expect(await found()).toEqual({ differences: [], mends: [] });
});

test('what still runs where by the record nothing serves is said', async () => {
  const [instance] = world.driver.running.get('staging/blue')!;
  await stopEnvironment(world, world.project, 'staging', 'ada');
  expect(await drift()).toEqual([]);
  world.driver.running.set('staging/green', [{ ...instance!, service: 'old-worker' }]);
  expect(await drift()).toEqual([`old-worker still runs (${release}, green); "greenroom stop staging" ends it`]);
});

test('while a deployment is at work the difference is the work; one that waits hides none', async () => {
  world.driver.running.clear();
  const id = `dep_open_${count}`;
  const order = newDeploymentOf(world.project.name, id);
  await insertDeployment(world.store, { ...order, project: world.project });
  const waits = {
    differences: ['backend does not run'],
    mends: [expect.stringMatching(/"greenroom resume" .* once nothing is in progress there$/)],
  };
  expect(await found()).toEqual(waits);
  const begun = newDeployment(order.plan.steps);
  const stands = (state: object) =>
    statement(database.url(), 'update deployment set state = $1 where id = $2', [JSON.stringify(state), id]);
  await stands(begun);
  expect(await found()).toEqual({ differences: [], mends: [] });
  await stands({ ...begun, hold: { kind: 'conditions', reason: 'waits for docs' } });
  expect(await found()).toEqual(waits);
  // What is held while it moves the traffic is said by its hold.
  const step = { ...order.plan.steps[0]!, kind: 'switch', name: 'switch' };
  await stands({ ...begun, hold: { kind: 'unknown', reason: 'cut off', step } });
  expect(await found()).toEqual({ differences: [], mends: [] });
});

test('what a held first deployment has started is no drift', async () => {
  await stopEnvironment(world, world.project, 'staging', 'ada');
  world.seen.set('docs', 0);
  const held = await world.deploy('staging', '1.1.0');
  expect([held.state?.hold?.kind, [...world.driver.running.values()].flat().length]).toEqual(['conditions', 1]);
  expect(await drift()).toEqual([]);
});

test('a service that runs and is silent is replaced, and a proxy that lets nobody through is freed: resume would leave both', async () => {
  const silent = { status: 'unreachable', reason: 'no answer', errorCode: 'ETIMEDOUT', durationMs: 1 } as const;
  world.answers.set(release, () => silent);
  const [replaces, ...more] = (await found()).mends;
  expect([replaces, more]).toEqual([
    expect.stringMatching(/"greenroom rollback staging --to rel_\w+" replaces backend/),
    [],
  ]);
  expect(await restoreServing(world, world.project)).toEqual([]);
  world.answers.set(release, (url) => (url.includes(':4001/') ? silent : null));
  const free = 'end the process that hangs or is not the proxy\'s ("ss -ltnp" names who listens at 127.0.0.1:4001)';
  expect((await found()).mends).toEqual([expect.stringContaining(free)]);
  const { open } = world.proxy;
  const unsure = {
    current: async () => fail({ code: 'GR7403', message: 'The edge (process 7) gave no sure answer.' }),
  };
  Object.assign(world.proxy, { open: (...place: Parameters<typeof open>) => ({ ...open(...place), ...unsure }) });
  expect(await found()).toEqual({
    differences: ['its proxy cannot be asked: GR7403 The edge (process 7) gave no sure answer.'],
    mends: [expect.stringMatching(/^end the process that hangs .*"greenroom resume" brings back$/)],
  });
});

test('a record of a deployment that is lost compares nothing', async () => {
  await statement(
    database.url(),
    `update environment set serving = jsonb_set(serving, '{deployment}', '"dep_gone"') where project = $1 and name = 'staging'`,
    [world.project.name],
  );
  expect(await compared()).toMatchObject({ status: 'blind' });
  expect(await drift()).toHaveLength(1);
});
