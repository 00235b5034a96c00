import { afterEach, beforeEach, expect, test } from 'vitest';
import { canonical } from '../../domain/json.ts';
import { findDeployment, insertDeployment } from '../../store/deployments.ts';
import { saveResult } from '../../store/results.ts';
import { statement, testDatabase } from '../../store/testing/database.ts';
import { newDeploymentOf, resultOf } from '../../store/testing/samples.ts';
import { planDeployment } from '../plan-deployment.ts';
import { openSite } from '../site.ts';
import { openTestWorld, type TestWorld } from '../testing/world.ts';
import { decideRelease } from './decide.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let id = '';
beforeEach(async () => {
  world = await openTestWorld(database.store(), `p${(count += 1)}`);
  id = `dep_${count}`;
  await world.release('1.0.0');
  const { plan } = await planDeployment(world, world.project, 'staging', '1.0.0');
  await insertDeployment(world.store, { ...newDeploymentOf(world.project.name, id), project: world.project, plan });
  for (const { name } of plan.policy.required) await answer(name, 'pass', plan.release.revision);
});
afterEach(() => world.close());

async function answer(name: string, outcome: 'pass' | 'fail' | 'error' | 'warn', releaseRevision: string) {
  const times = { beganAt: world.time.now, endedAt: world.time.now };
  const result = resultOf(name, {
    outcome,
    reason: `was ${outcome}`,
    evidence: `h-${name}`,
    releaseRevision,
    ...times,
  });
  await saveResult(world.store, world.node, id, result, null);
}
const stored = async () => (await world.store.read((rows) => findDeployment(rows, id)))!;
async function decide() {
  const site = await openSite(world, id);
  const step = site.deployment.plan.steps.find((each) => each.kind === 'decide')!;
  const run = <T>(_name: string, effect: (signal: AbortSignal) => Promise<T>) => effect(new AbortController().signal);
  return decideRelease({ site, step, operation: 'o', run });
}

test('the verdict is written, and its gist and hashes are what the log vouches for', async () => {
  const result = await decide();
  const { verdict, plan } = await stored();
  expect(verdict).toMatchObject({ decision: 'go', score: 100, decidedAt: world.time.now });
  const evidence = Object.fromEntries(plan.policy.required.map(({ name }) => [name, `h-${name}`]));
  expect(result).toMatchObject({
    status: 'done',
    verdict: { decision: 'go', couldNotJudge: false, holdFor: [], reason: '6 answers, 0 conditions' },
    facts: { decision: 'go', score: 100, verdict: world.hash(canonical(verdict)), evidence },
  });
});

test('F002 decided again later, the same answers give the same bytes', async () => {
  const first = await decide();
  const before = (await stored()).verdict;
  world.time.now += 60_000;
  expect(await decide()).toEqual(first);
  expect(canonical((await stored()).verdict)).toBe(canonical(before));
});

test('the reason names what was measured and bad before what was not measured', async () => {
  const { plan } = await stored();
  await answer('smoke', 'fail', plan.release.revision);
  await answer('unit', 'error', plan.release.revision);
  await statement(database.url(), `delete from result where deployment = $1 and name = 'deployment/prove'`, [id]);
  expect(await decide()).toMatchObject({
    verdict: { decision: 'no-go', couldNotJudge: false, reason: 'unit: was error; smoke: was fail' },
  });
});

test('conditions hold where the environment says so', async () => {
  const { plan } = await stored();
  await answer('docs', 'fail', plan.release.revision);
  expect(await decide()).toMatchObject({ verdict: { decision: 'conditional-go', holdFor: ['docs'] } });
});

test('F006 a process that was declared dead writes no verdict', async () => {
  await statement(database.url(), 'update node set dead = true where id = $1', [world.node]);
  await expect(decide()).rejects.toThrow(/GR3401/);
  expect((await stored()).verdict).toBeNull();
});
