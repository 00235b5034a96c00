import { afterEach, beforeEach, expect, test } from 'vitest';
import { FailureError } from '../../domain/failure.ts';
import { previewHeader } from '../../kinds/beside.ts';
import { accountOf } from '../../store/accounts.ts';
import type { StoredDeployment } from '../../store/deployments.ts';
import { testDatabase } from '../../store/testing/database.ts';
import { readPreview } from '../read-preview.ts';
import { openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `p${(count += 1)}`);
  const environments = world.project.environments.map((each) => ({ ...each, preview: true as const }));
  Object.assign(world.project, { environments });
});
afterEach(() => world.close());

const account = async ({ id }: StoredDeployment) => (await world.store.read((rows) => accountOf(rows, id)))!;
const pointings = () => world.proxy.done.filter((each) => each.startsWith('point staging'));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof FailureError ? error.failures[0]?.code : String(error)),
  );
const ask = () => readPreview(world, world.project, 'staging');

async function first(): Promise<string> {
  const live = await world.deploy('staging', '1.0.0');
  expect((await account(live)).steps.map(({ kind }) => kind)).not.toContain('preview');
  expect(await codeOf(ask())).toBe('GR7438');
  return live.plan.release.id;
}

test('whoever has the secret reaches the new version from its proof to the cut-over; it stands in the proxy alone', async () => {
  const old = await first();
  const seen: Record<string, unknown> = {};
  let secret = '';
  const look = (name: string) => async () => {
    const found = await ask().catch(() => null);
    secret ||= found?.header.split(': ')[1] ?? '';
    const reachedBy = (headers: Record<string, string>) => world.proxy.targetFor('staging', headers)?.services;
    const isOther = reachedBy({ [previewHeader]: secret }) !== reachedBy({});
    seen[name] = [found?.colour ?? null, isOther];
  };
  for (const name of ['deployment/prove:after', 'health:before', 'decision/verdict:after', 'switch:after'])
    world.reached[name] = look(name);
  const live = await world.deploy('staging', '1.1.0');
  expect(live.ending?.as).toBe('live');
  expect(seen).toEqual({
    'deployment/prove:after': [null, false],
    'health:before': ['green', true],
    'decision/verdict:after': ['green', true],
    'switch:after': [null, false],
  });
  const fresh = live.plan.release.id;
  expect(pointings().slice(1)).toEqual([
    `point staging blue ${old} beside green ${fresh} preview`,
    `point staging green ${fresh}`,
  ]);
  const kept = await account(live);
  expect(kept.verdict?.lines.find(({ name }) => name === 'deployment/preview')).toMatchObject({ outcome: 'pass' });
  expect(secret).toMatch(/^[\w-]{32,}$/);
  expect(JSON.stringify(kept)).not.toContain(secret);
});

test('a version that is refused is taken from the proxy before it is stopped', async () => {
  const old = await first();
  const green = () => world.driver.running.get('staging/green') ?? [];
  let runsWhenEnded: number | null = null;
  world.seen.set('smoke', 2);
  const { open } = world.proxy;
  world.proxy.open = (place, config) => {
    const handle = open(place, config);
    return {
      ...handle,
      point: (target) => {
        if (!target.beside && world.proxy.states.get('staging')?.beside) runsWhenEnded = green().length;
        return handle.point(target);
      },
    };
  };
  const refused = await world.deploy('staging', '1.1.0');
  expect(refused.ending?.as).toBe('no-go');
  expect(pointings().at(-1)).toBe(`point staging blue ${old}`);
  expect(world.proxy.states.get('staging')).not.toHaveProperty('beside');
  expect([runsWhenEnded, green().length, await codeOf(ask())]).toEqual([1, 0, 'GR7438']);
});

test.each([
  ['shows the new version to everybody', 'without the secret'],
  ['shows the old version to those who have the secret', 'it says it is release'],
])('a proxy that %s is a no-go, and the preview is over', async (what, reason) => {
  const old = await first();
  world.proxy.targetFor = (environment) => {
    const state = world.proxy.states.get(environment) ?? null;
    return what.includes('everybody') ? (state?.beside ?? state) : state;
  };
  const refused = await world.deploy('staging', '1.1.0');
  expect(refused.ending?.as).toBe('no-go');
  const line = (await account(refused)).verdict?.lines.find(({ name }) => name === 'deployment/preview');
  expect(line).toMatchObject({ outcome: 'fail', reason: expect.stringContaining(reason) });
  expect(pointings().at(-1)).toBe(`point staging blue ${old}`);
});

test('a proxy that is too old for a preview is a no-go that says so', async () => {
  await first();
  world.proxy.isOld = true;
  const refused = await world.deploy('staging', '1.1.0');
  expect(refused.ending).toMatchObject({ as: 'no-go', reason: expect.stringContaining('GR7437') });
});

test('without a step for it the way back asks the proxy for nothing', async () => {
  const environments = world.project.environments.map((each) => {
    const { preview: _, ...rest } = each;
    return rest;
  });
  Object.assign(world.project, { environments });
  const old = await world.deploy('staging', '1.0.0');
  world.seen.set('smoke', 2);
  expect((await world.deploy('staging', '1.1.0')).ending?.as).toBe('no-go');
  expect(pointings()).toEqual([`point staging blue ${old.plan.release.id}`]);
});
