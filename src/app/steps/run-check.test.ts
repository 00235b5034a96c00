import { afterEach, beforeEach, expect, test } from 'vitest';
import { canonical } from '../../domain/json.ts';
import { FailureError } from '../../domain/failure.ts';
import type { CheckSpec } from '../../domain/project.ts';
import type { CheckResult } from '../../domain/verdict.ts';
import type { Gathered } from '../../kinds/check.ts';
import { accountOf } from '../../store/accounts.ts';
import { insertDeployment } from '../../store/deployments.ts';
import { statement, testDatabase } from '../../store/testing/database.ts';
import { newDeploymentOf } from '../../store/testing/samples.ts';
import { checkContext, lookAround } from '../check-context.ts';
import { planDeployment } from '../plan-deployment.ts';
import { openSite } from '../site.ts';
import { checkNamed, openTestWorld, scripted, type TestWorld } from '../testing/world.ts';
import { runCheck } from './run-check.ts';

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
});
afterEach(() => world.close());

/** Runs the check with what it sees, attempt by attempt; what stands in the store must be what was answered. */
async function run(
  looks: readonly (() => Promise<Gathered<number>> | never)[],
  over: Partial<CheckSpec> = {},
  more: Parameters<typeof scripted>[1] & { signal?: AbortSignal } = {},
): Promise<CheckResult> {
  const { signal = new AbortController().signal, ...rest } = more;
  let attempt = 0;
  const check = scripted(() => looks[Math.min((attempt += 1), looks.length) - 1]!(), rest);
  const site = await openSite({ ...world, checks: new Map([['scripted', check]]) }, id);
  const spec = checkNamed('c', over);
  const prepare = async () => checkContext(site, await lookAround(site), world.home);
  const result = await runCheck(site, spec, 'health', prepare, signal);
  expect((await account()).results).toEqual([result]);
  return result;
}
const account = async () => (await world.store.read((rows) => accountOf(rows, id)))!;
const measures = (data: number) => async (): Promise<Gathered<number>> => ({ status: 'measured', data });
const never = () => new Promise<never>(() => {});

test('what it saw is kept under its hash, and the answer names release and environment', async () => {
  const result = await run([measures(1)]);
  const { plan, evidence } = await account();
  expect(result).toMatchObject({ outcome: 'pass', reason: 'it was 1', phase: 'health', attempts: ['pass'] });
  expect(result).toMatchObject({ releaseRevision: plan.release.revision, environment: 'staging' });
  expect(evidence[result.evidence!]).toMatchObject({ check: 'c', kind: 'scripted', config: { name: 'c' }, data: 1 });
  expect(world.hash(canonical(evidence[result.evidence!]))).toBe(result.evidence);
});

test('a check that takes too long could not judge, also when it does not heed its signal', async () => {
  const signals: boolean[] = [];
  const result = await run([never], { timeoutMs: 60 });
  expect(result).toMatchObject({ outcome: 'error', evidence: null, next: expect.stringContaining('timeout') });
  expect(result.reason).toBe('not measured: it took longer than its limit of 60 ms');
  const heeding = await run(
    [never],
    { timeoutMs: 60 },
    {
      gather: (_config, _context, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            signals.push(true);
            reject(new Error('aborted'));
          }),
        ),
    },
  );
  expect([heeding.outcome, heeding.reason, signals]).toEqual(['error', result.reason, [true]]);
});

test('a bad answer is asked again as often as it may, and all outcomes before the last are recorded', async () => {
  const flaky = await run([measures(2), never, measures(1)], { retries: 3, timeoutMs: 60 });
  expect([flaky.outcome, flaky.attempts]).toEqual(['pass', ['fail', 'error', 'pass']]);
  const failing = await run([measures(2)], { retries: 2 });
  expect([failing.outcome, failing.attempts]).toEqual(['fail', ['fail', 'fail', 'fail']]);
  const warned = await run([measures(0), measures(1)], { retries: 2 });
  expect([warned.outcome, warned.attempts]).toEqual(['warn', ['warn']]);
  const once = await run([measures(2), measures(1)], { retries: 0 });
  expect([once.outcome, once.attempts]).toEqual(['fail', ['fail']]);
});

test('a check that is cut off is not asked again', async () => {
  const controller = new AbortController();
  const cut = run([async () => (controller.abort(), never())], { retries: 5 }, { signal: controller.signal });
  expect(await cut).toMatchObject({ outcome: 'error', attempts: ['error'], reason: 'not measured: it was cut off' });
});

const breaking: readonly [string, () => Promise<Gathered<number>>, Parameters<typeof scripted>[1]][] = [
  ['its measuring rejects', () => Promise.reject(new Error('null is not an object')), {}],
  [
    'its measuring throws at once',
    () => {
      throw new Error('null is not an object');
    },
    {},
  ],
  [
    'its judging throws',
    measures(1),
    {
      judge: () => {
        throw new Error('null is not an object');
      },
    },
  ],
];
test.each(breaking)('a broken check never passes and breaks nothing else: %s', async (_how, gather, over) => {
  const result = await run([gather], { retries: 1 }, over);
  expect(result).toMatchObject({ outcome: 'error', attempts: ['error', 'error'] });
  expect(result.reason).toContain('the check broke: null is not an object');
  expect(result.next).toBe('This is a defect of the check "scripted"; report it.');
});

test('a door that breaks says what to do in its own words', async () => {
  const failure = { code: 'GR2201', message: 'The database refused.', do: 'Look at its log.' };
  const result = await run([() => Promise.reject(new FailureError(failure))]);
  expect(result).toMatchObject({
    outcome: 'error',
    reason: 'not measured: The database refused.',
    next: 'Look at its log.',
  });
});

test('F109 secrets are taken out of answer and evidence before anything is hashed or written', async () => {
  const secret = 'correct-horse-"battery"';
  world.secrets.push(secret);
  const text = `connected with ${secret} and ${encodeURIComponent(secret)}`;
  const gather = async (): Promise<Gathered<number>> => ({
    ...{ status: 'measured', data: 2, artifacts: [{ label: 'log', mediaType: 'text/plain', text }] },
  });
  const judge = () => ({ outcome: 'fail' as const, reason: text, findings: [], cause: text, next: text });
  const result = await run([gather], {}, { judge });
  const [row] = await statement<{ all: string }>(
    database.url(),
    `select (select string_agg(body::text, '') from result where deployment = $1) || (select string_agg(body::text, '') from evidence where deployment = $1) as all`,
    [id],
  );
  expect(row!.all).toContain('connected with ***');
  expect(row!.all).not.toMatch(/battery/);
  const { evidence } = await account();
  expect(world.hash(canonical(evidence[result.evidence!]))).toBe(result.evidence);
});

test('F006 a process that was declared dead records no answer and says so', async () => {
  await statement(database.url(), 'update node set dead = true where id = $1', [world.node]);
  await expect(run([measures(1)])).rejects.toThrow(/GR3401/);
  expect((await account()).results).toEqual([]);
});
