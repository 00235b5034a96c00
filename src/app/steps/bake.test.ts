import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OperationResult } from '../../domain/deployment.ts';
import { gaussian, seededUniform } from '../../domain/statistics/seeded.ts';
import { accountOf } from '../../store/accounts.ts';
import type { StoredDeployment } from '../../store/deployments.ts';
import { testDatabase } from '../../store/testing/database.ts';
import type { RunStep } from '../../workflow/deployment-flow.ts';
import { rejudge } from '../rejudge.ts';
import { openSite } from '../site.ts';
import { answered, openTestWorld, type TestWorld } from '../testing/world.ts';
import { bake } from './bake.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let uniform = seededUniform(1);
beforeEach(async () => {
  world = await openTestWorld(database.store(), `p${(count += 1)}`);
  uniform = seededUniform(9);
  const looks = {
    ...{ everyMs: 10_000, availability: null, latency: [{ service: 'backend', quantile: 0.95, withinMs: 300 }] },
    compare: { allowedRatio: 1.1, detectRatio: 1.2, samples: 40 },
  };
  const environments = world.project.environments.map((each) => ({
    ...each,
    bake: { ...each.bake, forMs: 100_000, everyMs: 900, looks },
  }));
  Object.assign(world.project, { environments });
});
afterEach(() => world.close());

/** The next release of this version answers in about `typicalMs`; null: not at all where it is asked directly. */
async function answers(version: string, typicalMs: number | null): Promise<void> {
  const { id } = await world.release(version);
  const publicPorts = world.project.environments.map((each) => String(each.ports['backend']));
  world.answers.set(id, (url) => {
    const durationMs = (typicalMs ?? 20) * Math.exp(0.1 * gaussian(uniform));
    if (typicalMs === null && !publicPorts.includes(new URL(url).port))
      return { status: 'unreachable', reason: 'cut', errorCode: 'ECONNRESET', durationMs: 1 };
    return { ...answered(200, { release: id }), durationMs };
  });
}

const account = async ({ id }: StoredDeployment) => (await world.store.read((rows) => accountOf(rows, id)))!;
const bakeOf = async (deployment: StoredDeployment) =>
  (await account(deployment)).steps.find((each) => each.kind === 'bake')!;
const looksOf = async (deployment: StoredDeployment, bakeName = /^bake-\d+\/look-/) =>
  (await account(deployment)).results.filter((each) => bakeName.test(each.name));

async function second(typicalMs: number | null, oldMs: number | null = 20): Promise<StoredDeployment> {
  await answers('1.0.0', 20);
  await world.deploy('staging', '1.0.0');
  await answers('1.0.0', oldMs);
  await answers('1.1.0', typicalMs);
  return world.deploy('staging', '1.1.0');
}

test('a release as fast as before passes every look, each kept as evidence with what would have been seen', async () => {
  const live = await second(20);
  expect(live.ending?.as).toBe('live');
  const { facts } = await bakeOf(live);
  expect(facts).toMatchObject({
    looks: 10,
    'backend p95': expect.stringMatching(/^within: 0 of \d+ .*would have been seen/),
    'backend against before': expect.stringMatching(/^within: .*would have been seen/),
  });
  const looks = await looksOf(live);
  expect(looks.map((each) => each.outcome)).toEqual(Array.from({ length: 10 }, () => 'pass'));
  const kept = await account(live);
  expect(kept.evidence[looks.at(-1)!.evidence!]?.plots.map((plot) => plot.title)).toEqual([
    'Looks: backend p95',
    'Looks: backend against before',
  ]);
  expect(rejudge(world, kept).same).toBe(true);
});

test('a slower release is taken back before the end, and the reason states ratio, samples and false alarms', async () => {
  const bad = await second(30);
  expect(bad.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringMatching(/backend against before was 1\.[45]\d*x .*answers against.*false alarms/),
  });
  const looks = await looksOf(bad);
  expect(looks.length).toBeGreaterThan(1);
  expect(looks.length).toBeLessThan(10);
  expect(looks.at(-1)).toMatchObject({ outcome: 'fail', reason: expect.stringContaining('backend against before') });
});

test('an objective that is not kept takes the release back without any old version', async () => {
  await answers('1.0.0', 400);
  const bad = await world.deploy('staging', '1.0.0');
  expect(bad.ending?.as).not.toBe('live');
  expect((await bakeOf(bad)).reason).toMatch(/^backend p95 was .*allowed is at most 5 % slower than 300 ms/);
});

test('F076 without an old version nothing is compared; with one that does not answer it holds and says what is missing', async () => {
  await answers('1.0.0', 20);
  const first = await world.deploy('staging', '1.0.0');
  expect(first.ending?.as).toBe('live');
  expect((await bakeOf(first)).facts).toMatchObject({ 'backend p95': expect.stringMatching(/^within/) });
  expect((await bakeOf(first)).facts).not.toHaveProperty(['backend against before']);
  const held = await second(20, null);
  expect(held.status).toBe('held');
  expect(held.state?.hold?.reason).toMatch(/insufficient data: backend against before .* more samples needed/);
});

/** Answers of an operation, kept as the engine keeps them: whoever comes later finds what was recorded, and nothing else. */
function engineWith(killed: (name: string) => boolean): { run: RunStep; resume: (next: typeof killed) => void } {
  const answers = new Map<string, string>();
  let kill = killed;
  const run: RunStep = async (name, effect) => {
    const known = answers.get(name);
    if (known === undefined) {
      const answer = await effect(new AbortController().signal);
      if (kill(name)) throw new Error(`killed in ${name}`);
      answers.set(name, JSON.stringify(answer));
    }
    return JSON.parse(answers.get(name)!) as never;
  };
  return { run, resume: (next) => (kill = next) };
}

test('when the first bad answer came is known, also where a probe met it before the counters of the proxy', async () => {
  await answers('1.0.0', 20);
  await world.deploy('staging', '1.0.0');
  const { id } = await world.release('1.1.0');
  const publicPorts = world.project.environments.map((each) => String(each.ports['backend']));
  let asked = 0;
  // Right when the switch is read back, bad soon after.
  world.answers.set(id, (url) => {
    if (publicPorts.includes(new URL(url).port)) asked += 1;
    return answered(asked > 5 ? 500 : 200, { release: id });
  });
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending).toMatchObject({ as: 'rolled-back', reason: expect.stringContaining('probes failed') });
  const { firstBadAt, faultAt } = (await bakeOf(bad)).facts as { firstBadAt: number; faultAt: number };
  expect(firstBadAt).toBeGreaterThan(0);
  expect(faultAt).toBeGreaterThanOrEqual(firstBadAt);
});

test('F077 a probe that nobody ever answered, within the errors that are tolerated, is no health: it holds', async () => {
  const environments = world.project.environments.map((each) => {
    const { looks: _, ...rules } = each.bake;
    return { ...each, bake: { ...rules, forMs: 5_000, consecutiveErrorLimit: 1_000 } };
  });
  Object.assign(world.project, { environments });
  await answers('1.0.0', 20);
  await world.deploy('staging', '1.0.0');
  const { id } = await world.release('1.1.0');
  const publicPorts = world.project.environments.map((each) => String(each.ports['backend']));
  let asked = 0;
  // Right when the switch is read back, and silent in the bake.
  world.answers.set(id, (url) => {
    if (publicPorts.includes(new URL(url).port)) asked += 1;
    if (asked <= 1) return answered(200, { release: id });
    return { status: 'unreachable', reason: 'no answer within 5 s', errorCode: 'ETIMEDOUT', durationMs: 5_000 };
  });
  const held = await world.deploy('staging', '1.1.0');
  expect(held.state?.hold?.reason).toMatch(/insufficient data: http:\S+ was never answered/);
});

test('a copy that is lost in the bake is said, whether it goes on or back', async () => {
  const lostAt = (share: number, isBad: boolean) => async (version: string) => {
    const { id } = await world.release(version);
    let asked = 0;
    world.answers.set(id, (url) => {
      const instances = world.driver.running.get('staging/green') ?? [];
      asked += url.includes(String(world.project.environments[0]!.ports['backend'])) ? 1 : 0;
      const also = asked < share ? ['10.0.0.7'] : [];
      world.driver.running.set(
        'staging/green',
        instances.map((each) => ({ ...each, also })),
      );
      return answered(isBad && asked > 2 * share ? 500 : 200, { release: id });
    });
    return world.deploy('staging', version);
  };
  await answers('1.0.0', 20);
  await world.deploy('staging', '1.0.0');
  const back = await lostAt(10, true)('1.1.0');
  expect(back.ending?.as).toBe('rolled-back');
  expect((await bakeOf(back)).reason).toMatch(/probes failed.*; a copy was lost: backend on 10\.0\.0\.7$/);
  const live = await lostAt(10, false)('1.2.0');
  expect(live.ending?.as).toBe('live');
  expect((await bakeOf(live)).facts).toMatchObject({ lostCopies: 'backend on 10.0.0.7' });
});

test('F003 killed after a look was kept and before it was recorded: it goes on with what was spent, no look counts twice', async () => {
  const held = await second(20, null);
  expect(held.status).toBe('held');
  await answers('1.0.0', 20);
  const site = await openSite(world, held.id);
  const step = held.plan.steps.find((each) => each.kind === 'bake')!;
  const engine = engineWith((name) => name === 'bake window 3');
  const task = { site, step, operation: `${held.id}-77`, run: engine.run };
  await expect(bake(task)).rejects.toThrow('killed in bake window 3');
  const before = await looksOf(held, /^bake-77\//);
  expect(before.map((each) => each.name)).toEqual(['bake-77/look-1', 'bake-77/look-2', 'bake-77/look-3']);
  engine.resume((name) => name === 'bake window 5');
  await expect(bake(task)).rejects.toThrow('killed in bake window 5');
  engine.resume(() => false);
  const done = (await bake(task)) as Extract<OperationResult, { status: 'done' }>;
  expect(done).toMatchObject({ status: 'done', facts: { looks: 10 } });
  const after = await looksOf(held, /^bake-77\//);
  expect(after.map((each) => each.name)).toEqual(Array.from({ length: 10 }, (_, look) => `bake-77/look-${look + 1}`));
  // Looks one and two stand as they were; the third was done again and replaced its first attempt.
  expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(after[2]!.evidence).not.toBe(before[2]!.evidence);
  const { evidence } = await account(held);
  const last = evidence[after.at(-1)!.evidence!]!.data as {
    comparisons: Record<string, { fraction: number; sampleOld: number }[]>;
  };
  const counted = last.comparisons['backend against before']!;
  expect(counted).toHaveLength(10);
  const own = after.map(
    (each) => (evidence[each.evidence!]!.data as { samples: Record<string, { oldMs: number[] }> }).samples,
  );
  expect(counted.map((each) => each.sampleOld)).toEqual(
    own.map((each) => each['backend against before']!.oldMs.length),
  );
});
