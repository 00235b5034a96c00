import { beforeEach, expect, test } from 'vitest';
import type { StepAccount } from '../domain/account.ts';
import { newDeployment } from '../domain/deployment.ts';
import {
  accountOf,
  claimEpoch,
  findDeployment,
  insertDeployment,
  listDeployments,
  lockEnvironment,
  resultsOf,
  saveAcceptance,
  saveResult,
  saveState,
  servingIn,
  type StateChange,
} from './deployments.ts';
import { mayAct } from './lease.ts';
import { recordsOf, sha256, verifyRecords } from './records.ts';
import type { Serving } from './schema.ts';
import { statement, testDatabase } from './testing/database.ts';
import { newDeploymentOf, queued, resultOf } from './testing/samples.ts';

const database = testDatabase();
beforeEach(async () => {
  await statement(
    database.url(),
    `insert into node (id, process) values ('n', '{}'), ('dead', '{}') on conflict do nothing`,
  );
  await statement(database.url(), `update node set dead = (id = 'dead')`);
});
const find = (id: string) => database.store().read((rows) => findDeployment(rows, id));
const kinds = async (project: string) =>
  (await database.store().read((rows) => recordsOf(rows, project))).map((each) => each.kind);

const state = newDeployment([]);
const change = (version: number, over: Partial<StateChange> = {}): StateChange => ({
  ...{ version, state, status: `v${version}`, steps: [], ending: null, at: version },
  records: [{ kind: `saved-${version}`, actor: 'greenroom', data: {} }],
  ...over,
});
const stepBody = (status: StepAccount['status']): StepAccount => ({
  ...{ name: 'admit', kind: 'admit', phase: null, beganAt: 1, endedAt: null, status, reason: null, facts: {} },
});
const serving: Serving = { releaseId: 'rel_x', releaseRevision: 'x', colour: 'blue', deployment: 'dep_x' };

test('twenty deployments at once are numbered 1 to 20 without a gap, in each environment', async () => {
  const store = database.store();
  const insert = (environment: string) => (_: unknown, index: number) =>
    insertDeployment(store, newDeploymentOf('many', `dep_${environment}_${index}`, { environment }));
  const twenty = Array.from({ length: 20 });
  const [staging, production] = await Promise.all([
    Promise.all(twenty.map(insert('staging'))),
    Promise.all(twenty.map(insert('production'))),
  ]);
  const expected = twenty.map((_, index) => index + 1);
  expect(staging!.toSorted((a, b) => a - b)).toEqual(expected);
  expect(production!.toSorted((a, b) => a - b)).toEqual(expected);
  expect(await kinds('many')).toEqual(Array.from({ length: 40 }, () => 'deployment-requested'));
  expect(await store.read((rows) => verifyRecords(rows, 'many'))).toBeNull();
});

test('F002 F022 the same deployment again keeps its number and is recorded once', async () => {
  const numbers = await Promise.all(
    Array.from({ length: 5 }, () => insertDeployment(database.store(), newDeploymentOf('again', 'dep_again'))),
  );
  expect(numbers).toEqual([1, 1, 1, 1, 1]);
  expect(await kinds('again')).toEqual(['deployment-requested']);
});

test('F010 a deployment without an id is refused by the database', async () => {
  await expect(insertDeployment(database.store(), newDeploymentOf('empty', ''))).rejects.toThrow(/deployment_id_check/);
  expect(await kinds('empty')).toEqual([]);
});

test('F004 F022 a state that is saved again is saved once, and a stale one is ignored', async () => {
  const store = database.store();
  const deployment = await queued(store, 'states', 'dep_states');
  await saveState(store, deployment, change(0));
  await Promise.all(Array.from({ length: 5 }, () => saveState(store, deployment, change(1, { serving }))));
  await saveState(store, deployment, change(0, { status: 'of yesterday', serving: null }));
  expect(await find('dep_states')).toMatchObject({ version: 1, status: 'v1', endedAt: null });
  expect(await kinds('states')).toEqual(['deployment-requested', 'saved-0', 'saved-1']);
  expect(await store.read((rows) => servingIn(rows, 'states', 'staging'))).toEqual(serving);
});

test('F003 what dies inside the transaction leaves nothing of it', async () => {
  const store = database.store();
  const deployment = await queued(store, 'half', 'dep_half');
  const steps = [{ number: 1, body: stepBody('running') }];
  const beforeCommit = () => Promise.reject(new Error('killed here'));
  await expect(saveState(store, deployment, change(0, { steps, serving, beforeCommit }))).rejects.toThrow(
    'killed here',
  );
  expect(await find('dep_half')).toEqual(deployment);
  expect(await kinds('half')).toEqual(['deployment-requested']);
  expect(await statement(database.url(), `select 1 from step where deployment = 'dep_half'`)).toEqual([]);
  expect(await store.read((rows) => servingIn(rows, 'half', 'staging'))).toBeNull();
});

test('the end is written with its instant; steps are replaced; what the change does not touch stays', async () => {
  const store = database.store();
  const deployment = await queued(store, 'ends', 'dep_ends');
  await saveState(store, deployment, change(0, { steps: [{ number: 1, body: stepBody('running') }], serving }));
  const ending = { as: 'live', reason: 'serves' } as const;
  await saveState(store, deployment, change(1, { steps: [{ number: 1, body: stepBody('done') }], ending, at: 77 }));
  expect(await find('dep_ends')).toMatchObject({ ending, endedAt: 77, plan: deployment.plan, verdict: null });
  const account = await store.read((rows) => accountOf(rows, 'dep_ends'));
  expect(account?.steps).toEqual([stepBody('done')]);
  expect(await store.read((rows) => servingIn(rows, 'ends', 'staging'))).toEqual(serving);
  expect(await store.read((rows) => listDeployments(rows, 'ends', { open: true }))).toEqual([]);
});

test('F006 a node that was declared dead records no answer and gets no epoch', async () => {
  const store = database.store();
  await queued(store, 'fenced', 'dep_fenced');
  const body = { check: 'c', kind: 'http', config: {}, data: { seen: 1 }, plots: [], artifacts: [] };
  const answer = resultOf('c', { evidence: sha256('x') });
  expect(await saveResult(store, 'n', 'dep_fenced', answer, body)).toBe(true);
  expect(await saveResult(store, 'dead', 'dep_fenced', { ...answer, reason: 'stale' }, body)).toBe(false);
  expect(await saveResult(store, 'unknown', 'dep_fenced', { ...answer, reason: 'stale' }, body)).toBe(false);
  expect(await store.read((rows) => resultsOf(rows, 'dep_fenced'))).toEqual([answer]);
  expect(await claimEpoch(store, 'fenced', 'staging', 'dead', 'o')).toBeNull();
  expect(await claimEpoch(store, 'fenced', 'staging', 'n', 'o')).toBe(1);
});

test('F006 while an answer is written, nobody can declare its writer dead', async () => {
  const store = database.store();
  await queued(store, 'held', 'dep_held');
  const order: string[] = [];
  let death: Promise<unknown> = Promise.resolve();
  await store.change(async (rows) => {
    expect(await mayAct(rows, 'n')).toBe(true);
    death = statement(database.url(), `update node set dead = true where id = 'n'`).then(() => order.push('dead'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    order.push('committed');
  });
  await death;
  expect(order).toEqual(['committed', 'dead']);
  expect(await saveResult(store, 'n', 'dep_held', resultOf('late'), null)).toBe(false);
});

test('an answer given again replaces the earlier one; evidence stays by its hash', async () => {
  const store = database.store();
  await queued(store, 'answers', 'dep_answers');
  const body = (seen: number) => ({ check: 'c', kind: 'http', config: {}, data: { seen }, plots: [], artifacts: [] });
  await saveResult(store, 'n', 'dep_answers', resultOf('c', { evidence: 'h1', beganAt: 5 }), body(1));
  await saveResult(store, 'n', 'dep_answers', resultOf('c', { evidence: 'h2', outcome: 'fail', beganAt: 6 }), body(2));
  await saveResult(store, 'n', 'dep_answers', resultOf('b', { outcome: 'error', beganAt: 6 }), null);
  await saveResult(store, 'n', 'dep_answers', resultOf('a', { beganAt: 7 }), null);
  const account = await store.read((rows) => accountOf(rows, 'dep_answers'));
  expect(account?.results.map((each) => [each.name, each.outcome])).toEqual([
    ['b', 'error'],
    ['c', 'fail'],
    ['a', 'pass'],
  ]);
  expect(account?.evidence).toEqual({ h1: body(1), h2: body(2) });
});

test('F005 an epoch grows with every operation and every owner, and is the same for the same owner', async () => {
  const claim = (node: string, operation: string) => claimEpoch(database.store(), 'epochs', 'staging', node, operation);
  await statement(database.url(), `insert into node (id, process) values ('m', '{}') on conflict do nothing`);
  expect(await claim('n', 'switch')).toBe(1);
  expect(await claim('n', 'switch')).toBe(1);
  expect(await claim('n', 'switch-back')).toBe(2);
  expect(await claim('m', 'switch-back')).toBe(3);
  expect(await claim('n', 'switch-back')).toBe(4);
  expect(await claimEpoch(database.store(), 'epochs', 'production', 'n', 'switch')).toBe(1);
});

test('F005 twenty that claim at once get twenty different epochs', async () => {
  const claims = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      claimEpoch(database.store(), 'crowd', 'staging', 'n', `operation ${index}`),
    ),
  );
  expect(claims.toSorted((a, b) => a! - b!)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test('a condition is accepted once, and the first person stands', async () => {
  const store = database.store();
  const deployment = await queued(store, 'owes', 'dep_owes');
  await saveAcceptance(store, deployment, 'docs', 'ada', 1);
  await saveAcceptance(store, deployment, 'docs', 'grace', 2);
  const account = await store.read((rows) => accountOf(rows, 'dep_owes'));
  expect(account?.acceptedConditions).toEqual([{ id: 'docs', by: 'ada', at: 1 }]);
  expect(account?.records.map((each) => [each.kind, each.actor])).toEqual([
    ['deployment-requested', 'ada'],
    ['condition-accepted', 'ada'],
  ]);
});

test('the lock of an environment makes others wait, of that environment only', async () => {
  const store = database.store();
  const order: string[] = [];
  let release = (): void => {};
  const first = store.change(async (rows) => {
    await lockEnvironment(rows, 'locked', 'staging');
    order.push('first');
    await new Promise<void>((resolve) => (release = resolve));
    order.push('first ends');
  });
  while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = store.change(
    async (rows) => void (await lockEnvironment(rows, 'locked', 'staging'), order.push('second')),
  );
  await store.change(async (rows) => void (await lockEnvironment(rows, 'locked', 'production'), order.push('other')));
  release();
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'other', 'first ends', 'second']);
});

test('newest first, and only those that are asked for', async () => {
  const store = database.store();
  for (const [index, environment] of ['staging', 'production', 'staging'].entries())
    await insertDeployment(store, newDeploymentOf('listed', `dep_l${index}`, { environment, at: 1_000 }));
  const list = async (filter: Parameters<typeof listDeployments>[2]) =>
    (await store.read((rows) => listDeployments(rows, 'listed', filter))).map(
      (each) => `${each.environment} ${each.number}`,
    );
  expect(await list({ environment: 'staging' })).toEqual(['staging 2', 'staging 1']);
  expect(await list({ environment: 'staging', limit: 1 })).toEqual(['staging 2']);
  expect((await list({ open: true })).toSorted()).toEqual(['production 1', 'staging 1', 'staging 2']);
});
