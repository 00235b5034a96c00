import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountOf } from '../../store/accounts.ts';
import { findDeployment, type StoredDeployment } from '../../store/deployments.ts';
import { testDatabase } from '../../store/testing/database.ts';
import { orderDeployment } from '../deploy-release.ts';
import { compareRecord } from '../find-drift.ts';
import { planDeployment } from '../plan-deployment.ts';
import { rollBack } from '../roll-back.ts';
import { acceptCondition } from '../settle.ts';
import { openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
const line = 'preflight/drift';
let count = 0;
let world: TestWorld;
let at: (point: string) => Promise<void> = async () => {};
beforeEach(async () => {
  at = async () => {};
  world = await openTestWorld(database.store(), `p${(count += 1)}`, { reach: (point) => at(point) });
  // Nothing holds but what holds by itself.
  const environments = world.project.environments.map((each) => ({
    ...each,
    // oxlint-disable-next-line unicorn/no-thenable -- the configuration's own word; nobody awaits it
    conditional: { ...each.conditional, then: 'proceed' as const },
  }));
  Object.assign(world.project, { environments });
});
afterEach(() => world.close());

const lineOf = ({ verdict }: StoredDeployment) => verdict?.lines.find((each) => each.name === line);
const pointed = (environment: string) => world.proxy.done.filter((each) => each.startsWith(`point ${environment} `));
const ordered = async (environment: string, version: string): Promise<string> => {
  const { plan } = await planDeployment(world, world.project, environment, version);
  const rest = { actor: 'ada', reason: null, bindToPlan: false, supersede: 'queued' } as const;
  return (await orderDeployment(world, { project: world.project, plan, ...rest })).id;
};
const promote = async (version: string) => world.settled(await ordered('production', version));
const stored = async (id: string) => (await world.store.read((rows) => findDeployment(rows, id)))!;
const accepted = (environment: string) => acceptCondition(world, world.project.name, line, 'grace', environment);
/** 1.0.0 serves both environments, 1.1.0 is proven in staging. */
async function bothServe(): Promise<void> {
  for (const version of ['1.0.0', '1.1.0']) {
    await world.deploy('staging', version);
    if (version === '1.0.0') expect((await promote(version)).ending?.as).toBe('live');
  }
}
function byHand(environment: string): void {
  const state = world.proxy.states.get(environment)!;
  world.proxy.states.set(environment, { ...state, release: 'rel_byhand' });
}

test('F082 what runs as recorded is said with the verdict, and nobody is asked', async () => {
  await bothServe();
  const live = await promote('1.1.0');
  expect([live.ending?.as, live.verdict?.decision]).toEqual(['live', 'go']);
  expect(lineOf(live)).toMatchObject({
    ...{ outcome: 'pass', phase: 'preflight', kind: 'drift', blocking: true },
    reason: 'production runs 1.0.0 as recorded, staging runs 1.1.0 as recorded',
  });
});

test('F082 packages beside the release that are not those of the proof hold the promotion', async () => {
  world.packages.beside = 'beside:one';
  await bothServe();
  world.packages.beside = 'beside:two';
  const held = await promote('1.1.0');
  expect(held.state?.hold).toEqual({ kind: 'conditions', reason: `waits for ${line}` });
  expect(lineOf(held)).toMatchObject({
    outcome: 'warn',
    reason: expect.stringContaining(
      'the packages beside release 1.1.0, which it loads, were changed since it was proven',
    ),
  });
});

test('F082 packages beside the release that are those of the proof say nothing, whatever the version before loaded', async () => {
  world.packages.beside = 'beside:one';
  await world.deploy('staging', '1.0.0');
  await promote('1.0.0');
  world.packages.beside = 'beside:two';
  await world.deploy('staging', '1.1.0');
  expect((await promote('1.1.0')).ending?.as).toBe('live');
});

test('F082 a change by hand holds the promotion before traffic moves, until somebody says that they know', async () => {
  await bothServe();
  byHand('production');
  const before = pointed('production').length;
  const held = await promote('1.1.0');
  expect(held.state?.hold).toEqual({ kind: 'conditions', reason: `waits for ${line}` });
  expect(pointed('production').length).toBe(before);
  expect(lineOf(held)).toMatchObject({
    outcome: 'warn',
    reason: 'production is not as recorded (1.0.0): its proxy points to rel_byhand (blue)',
    findings: [
      { name: 'production', outcome: 'warn', value: 'its proxy points to rel_byhand (blue)' },
      { name: 'staging', outcome: 'pass' },
    ],
  });
  await accepted('production');
  await expect.poll(async () => (await world.settled(held.id)).ending?.as, { timeout: 10_000 }).toBe('live');
});

test('F082 what the driver finds otherwise than it was started holds the promotion, in production and where the proof comes from', async () => {
  await bothServe();
  const differences = ['runs in a container that Greenroom did not start (web), with another image'];
  for (const [place, all] of world.driver.running)
    world.driver.running.set(
      place,
      all.map((each) => ({ ...each, differences })),
    );
  const before = pointed('production').length;
  const held = await promote('1.1.0');
  expect(held.state?.hold).toEqual({ kind: 'conditions', reason: `waits for ${line}` });
  expect(lineOf(held)?.reason).toBe(
    `production is not as recorded (1.0.0): backend ${differences[0]}; staging is not as recorded (1.1.0): backend ${differences[0]}`,
  );
  expect(pointed('production').length).toBe(before);
  await accepted('production');
  await expect.poll(async () => (await world.settled(held.id)).ending?.as, { timeout: 10_000 }).toBe('live');
});

test('F082 a promotion is held by a change where its proof comes from, too', async () => {
  await bothServe();
  world.driver.running.set('staging/green', []);
  const held = await promote('1.1.0');
  expect(held.state?.hold?.reason).toBe(`waits for ${line}`);
  expect(lineOf(held)?.reason).toBe('staging is not as recorded (1.1.0): backend does not run');
});

test('F082 also the first promotion looks where its proof comes from', async () => {
  await world.deploy('staging', '1.0.0');
  byHand('staging');
  expect((await promote('1.0.0')).state?.hold?.reason).toBe(`waits for ${line}`);
});

test('F082 in the first environment it is owed, and nothing is promoted from there before it is accepted', async () => {
  await world.deploy('staging', '1.0.0');
  world.driver.running.clear();
  const live = await world.deploy('staging', '1.1.0');
  expect([live.ending?.as, live.verdict?.decision]).toEqual(['live', 'conditional-go']);
  expect(live.verdict?.conditions.map((each) => each.id)).toEqual([line]);
  const obstacles = async () =>
    (await planDeployment(world, world.project, 'production', '1.1.0')).obstacles.map((each) => each.code);
  expect(await obstacles()).toEqual(['GR4107']);
  await accepted('staging');
  expect(await obstacles()).toEqual([]);
});

test('F082 what cannot be looked at is not judged: nothing is started', async () => {
  await world.deploy('staging', '1.0.0');
  const begun = world.driver.done.length;
  Object.assign(world.driver, { observe: () => Promise.reject(new Error('the disk is gone')) });
  const ended = await world.deploy('staging', '1.1.0');
  expect(ended.ending?.as).toBe('could-not-judge');
  expect(lineOf(ended)).toMatchObject({ outcome: 'error', reason: expect.stringContaining('the disk is gone') });
  expect(world.driver.done.length).toBe(begun);
});

test('F082 where nothing serves nothing differs, and a rollback is never held', async () => {
  const first = await world.deploy('staging', '1.0.0');
  expect(first.plan.steps.map((each) => each.kind)).not.toContain('drift');
  await world.deploy('staging', '1.1.0');
  byHand('staging');
  const answer = await rollBack(world, {
    ...{ project: world.project, environment: 'staging', to: null, actor: 'ada', reason: 'it is slow' },
  });
  if (answer.kind !== 'redeploy') throw new Error('a flip');
  const back = await world.settled(answer.deployment.id);
  expect([back.ending?.as, back.verdict?.decision]).toEqual(['live', 'go']);
});

test('F082 a release whose record is lost is compared by its id', async () => {
  const { plan } = await world.deploy('staging', '1.0.0');
  await world.store.change((rows) => rows.deleteFrom('release').where('id', '=', plan.release.id).execute());
  const recorded = plan.release.id;
  expect(await compareRecord(world, world.project, 'staging')).toMatchObject({ recorded, differences: [] });
  world.driver.running.clear();
  expect(await compareRecord(world, world.project, 'staging')).toMatchObject({
    recorded,
    differences: ['backend does not run'],
  });
});

test('F069 F082 while the traffic of staging moves it is waited for, and its way is no drift', async () => {
  await bothServe();
  await world.release('1.2.0');
  const moves = Promise.withResolvers<void>();
  at = async (point) => void (point === 'switch:inside' && (await moves.promise));
  const staged = await ordered('staging', '1.2.0');
  const status = async () => (await world.store.read((rows) => accountOf(rows, staged)))?.status;
  await expect.poll(status, { timeout: 10_000 }).toBe('switch');
  const waits = world.time.now + 1_000;
  const look = compareRecord(world, world.project, 'staging');
  await expect.poll(() => world.time.now, { timeout: 10_000 }).toBeGreaterThan(waits);
  at = async () => {};
  moves.resolve();
  expect(await look).toMatchObject({ status: 'compared', recorded: '1.2.0', differences: [] });
  expect((await world.settled(staged)).ending?.as).toBe('live');
});

test('F082 a switch of staging that nobody can answer for makes its proof doubtful', async () => {
  await bothServe();
  await world.release('1.2.0');
  at = async (point) => {
    if (point === 'traffic:claimed') throw new Error('the proxy is gone');
  };
  const unknown = await world.settled(await ordered('staging', '1.2.0'));
  expect(unknown.state?.hold?.kind).toBe('unknown');
  at = async () => {};
  const held = await promote('1.1.0');
  expect(lineOf(held)).toMatchObject({
    outcome: 'warn',
    reason: `staging cannot be compared with its record: deployment ${unknown.number} is moving its traffic`,
  });
  expect((await stored(held.id)).status).toBe('held');
});
