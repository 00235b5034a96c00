import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Failure, FailureError } from '../domain/failure.ts';
import { accountOf } from '../store/accounts.ts';
import { listDeployments } from '../store/deployments.ts';
import { servingIn } from '../store/environments.ts';
import { testDatabase } from '../store/testing/database.ts';
import { goBack } from './go-back.ts';
import { requireKeptBytes } from './kept-bytes.ts';
import { orderDeployment } from './deploy-release.ts';
import { findWayBack } from './find-way-back.ts';
import { planDeployment } from './plan-deployment.ts';
import { rollBack, type Rollback } from './roll-back.ts';
import { answered, openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let bakes: Promise<void> | null = null;
beforeEach(async () => {
  bakes = null;
  const reach = async (point: string) => void (point === 'bake:before' && (await bakes));
  world = await openTestWorld(database.store(), `now${(count += 1)}`, { reach });
});
afterEach(() => world.close());

const question = (to: string | null = null) =>
  ({ project: world.project, environment: 'staging', to, urgent: true }) as const;
const back = (to: string | null = null): Promise<Rollback> =>
  rollBack(world, { ...question(to), actor: 'ada', reason: 'it burns' });
const refusalOf = (work: Promise<unknown>): Promise<readonly Failure[]> =>
  work.then(
    () => [],
    (error: FailureError) => error.failures,
  );
const serving = async () =>
  (await world.store.read((rows) => servingIn(rows, world.project.name, 'staging')))?.releaseId ?? null;
const stepsOf = async (id: string) => (await world.store.read((rows) => accountOf(rows, id)))!.steps;
const verification = async (id: string) => (await stepsOf(id)).findLast(({ kind }) => kind.startsWith('verify'))?.facts;
const points = () => world.proxy.done.filter((each) => each.startsWith('point'));
const everDeployed = () => world.store.read((rows) => listDeployments(rows, world.project.name));

/** A deployment that bakes until it is let go. */
async function baking(version: string) {
  const gate = Promise.withResolvers<void>();
  bakes = gate.promise;
  const { plan } = await planDeployment(world, world.project, 'staging', (await world.release(version)).id);
  world.time.now += 1;
  const rest = { actor: 'ada', reason: null, bindToPlan: false, supersede: 'queued' } as const;
  const { id } = await orderDeployment(world, { project: world.project, plan, ...rest });
  const status = async () => (await world.store.read((rows) => accountOf(rows, id)))?.status;
  await expect.poll(status, { timeout: 10_000 }).toBe('bake');
  return { id, letGo: () => gate.resolve() };
}

describe('the old version still runs', () => {
  test('one switch, then health and the checks of the phase health are asked of what serves', async () => {
    const first = await world.deploy('staging', '1.0.0');
    const { id, letGo } = await baking('1.1.0');
    world.proxy.done.length = 0;
    expect(await back()).toEqual({ kind: 'flip', deployment: id, over: [id] });
    letGo();
    const ended = await world.settled(id);
    expect(ended.ending?.as).toBe('rolled-back');
    expect(points()).toEqual([`point staging blue ${first.plan.release.id}`]);
    expect(await serving()).toBe(first.plan.release.id);
    expect((await stepsOf(id)).slice(-4).map(({ kind }) => kind)).toEqual([
      ...['switch-back', 'verify-back', 'drain-new', 'stop-new'],
    ]);
    expect(await verification(id)).toMatchObject({ outcome: 'pass', release: first.plan.release.id, checks: 2 });
    const { results } = (await world.store.read((rows) => accountOf(rows, id)))!;
    const verified = results.filter(({ name }) => name.startsWith('verify/'));
    expect(verified.map(({ name, releaseRevision }) => [name, releaseRevision])).toEqual(
      expect.arrayContaining(
        ['public', 'smoke', 'docs'].map((name) => [`verify/${name}`, first.plan.release.revision]),
      ),
    );
  });

  test('each of several proxies is asked after the switch, and one that lets nobody through is no pass', async () => {
    await world.deploy('staging', '1.0.0');
    const { id, letGo } = await baking('1.1.0');
    world.proxy.others = [{ backend: { host: '127.0.0.1', port: 4_999 } }];
    await back();
    letGo();
    await world.settled(id);
    expect(await verification(id)).toMatchObject({
      outcome: 'fail',
      said: expect.stringContaining('backend health at 127.0.0.1:4999: nothing listens there'),
    });
  });

  test.each([
    ['a check that fails is said', 'fail', 'smoke', () => world.seen.set('smoke', 2)],
    ['one that blocks nothing is said too', 'pass', 'docs', () => world.seen.set('docs', 2)],
    [
      'a check that cannot be measured is no pass',
      'error',
      'smoke',
      () => world.seen.set('smoke', async () => ({ status: 'not-measured', reason: 'nobody is there' })),
    ],
  ] as const)('%s; the way back is gone to its end', async (_, outcome, check, spoil) => {
    const first = await world.deploy('staging', '1.0.0');
    const { id, letGo } = await baking('1.1.0');
    spoil();
    await back();
    letGo();
    expect((await world.settled(id)).ending?.as).toBe('rolled-back');
    expect(await verification(id)).toMatchObject({ outcome, said: expect.stringContaining(`not ${check}`) });
    expect([await serving(), world.driver.running.get('staging/green')]).toEqual([first.plan.release.id, []]);
  });

  test('another release behind the public address fails it, whatever the service itself says', async () => {
    const first = await world.deploy('staging', '1.0.0');
    const { id, letGo } = await baking('1.1.0');
    const isPublic = (url: string) => url.includes(':4001/');
    world.answers.set(first.plan.release.id, (url) => (isPublic(url) ? answered(200, { release: 'rel_other' }) : null));
    await back();
    letGo();
    await world.settled(id);
    expect(await verification(id)).toMatchObject({ outcome: 'fail', said: expect.stringContaining('rel_other') });
  });

  test('naming the release that still runs is the same flip', async () => {
    await world.deploy('staging', '1.0.0');
    const { id, letGo } = await baking('1.1.0');
    expect(await back('1.0.0')).toEqual({ kind: 'flip', deployment: id, over: [id] });
    letGo();
    expect((await world.settled(id)).ending?.as).toBe('rolled-back');
  });

  test('with nobody to switch to, nobody is left in the dark', async () => {
    const { id, letGo } = await baking('1.0.0');
    await expect(back()).rejects.toThrow(/GR4330/);
    letGo();
    expect((await world.settled(id)).ending?.as).toBe('live');
  });

  test('F078 pressed again when it is over, it does not go two releases back; naming one does', async () => {
    const older = [await world.deploy('staging', '1.0.0'), await world.deploy('staging', '1.1.0')];
    const { id, letGo } = await baking('1.2.0');
    await back();
    letGo();
    await world.settled(id);
    await expect(back()).rejects.toThrow(/GR4331/);
    const failures = await refusalOf(back());
    const [oldest, serves] = [older[0]!.plan.release.id, older[1]!.plan.release.id];
    expect(failures[0]!.do).toBe(
      `To leave 1.1.0 (${serves}), which serves, and go back to 1.0.0 (${oldest}): "greenroom rollback staging --now --to ${oldest}".`,
    );
    const further = await back(oldest);
    if (further.kind !== 'redeploy') throw new Error('a flip');
    expect((await world.settled(further.deployment.id)).ending?.as).toBe('live');
  });

  test.each([
    ['a moment ago', 60_000, true],
    ['long ago', 3_600_000, false],
  ])(
    'F078 somebody has cancelled the newest %s: one that served untouched is not left in a hurry',
    async (_, agoMs, isRefused) => {
      for (const version of ['1.0.0', '1.1.0']) await world.deploy('staging', version);
      const { id, letGo } = await baking('1.2.0');
      await goBack(world, id, { as: 'cancelled', by: 'ada', reason: 'no' });
      letGo();
      expect((await world.settled(id)).ending?.as).toBe('cancelled');
      world.time.now += agoMs;
      if (isRefused) {
        await expect(back()).rejects.toThrow(/GR4331.*ended as cancelled/);
        const failures = await refusalOf(back());
        const command =
          /^To leave 1\.1\.0 \(.*\), which serves, and go back to 1\.0\.0 \((.*)\): "greenroom rollback staging --now --to \1"\.$/;
        expect(failures[0]!.do).toMatch(command);
      } else expect(await back()).toMatchObject({ kind: 'redeploy' });
    },
  );

  test('F080 neither gets well: it holds, and another way is not queued behind it in silence', async () => {
    await world.deploy('staging', '0.9.0');
    const first = await world.deploy('staging', '1.0.0');
    const { id, letGo } = await baking('1.1.0');
    world.driver.running.delete('staging/green');
    world.stored.set(first.plan.release.parts.artifacts['tree']!, 'other bytes');
    await back();
    letGo();
    expect((await world.settled(id)).status).toBe('held');
    expect(await findWayBack(world, question())).toMatchObject({ kind: 'attach', deployment: { id } });
    await expect(back('0.9.0')).rejects.toThrow(/GR4332/);
  });
});

describe('the old version is gone', () => {
  const switched = async (id: string) => (await stepsOf(id)).map(({ kind }) => kind).join(' ');

  test('its release is deployed again: no check before the switch, no bake, all of them after it', async () => {
    const first = await world.deploy('staging', '1.0.0');
    await world.deploy('staging', '1.1.0');
    const answer = await back();
    if (answer.kind !== 'redeploy') throw new Error('a flip');
    const { id } = answer.deployment;
    const again = await world.settled(id);
    expect([again.ending?.as, await serving()]).toEqual(['live', first.plan.release.id]);
    expect(await switched(id)).toBe('admit prepare start prove decide switch verify drain stop');
    expect(await verification(id)).toMatchObject({ outcome: 'pass', checks: 2 });
  });

  test('what is not verified holds while both run, and a person chooses', async () => {
    await world.deploy('staging', '1.0.0');
    const second = await world.deploy('staging', '1.1.0');
    world.seen.set('smoke', 2);
    const answer = await back();
    if (answer.kind !== 'redeploy') throw new Error('a flip');
    const { id } = answer.deployment;
    const held = await world.settled(id);
    expect([held.status, held.state?.hold?.reason]).toEqual(['held', expect.stringContaining('not smoke')]);
    expect(['blue', 'green'].map((colour) => world.driver.running.get(`staging/${colour}`)?.length)).toEqual([1, 1]);
    await world.engine.tell(id, { kind: 'resolve', choice: 'go-back', by: 'ada' }, 'choice');
    const over = () => world.store.read(async (rows) => (await accountOf(rows, id))?.ending?.as);
    await expect.poll(over, { timeout: 10_000 }).toBe('cancelled');
    expect(await serving()).toBe(second.plan.release.id);
  });

  test('F078 two at once: one deployment, which both follow', async () => {
    await world.deploy('staging', '1.0.0');
    await world.deploy('staging', '1.1.0');
    const before = (await everDeployed()).length;
    const [one, two] = await Promise.all([back(), back()]);
    if (one.kind !== 'redeploy' || two.kind !== 'redeploy') throw new Error('a flip');
    expect(one.deployment.id).toBe(two.deployment.id);
    expect((await world.settled(one.deployment.id)).ending?.as).toBe('live');
    expect((await everDeployed()).length).toBe(before + 1);
  });

  test('what serves already is not deployed beside itself', async () => {
    await world.deploy('staging', '1.0.0');
    await world.deploy('staging', '1.1.0');
    await expect(back('1.1.0')).rejects.toThrow(/GR4333/);
  });

  test('looking at it says that the bytes to return to are others', async () => {
    const first = await world.deploy('staging', '1.0.0');
    await world.deploy('staging', '1.1.0');
    const way = await findWayBack(world, question());
    await requireKeptBytes(world, way);
    world.stored.set(first.plan.release.parts.artifacts['tree']!, 'other bytes');
    const failures = await refusalOf(requireKeptBytes(world, way));
    expect(failures).toMatchObject([
      { code: 'GR6503', do: expect.stringContaining('"greenroom rollback staging --to <another release>"') },
    ]);
  });

  test('looking at it changes nothing', async () => {
    const first = await world.deploy('staging', '1.0.0');
    await world.deploy('staging', '1.1.0');
    const before = await everDeployed();
    world.proxy.done.length = 0;
    const way = await findWayBack(world, question());
    expect(way).toMatchObject({ kind: 'redeploy', plan: { urgent: true, release: { id: first.plan.release.id } } });
    expect([await everDeployed(), points()]).toEqual([before, []]);
  });
});
