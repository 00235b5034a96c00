import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RollbackCertificate } from '../../domain/certificate.ts';
import { fail } from '../../domain/failure.ts';
import { gist } from '../../report/gist.ts';
import { sampleProject } from '../../report/testing/project.ts';
import { accountOf } from '../../store/accounts.ts';
import { findDeployment, type StoredDeployment } from '../../store/deployments.ts';
import { servingIn } from '../../store/environments.ts';
import { testDatabase } from '../../store/testing/database.ts';
import { compareRecord } from '../find-drift.ts';
import { goBack } from '../go-back.ts';
import { proofOf } from '../proof.ts';
import { planDeployment } from '../plan-deployment.ts';
import { rejudge } from '../rejudge.ts';
import { deployWith } from '../testing/deploy-with.ts';
import { answered, openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
/** Called at every fault point. */
let reached: (point: string) => Promise<void> = async () => {};
beforeEach(async () => {
  const exited = { status: 'exited', exitCode: 0, signalName: null, output: 'done', outputBytes: 4 } as const;
  const run = async () => ({ ...exited, durationMs: 5, timedOut: false });
  reached = async () => {};
  world = await openTestWorld(database.store(), `rehearse${(count += 1)}`, {
    supervised: { run, processOf: async () => null, hasBegun: async () => false },
    reach: (point) => reached(point),
  });
  asks({ rehearseRollback: true });
});
afterEach(() => world.close());

/** Of staging; production demands what it is told. */
function asks(staging: object, production: object = {}): void {
  const [first, second] = world.project.environments;
  // oxlint-disable-next-line unicorn/no-thenable -- the domain's own word, never awaited
  const proceed = { ...first!.conditional, then: 'proceed' as const };
  Object.assign(world.project, {
    environments: [
      { ...first!, conditional: proceed, ...staging },
      { ...second!, conditional: proceed, ...production },
    ],
  });
}
const demanding = { promotion: { evidenceMaxAgeMs: 24 * 36e5, require: ['rollback-certificate'] } };

const points = (environment = 'staging') =>
  world.proxy.done.filter((each) => each.startsWith(`point ${environment} `)).map((each) => each.split(' ')[3]);
const steps = async ({ id }: StoredDeployment) =>
  (await world.store.read((rows) => accountOf(rows, id)))!.steps.map(({ name, status }) => `${name} ${status}`);
const rehearsalOf = async ({ plan }: StoredDeployment) =>
  (await proofOf(world, world.project.name, 'staging', plan.release.revision))?.rehearsal;
async function certificateOf(deployment: StoredDeployment): Promise<RollbackCertificate> {
  const rehearsal = await rehearsalOf(deployment);
  if (rehearsal?.status !== 'rehearsed') throw new Error(`not rehearsed: ${JSON.stringify(rehearsal)}`);
  return rehearsal.certificate;
}
const id = ({ plan }: StoredDeployment) => plan.release.id;
const line = ({ verdict }: StoredDeployment) =>
  verdict?.lines.find((each) => each.name === 'preflight/rollback-certificate');
const instanceOf = (release: string) => [...world.driver.running].find(([, all]) => all[0]?.releaseId === release);

test('every later deployment goes back and forth before it is done, and records what it measured', async () => {
  const old = await world.deploy('staging', '1.0.0');
  expect(old.plan.steps.map((step) => step.name)).not.toContain('rehearse-back');
  expect(await rehearsalOf(old)).toEqual({ status: 'first', environment: 'staging' });
  const live = await world.deploy('staging', '1.1.0');
  expect(live.ending?.as).toBe('live');
  expect((await steps(live)).slice(-6)).toEqual(
    ['switch', 'bake', 'rehearse-back', 'rehearse-forth', 'drain', 'stop'].map((name) => `${name} done`),
  );
  expect(points()).toEqual([id(old), id(live), id(old), id(live)]);
  const certificate = await certificateOf(live);
  expect(certificate).toMatchObject({
    ...{ environment: 'staging', result: 'proven', reason: null, toVersion: '1.0.0', pointOfNoReturn: null },
    ...{ fromRevision: live.plan.release.revision, toRevision: old.plan.release.revision },
    ...{ failedRequests: 0, checks: 2 },
  });
  expect(certificate.requests).toBeGreaterThanOrEqual(40);
  expect(certificate.verifiedMs).toBeGreaterThanOrEqual(certificate.backMs!);
  const account = (await world.store.read((rows) => accountOf(rows, live.id)))!;
  expect(account.results.map((each) => each.name)).toContain('rehearse-back/smoke');
  expect(rejudge(world, account)).toMatchObject({ same: true, different: [] });
  expect(gist(account).sentence).toMatch(/Rollback certificate: back to 1\.0\.0 in .*, 0 of \d+ requests failed/);
});

test('an environment that does not ask for it, and a rollback, do not rehearse', async () => {
  asks({ rehearseRollback: undefined });
  await world.deploy('staging', '1.0.0');
  const live = await world.deploy('staging', '1.1.0');
  expect(points()).toHaveLength(2);
  expect(await rehearsalOf(live)).toMatchObject({ status: 'not-rehearsed' });
  asks({ rehearseRollback: true });
  const { plan } = await planDeployment(world, world.project, 'staging', '1.0.0', 'roll-back');
  expect(plan.steps.map((step) => step.name)).not.toContain('rehearse-back');
});

test('a promotion shows the certificate of the way back to what serves there, and takes it as a pass', async () => {
  asks({ rehearseRollback: true }, demanding);
  await world.deploy('staging', '1.0.0');
  const first = await world.deploy('production', '1.0.0');
  expect([first.ending?.as, line(first)?.outcome]).toEqual(['live', 'skip']);
  expect(line(first)?.reason).toMatch(/^nothing serves production yet/);
  await world.deploy('staging', '1.1.0');
  const { certificate, obstacles } = await planDeployment(world, world.project, 'production', '1.1.0');
  expect(obstacles).toEqual([]);
  expect(certificate?.rehearsal.status).toBe('rehearsed');
  const promoted = await world.deploy('production', '1.1.0');
  expect([promoted.ending?.as, line(promoted)?.outcome]).toEqual(['live', 'pass']);
  expect(line(promoted)?.reason).toMatch(/^back to 1\.0\.0 in .*, verified after .*, 0 of \d+ requests failed/);
  expect(line(promoted)?.evidence).not.toBeNull();
});

test('a certificate of the way back to another release than the one that serves there is none', async () => {
  asks({ rehearseRollback: true }, demanding);
  for (const version of ['1.0.0', '1.1.0']) await world.deploy('staging', version);
  asks({ rehearseRollback: true });
  await world.deploy('production', '1.1.0');
  for (const version of ['1.2.0', '1.3.0']) await world.deploy('staging', version);
  asks({ rehearseRollback: true }, demanding);
  const { obstacles } = await planDeployment(world, world.project, 'production', '1.3.0');
  expect(obstacles).toMatchObject([{ code: 'GR4353', message: expect.stringContaining('rehearsed to 1.2.0') }]);
  const refused = await world.deploy('production', '1.3.0');
  expect(refused.ending).toMatchObject({ as: 'refused', reason: expect.stringMatching(/^GR4353 /) });
});

test('an old version that is not well beside the new one does not get the traffic: roll forward', async () => {
  const old = await world.deploy('staging', '1.0.0');
  await world.deploy('production', '1.0.0');
  world.answers.set(id(old), (url) =>
    points().length > 1 && !url.includes(':41') ? answered(500, { why: 'column gone' }) : null,
  );
  const live = await world.deploy('staging', '1.1.0');
  expect(live.ending?.as).toBe('live');
  // The new one is pointed to twice: the second time fences off whatever of the rehearsal is still on its way.
  expect(points()).toEqual([id(old), id(live), id(live)]);
  expect(await certificateOf(live)).toMatchObject({
    ...{ result: 'roll-forward', backMs: null, reason: expect.stringContaining('status 500') },
  });
  const promoted = await world.deploy('production', '1.1.0');
  expect([promoted.ending?.as, line(promoted)?.outcome]).toEqual(['live', 'warn']);
  expect(line(promoted)?.reason).toMatch(/^no automatic rollback: roll forward\. 1\.0\.0 is not well/);
});

test('where a certificate is demanded, a way back that was found shut keeps the release out', async () => {
  const old = await world.deploy('staging', '1.0.0');
  await world.deploy('production', '1.0.0');
  // Well by its health, and wrong by its checks, wherever it has the traffic.
  world.seen.set('smoke', async () => {
    const isOld = points().length > 1 && world.proxy.states.get('staging')?.release === id(old);
    return { status: 'measured', data: isOld ? 2 : 1 };
  });
  const live = await world.deploy('staging', '1.1.0');
  expect([live.ending?.as, points()]).toEqual(['live', [id(old), id(live), id(old), id(live)]]);
  expect(await certificateOf(live)).toMatchObject({
    ...{ result: 'roll-forward', reason: '1.0.0 does not pass smoke any more', checks: 2 },
  });
  asks({ rehearseRollback: true }, demanding);
  const refused = await world.deploy('production', '1.1.0');
  expect(refused.ending).toMatchObject({ as: 'refused', reason: expect.stringMatching(/^GR4352 /) });
});

test('an old version that has died and cannot be started again is no way back either', async () => {
  const old = await world.deploy('staging', '1.0.0');
  const { run } = world.driver;
  const broken: typeof run = async (command, slot, signal) => {
    if (command.kind === 'start' && slot.release.id === id(old)) fail({ code: 'GR6412', message: 'it exited' });
    return run(command, slot, signal);
  };
  Object.assign(world.driver, { run: broken });
  reached = async (point) => {
    if (point === 'bake:after') world.driver.running.set('staging/blue', []);
  };
  const live = await world.deploy('staging', '1.1.0');
  expect(live.ending?.as).toBe('live');
  expect(await certificateOf(live)).toMatchObject({
    ...{ result: 'roll-forward', reason: '1.0.0 is not well beside the new version: GR6412 it exited' },
  });
});

test('requests that are lost at a switch make the certificate worthless, and do not stop the deployment', async () => {
  const old = await world.deploy('staging', '1.0.0');
  await world.deploy('production', '1.0.0');
  let left = 1;
  world.answers.set(id(old), (url) =>
    points().length > 1 && url.includes(':4001') && (left -= 1) >= 0 ? answered(502, {}) : null,
  );
  const live = await world.deploy('staging', '1.1.0');
  expect(live.ending?.as).toBe('live');
  expect(await certificateOf(live)).toMatchObject({ result: 'lossy', failedRequests: 1 });
  asks({ rehearseRollback: true }, demanding);
  expect((await world.deploy('production', '1.1.0')).ending?.reason).toMatch(/^GR4351 .*1 of \d+ requests failed/);
});

test('a new version that dies in the middle does not get the traffic back: the deployment goes back', async () => {
  const old = await world.deploy('staging', '1.0.0');
  reached = async (point) => {
    if (point === 'rehearse-forth:before') world.driver.running.set('staging/green', []);
  };
  const back = await world.deploy('staging', '1.1.0');
  expect(back.ending).toMatchObject({ as: 'rolled-back', reason: expect.stringContaining('backend does not run') });
  expect(points().at(-1)).toBe(id(old));
  expect((await world.store.read((rows) => servingIn(rows, world.project.name, 'staging')))?.releaseId).toBe(id(old));
});

test('a rollback that is asked for in the middle is taken from there, without going forth again', async () => {
  const old = await world.deploy('staging', '1.0.0');
  reached = async (point) => {
    if (point !== 'rehearse-back:inside') return;
    reached = async () => {};
    const open = (await world.store.read((rows) =>
      rows.selectFrom('deployment').select('id').where('ended_at', 'is', null).executeTakeFirstOrThrow(),
    )) as { id: string };
    await goBack(world, open.id, { as: 'rolled-back', by: 'ada', reason: 'now' });
  };
  const back = await world.deploy('staging', '1.1.0');
  expect(back.ending?.as).toBe('rolled-back');
  expect(await steps(back)).not.toContain('rehearse-forth done');
  expect(points()).toEqual([id(old), id(back), id(old), id(old)]);
  expect(instanceOf(id(back))).toBeUndefined();
});

test('in the middle the old release is recorded to serve, and nobody takes that for drift', async () => {
  const old = await world.deploy('staging', '1.0.0');
  const seen: unknown[] = [];
  reached = async (point) => {
    if (!/^save:\d+:recorded$/.test(point)) return;
    const open = await world.store.read((rows) =>
      rows.selectFrom('deployment').select('id').where('ended_at', 'is', null).executeTakeFirst(),
    );
    const state = open && (await world.store.read((rows) => findDeployment(rows, open.id)))?.state;
    if (!state || state.running || state.steps[state.next]?.kind !== 'rehearse-forth') return;
    const serving = await world.store.read((rows) => servingIn(rows, world.project.name, 'staging'));
    seen.push(serving?.releaseId, await compareRecord(world, world.project, 'staging'));
  };
  expect((await world.deploy('staging', '1.1.0')).ending?.as).toBe('live');
  expect(seen).toEqual([
    id(old),
    { status: 'blind', environment: 'staging', reason: 'deployment 2 is moving its traffic' },
  ]);
});

test('a rehearsal whose process died after the switch has measured nothing', async () => {
  const old = await world.deploy('staging', '1.0.0');
  reached = async (point) => {
    const now = world.proxy.states.get('staging');
    if (point !== 'rehearse-back:before') return;
    const { host, port } = instanceOf(id(old))![1][0]!;
    // What a process that is dead now has left: the traffic is there already.
    const left = { colour: 'blue', release: id(old), services: { backend: { host, port } } } as const;
    world.proxy.states.set('staging', { epoch: now!.epoch, ...left });
  };
  const live = await world.deploy('staging', '1.1.0');
  expect([live.ending?.as, points().at(-1)]).toEqual(['live', id(live)]);
  expect(await certificateOf(live)).toMatchObject({
    ...{ result: 'unmeasured', reason: 'a process died in the middle of it' },
  });
});

test('over a forward-only migration nobody is moved, and it is named as the point of no return', async () => {
  const phases = world.project.phases.map((phase) =>
    phase.name === 'deployment' ? { ...phase, work: ['databases', 'services'] as const } : phase,
  );
  Object.assign(world.project, { phases, databases: [{ ...sampleProject.databases[0]!, forwardOnly: true }] });
  const old = await deployWith(world, '1.0.0', 'sha256:a');
  const live = await deployWith(world, '1.1.0', 'sha256:b');
  expect([live.ending?.as, points()]).toEqual(['live', [id(old), id(live), id(live)]]);
  expect(await certificateOf(live)).toMatchObject({
    ...{ result: 'roll-forward', pointOfNoReturn: 'deployment/migrate-main', backMs: null },
  });
});
