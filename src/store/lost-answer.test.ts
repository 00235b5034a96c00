import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newDeployment } from '../domain/deployment.ts';
import { saveAcceptance } from './acceptances.ts';
import { countAttempt } from './attempts.ts';
import { findDeployment, insertDeployment } from './deployments.ts';
import { claimEpoch, saveStopped, servingIn } from './environments.ts';
import { openLease } from './lease.ts';
import { brokenOf } from '../domain/record.ts';
import { recordsOf, sha256 } from './records.ts';
import { saveRelease } from './releases.ts';
import { resultsOf, saveResult } from './results.ts';
import { saveState, type StateChange } from './states.ts';
import type { Store } from './store.ts';
import { openCuttingProxy, type CuttingProxy } from './testing/cutting-proxy.ts';
import { openTestStore, statement, testDatabase } from './testing/database.ts';
import { newDeploymentOf, queued, releaseOf, resultOf } from './testing/samples.ts';

// The connection of every write here is cut after COMMIT was sent and before its answer came: nobody can tell what became of it.
const database = testDatabase();
let proxy: CuttingProxy;
let store: Store;
let project = '';
let count = 0;
beforeAll(async () => {
  proxy = await openCuttingProxy(database.url());
  store = await openTestStore(proxy.url, 60_000);
});
afterAll(async () => {
  await store?.close();
  await proxy?.close();
});
beforeEach(async () => {
  project = `lost${(count += 1)}`;
  await statement(database.url(), `insert into node (id, process) values ('n', '{}') on conflict do nothing`);
});
/** Of the records, whose chain is whole. */
async function kinds(): Promise<readonly string[]> {
  expect(brokenOf(await database.store().read((rows) => recordsOf(rows, project)), sha256)).toEqual([]);
  return (await database.store().read((rows) => recordsOf(rows, project))).map((each) => each.kind);
}
const serving = { releaseId: 'rel_x', releaseRevision: 'x', colour: 'blue', deployment: 'dep_x' } as const;
const change = (over: Partial<StateChange> = {}): StateChange => ({
  ...{ version: 0, state: newDeployment([]), status: 'v0', steps: [], ending: null, at: 1, serving },
  records: [
    { kind: 'first', actor: 'greenroom', data: {} },
    { kind: 'second', actor: 'greenroom', data: {} },
  ],
  ...over,
});
const stopped = (epoch: number) => ({ project, environment: 'staging', epoch, actor: 'ada', at: 2 });
const claim = () => claimEpoch(store, project, 'staging', 'n', 'stop-environment');

describe.each([
  ['after it was done, twice', 'after', 2],
  ['before it arrived', 'before', 1],
] as const)('F022 the connection is cut at COMMIT, %s', (_, when, times) => {
  /** The write, with its COMMITs cut. */
  async function cut<T>(write: () => Promise<T>): Promise<T> {
    proxy.cutCommits(when, times);
    const answer = await write();
    expect(proxy.cuts()).toBe(times);
    return answer;
  }

  test('a deployment is written once, and answers its number', async () => {
    expect(await cut(() => insertDeployment(store, newDeploymentOf(project, `dep_${project}`)))).toBe(1);
    expect(await kinds()).toEqual(['deployment-requested']);
  });

  test('a state is saved once with its records', async () => {
    const deployment = await queued(database.store(), project, `dep_${project}`);
    await cut(() => saveState(store, deployment, change()));
    expect(await database.store().read((rows) => findDeployment(rows, deployment.id))).toMatchObject({ status: 'v0' });
    expect(await kinds()).toEqual(['deployment-requested', 'first', 'second']);
  });

  test('an answer of a check stands once', async () => {
    const { id } = await queued(database.store(), project, `dep_${project}`);
    expect(await cut(() => saveResult(store, 'n', id, resultOf('c'), null))).toBe(true);
    expect(await database.store().read((rows) => resultsOf(rows, id))).toEqual([resultOf('c')]);
  });

  test('a condition is accepted and recorded once', async () => {
    const deployment = await queued(database.store(), project, `dep_${project}`);
    await cut(() => saveAcceptance(store, deployment, { condition: 'docs', by: 'ada', reason: null }, 1));
    expect(await kinds()).toEqual(['deployment-requested', 'condition-accepted']);
  });

  test('a release is recorded once, and the call that wrote it says that it is new', async () => {
    const release = releaseOf(project, '1.0.0');
    expect(await cut(() => saveRelease(store, release, 'ada', 1))).toEqual({ isNew: true });
    expect(await saveRelease(store, release, 'ada', 1)).toEqual({ isNew: false });
    expect(await kinds()).toEqual(['release-created']);
  });

  test('an operation keeps the epoch that it was given', async () => {
    expect(await cut(claim)).toBe(1);
    expect(await claim()).toBe(1);
  });

  test('an attempt counts once', async () => {
    expect(await cut(() => countAttempt(store, 'n', `${project}/1`, 0))).toBe(1);
  });

  test('a stop is recorded once; a second stop is a second act', async () => {
    const deployment = await queued(database.store(), project, `dep_${project}`);
    const epoch = (await claim())!;
    await saveState(store, deployment, change({ records: [] }));
    expect(await cut(() => saveStopped(store, stopped(epoch)))).toBe(true);
    expect(await database.store().read((rows) => servingIn(rows, project, 'staging'))).toBeNull();
    expect(await kinds()).toEqual(['deployment-requested', 'environment-stopped']);
    expect(await saveStopped(store, stopped(epoch))).toBe(true);
    expect(await kinds()).toEqual(['deployment-requested', 'environment-stopped', 'environment-stopped']);
  });

  test('a node joins and leaves once', async () => {
    const process = { host: 'h', pid: 1, startedTicks: '1' };
    const lease = openLease(store, { node: project, process, ttlMs: 5_000, isAlive: () => true });
    await cut(() => lease.join());
    expect(await cut(() => lease.beat())).toBe(true);
    await cut(() => lease.leave());
    expect(await lease.beat()).toBe(false);
  });
});

test('F006 F022 a stop whose epoch was outrun changes nothing: what began meanwhile stands', async () => {
  const deployment = await queued(database.store(), project, `dep_${project}`);
  const epoch = (await claim())!;
  await claimEpoch(store, project, 'staging', 'n', 'another');
  await saveState(store, deployment, change({ records: [] }));
  expect(await saveStopped(store, stopped(epoch))).toBe(false);
  expect(await database.store().read((rows) => servingIn(rows, project, 'staging'))).toEqual(serving);
  expect(await kinds()).toEqual(['deployment-requested']);
});

test('F022 the same operation is never twice in the log, whoever forgets to ask', async () => {
  await saveRelease(store, releaseOf(project, '1.0.0'), 'ada', 1);
  const again = statement(
    database.url(),
    `insert into record select project, sequence + 1, deployment, at, kind, actor, data, previous, hash, operation from record where project = $1`,
    [project],
  );
  await expect(again).rejects.toThrow(/record_of_operation/);
});
