import { expect, test } from 'vitest';
import type { StepAccount } from '../domain/account.ts';
import { newDeployment } from '../domain/deployment.ts';
import { accountOf } from './accounts.ts';
import { findDeployment, listDeployments } from './deployments.ts';
import { servingIn } from './environments.ts';
import { recordsOf } from './records.ts';
import type { Serving } from './schema.ts';
import { saveState, type StateChange } from './states.ts';
import { statement, testDatabase } from './testing/database.ts';
import { queued } from './testing/samples.ts';

const database = testDatabase();
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
