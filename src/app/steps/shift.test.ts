import { countByAge } from '../../domain/waiting-requests.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountOf } from '../../store/accounts.ts';
import { listDeployments, type StoredDeployment } from '../../store/deployments.ts';
import { servingIn } from '../../store/environments.ts';
import { testDatabase } from '../../store/testing/database.ts';
import { compareRecord } from '../find-drift.ts';
import { goBack } from '../go-back.ts';
import { loadOf } from '../testing/fake-plugs.ts';
import { answered, openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `p${(count += 1)}`);
  const environments = world.project.environments.map((each) => ({
    ...each,
    shift: { percents: [25, 50], forMs: 2_000 },
  }));
  Object.assign(world.project, { environments });
});
afterEach(() => world.close());

const account = async ({ id }: StoredDeployment) => (await world.store.read((rows) => accountOf(rows, id)))!;
const steps = async (deployment: StoredDeployment) =>
  (await account(deployment)).steps.filter(({ phase, kind }) => phase === null && kind !== 'admit');
const serving = async () =>
  (await world.store.read((rows) => servingIn(rows, world.project.name, 'staging')))?.releaseId ?? null;
const pointings = () => world.proxy.done.filter((each) => each.startsWith('point staging'));

async function first(): Promise<string> {
  const live = await world.deploy('staging', '1.0.0');
  expect((await steps(live)).map(({ name }) => name)).toEqual(['switch', 'bake']);
  return live.plan.release.id;
}

test('a good release gets a quarter, a half, and all of it, each watched, and is recorded as serving only then', async () => {
  const old = await first();
  const seen: unknown[] = [];
  for (const name of ['bake-25', 'bake-50', 'bake'])
    world.reached[`${name}:inside`] = async () => {
      const compared = await compareRecord(world, world.project, 'staging');
      seen.push([name, await serving(), compared.status === 'compared' ? compared.differences : compared.status]);
    };
  const live = await world.deploy('staging', '1.1.0');
  expect(live.ending?.as).toBe('live');
  const fresh = live.plan.release.id;
  expect(pointings().slice(1)).toEqual([
    `point staging blue ${old} beside green ${fresh} 25 %`,
    `point staging blue ${old} beside green ${fresh} 50 %`,
    `point staging green ${fresh}`,
  ]);
  const done = await steps(live);
  expect(done.map(({ name, status }) => `${name} ${status}`)).toEqual(
    ['switch-25', 'bake-25', 'switch-50', 'bake-50', 'switch', 'bake', 'drain', 'stop'].map((name) => `${name} done`),
  );
  expect(done.map(({ facts }) => facts?.['percent'])).toEqual([25, 25, 50, 50, ...Array<undefined>(4)]);
  expect(done[1]!.facts).toMatchObject({ watchedSeconds: 2, failedProbes: 0 });
  expect(new Set(seen.map((each) => JSON.stringify(each)))).toEqual(
    new Set(
      [
        ['bake-25', old, []],
        ['bake-50', old, []],
        ['bake', fresh, []],
      ].map((each) => JSON.stringify(each)),
    ),
  );
});

test('F076 a share that gets bad answers is handed back at that step, and the old version has everything', async () => {
  const old = await first();
  world.proxy.loads = () => {
    const { beside } = world.proxy.states.get('staging')!;
    const isHalf = beside?.gets.kind === 'share' && beside.gets.percent === 50;
    return [
      loadOf('blue', { requests: 900 }),
      loadOf('green', isHalf ? { requests: 100, status5xx: 30 } : { requests: 60 }),
    ];
  };
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({ as: 'rolled-back', reason: expect.stringContaining('answered with 5xx') });
  expect((await steps(bad)).map(({ name }) => name)).toEqual([
    ...['switch-25', 'bake-25', 'switch-50', 'bake-50'],
    ...['switch-back', 'verify-back', 'drain-new', 'stop-new'],
  ]);
  expect(pointings().at(-1)).toBe(`point staging blue ${old}`);
  expect(world.proxy.states.get('staging')).not.toHaveProperty('beside');
  expect([await serving(), world.driver.running.get('staging/green')]).toEqual([old, []]);
});

test('probes of a share ask the new version, however small its share is', async () => {
  await first();
  const { id } = await world.release('1.1.0');
  let publicly = 0;
  const port = String(world.project.environments[0]!.ports['backend']);
  world.answers.set(id, (url) => {
    if (new URL(url).port !== port) return answered(200, { release: id });
    publicly += 1;
    return publicly > 2 ? answered(500, {}) : answered(200, { release: id });
  });
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({ as: 'rolled-back', reason: expect.stringMatching(/probes failed.*answered 500/) });
  expect((await steps(bad)).map(({ name }) => name).slice(0, 3)).toEqual(['switch-25', 'bake-25', 'switch-back']);
});

test('F074 a proxy that says it shares and does not is found out before the share counts as moved', async () => {
  const old = await first();
  const { targetFor } = world.proxy;
  world.proxy.targetFor = (environment) => targetFor(environment);
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringContaining(`not ${bad.plan.release.id}`),
  });
  expect((await steps(bad)).map(({ name }) => name).slice(0, 2)).toEqual(['switch-25', 'switch-back']);
  expect(await serving()).toBe(old);
});

test('a proxy that is too old for a share moves nothing, and the old version goes on with everything', async () => {
  const old = await first();
  world.proxy.isOld = true;
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toEqual({ as: 'rolled-back', reason: 'GR7437 the proxy is too old' });
  expect((await steps(bad))[0]!.facts).toEqual({ moved: false });
  expect([await serving(), pointings().at(-1)]).toEqual([old, `point staging blue ${old}`]);
});

test('F076 what exits between two shares had users already', async () => {
  await first();
  world.reached['switch-50:before'] = () => void world.driver.running.set('staging/green', []);
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toEqual({ as: 'rolled-back', reason: 'backend exited after it was proven' });
  const last = (await steps(bad)).find(({ name }) => name === 'switch-50')!;
  expect(last.facts).toEqual({ ended: true, moved: true });
});

test('F082 a share that somebody has changed at the proxy is not watched as if it stood', async () => {
  const old = await first();
  world.reached['bake-25:inside'] = () => {
    const state = world.proxy.states.get('staging')!;
    if (state.beside)
      world.proxy.states.set('staging', { ...state, beside: { ...state.beside, gets: { kind: 'share', percent: 5 } } });
  };
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({ as: 'rolled-back', reason: 'the new version does not have 25 % of the traffic' });
  expect((await steps(bad)).find(({ name }) => name === 'bake-25')!.facts).toMatchObject({ byHand: true });
  expect([await serving(), pointings().at(-1)]).toEqual([old, `point staging blue ${old}`]);
});

test('cancelled while it shares, the old version gets everything back', async () => {
  const old = await first();
  world.reached['bake-25:inside'] = async () => {
    const asked = { environment: 'staging', open: true, limit: 1 };
    const [open] = await world.store.read((rows) => listDeployments(rows, world.project.name, asked));
    await goBack(world, open!.id, { as: 'cancelled', by: 'ada', reason: 'no' });
  };
  const cancelled = await world.deploy('staging', '1.1.0');
  expect([cancelled.ending?.as, await serving(), pointings().at(-1)]).toEqual([
    'cancelled',
    old,
    `point staging blue ${old}`,
  ]);
});

test('long polls that move over share by share wait no longer than they did, and are no reason to go back', async () => {
  const environments = world.project.environments.map((each) => ({ ...each, bake: { ...each.bake, forMs: 60_000 } }));
  Object.assign(world.project, { environments });
  await first();
  // Sixty callers, each with a question that takes half a minute.
  let [percent, beganAt] = [0, 0];
  for (const [name, share] of Object.entries({ 'switch-25': 25, 'switch-50': 50, switch: 100 }))
    world.reached[`${name}:inside`] = () => void ([percent, beganAt] = [share, world.time.now]);
  const agesMs = (oldestMs: number, count: number) => Array.from({ length: count }, (_, i) => (oldestMs * i) / count);
  const answeredSince = () => Math.floor((2 * (world.time.now - beganAt)) / 1_000);
  world.proxy.loads = () => [
    // Those that were asked before stay a while where they are.
    loadOf('blue', { httpInFlight: percent === 100 ? 6 : 60, requests: 1_000, slowestAnswerMs: 30_010 }),
    loadOf('green', {
      ...{ httpInFlight: (60 * percent) / 100, requests: answeredSince(), countedSinceAt: beganAt },
      unanswered: countByAge(agesMs(Math.min(30_000, world.time.now - beganAt), (60 * percent) / 100)),
    }),
  ];
  const live = await world.deploy('staging', '1.1.0');
  expect(live.ending).toMatchObject({ as: 'live' });
});
