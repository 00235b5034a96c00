import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FailureError } from '../domain/failure.ts';
import type { Release } from '../domain/release.ts';
import { findDeployment, insertDeployment, type StoredDeployment } from '../store/deployments.ts';
import { testDatabase } from '../store/testing/database.ts';
import { newDeploymentOf } from '../store/testing/samples.ts';
import { beginForgotten } from './deploy-release.ts';
import { planDeployment } from './plan-deployment.ts';
import { restoreServing } from './restore-serving.ts';
import { rollBack } from './roll-back.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let onTheWay: ((point: string) => Promise<unknown>) | null = null;
beforeEach(async () => {
  onTheWay = null;
  const reach = async (point: string) => void (await onTheWay?.(point));
  world = await openTestWorld(database.store(), `p${(count += 1)}`, { reach });
});
afterEach(() => world.close());

const back = (to: string | null) =>
  rollBack(world, { project: world.project, environment: 'staging', to, actor: 'ada', reason: 'it is slow' });
const started = () => world.driver.done.filter((line) => line.startsWith('start '));

/** The proven release, pointing at the files of another. */
async function bendParts({ plan: { release } }: StoredDeployment): Promise<void> {
  const { artifacts } = (await world.release('9.0.0')).parts;
  const body = JSON.stringify({ ...release, parts: { ...release.parts, artifacts } });
  await world.store.change((rows) => rows.updateTable('release').set({ body }).where('id', '=', release.id).execute());
}

const bendPlan = async (id: string, release: Release): Promise<void> => {
  const { plan } = (await world.store.read((rows) => findDeployment(rows, id)))!;
  const bent = JSON.stringify({ ...plan, release });
  await world.store.change((rows) => rows.updateTable('deployment').set({ plan: bent }).where('id', '=', id).execute());
};

test('a proven release that points at other files is neither promoted nor rolled back to', async () => {
  const proven = await world.deploy('staging', '1.0.0');
  await world.deploy('staging', '1.1.0');
  await bendParts(proven);
  world.driver.done.length = 0;
  const { id } = proven.plan.release;
  await expect(planDeployment(world, world.project, 'production', id)).rejects.toThrow(/GR4112/);
  await expect(planDeployment(world, world.project, 'staging', id)).rejects.toThrow(/GR4112/);
  await expect(back(id)).rejects.toThrow(/GR4112/);
  await expect(back(null)).rejects.toThrow(/GR4112/);
  expect(started()).toEqual([]);
});

test('nor is it when somebody names no release and it is the newest', async () => {
  const proven = await world.deploy('staging', '1.0.0');
  await bendParts(proven);
  await world.store.change((rows) => rows.deleteFrom('release').where('id', '!=', proven.plan.release.id).execute());
  await expect(planDeployment(world, world.project, 'staging', null)).rejects.toThrow(/GR4112/);
});

test('after a reboot it is not started, nor is a release that somebody wrote down as serving', async () => {
  const live = await world.deploy('staging', '1.0.0');
  const other = await world.release('9.9.0');
  world.driver.running.clear();
  world.driver.done.length = 0;
  const codes = async () =>
    (await restoreServing(world, world.project)).flatMap(({ failures }) => failures.map((each) => each.code));
  const serve = (release: Release) => {
    const said = { releaseId: release.id, releaseRevision: release.revision, colour: 'blue', deployment: live.id };
    const serving = JSON.stringify(said);
    return world.store.change((rows) =>
      rows.updateTable('environment').set({ serving }).where('project', '=', world.project.name).execute(),
    );
  };
  await serve(other);
  expect(await codes()).toContain('GR4112');
  await bendPlan(live.id, other);
  expect(await codes()).toContain('GR4112');
  await bendPlan(live.id, live.plan.release);
  await serve(live.plan.release);
  await bendParts(live);
  expect(await codes()).toEqual(['GR4112']);
  expect(started()).toEqual([]);
});

test.each(['deploy', 'roll-back'] as const)(
  'an ordered %s begins with the release that was ordered',
  async (purpose) => {
    const { plan } = await planDeployment(world, world.project, 'staging', (await world.release('1.0.0')).id, purpose);
    const id = `dep_ordered_${count}`;
    const made = newDeploymentOf(world.project.name, id, { project: world.project, plan });
    await insertDeployment(world.store, { ...made, request: { ...made.request, purpose, releaseId: plan.release.id } });
    await bendPlan(id, await world.release('9.0.0'));
    await beginForgotten(world, world.project.name);
    const { ending } = await world.settled(id);
    expect([ending?.as, ending?.reason]).toEqual(['refused', expect.stringMatching(/GR4112 .*not what was ordered/)]);
    expect(started()).toEqual([]);
  },
);

test('a deployment in progress starts the release that it began with', async () => {
  const other = await world.release('9.0.0');
  onTheWay = async (point) => {
    if (point !== 'deployment/start:before') return;
    const [row] = await world.store.read((rows) =>
      rows.selectFrom('deployment').select('id').where('project', '=', world.project.name).execute(),
    );
    await bendPlan(row!.id, other);
  };
  const { ending } = await world.deploy('staging', '1.0.0');
  expect(ending?.as).not.toBe('live');
  expect(ending?.reason).toMatch(/GR4112 .*not what was ordered/);
  expect(started()).toEqual([]);
});

test('a rollback returns to nothing of which only the table says that it served', async () => {
  const first = await world.deploy('staging', '1.0.0');
  const second = await world.deploy('staging', '1.1.0');
  const never = await world.release('9.0.0');
  const bent = { ...second.plan, release: never };
  await world.store.change((rows) =>
    rows
      .insertInto('deployment')
      .values({
        ...{
          id: `dep_invented_${count}`,
          project: world.project.name,
          environment: 'staging',
          number: 90,
          actor: 'eve',
        },
        ...{ status: 'ended', request: JSON.stringify({ ...second.request, releaseId: never.id }), state: 'null' },
        ...{ model: JSON.stringify(second.model), plan: JSON.stringify(bent), verdict: JSON.stringify(second.verdict) },
        ...{ ending: JSON.stringify(second.ending), created_at: new Date(world.time.now), ended_at: new Date() },
      })
      .execute(),
  );
  await expect(back(never.id)).rejects.toThrow(/^GR4111 .*the log says nothing of it\.$/);
  // Nor does it say which one was the last good one.
  const answer = await back(null);
  expect(answer).toMatchObject({ kind: 'redeploy', release: first.plan.release.id });
  if (answer.kind === 'redeploy') expect((await world.settled(answer.deployment.id)).ending?.as).toBe('live');
});

test('nor to a deployment that is said to have brought another release, or to have run another command', async () => {
  const first = await world.deploy('staging', '1.0.0');
  await world.deploy('staging', '1.1.0');
  const never = await world.release('9.0.0');
  await bendPlan(first.id, never);
  await expect(back(never.id)).rejects.toThrow(/GR4111 .*not what was ordered/);
  await expect(back(null)).rejects.toThrow(/^GR4111 .*not what was ordered\.$/);
  await bendPlan(first.id, first.plan.release);
  const [service] = first.model.services;
  const model = JSON.stringify({ ...first.model, services: [{ ...service, run: ['node', 'evil.mjs'] }] });
  await world.store.change((rows) =>
    rows.updateTable('deployment').set({ model }).where('id', '=', first.id).execute(),
  );
  await expect(back(first.plan.release.id)).rejects.toThrow(/GR4111 .*greenroom\.yaml/);
});

test('a record of another deployment that was changed is told with the name of that one, and nothing else is said to be missing', async () => {
  const first = await world.deploy('staging', '1.0.0');
  await world.deploy('staging', '1.1.0');
  const last = await world.deploy('staging', '1.2.0');
  await world.store.change((rows) =>
    rows
      .updateTable('record')
      .set({ actor: 'mallory' })
      .where('deployment', '=', last.id)
      .where('kind', '=', 'verdict')
      .execute(),
  );
  for (const to of [null, first.plan.release.id]) {
    const refusal = await back(to).catch((error: FailureError) => error.failures);
    expect(refusal).toEqual([
      {
        code: 'GR4111',
        message: expect.stringMatching(
          /^What staging\/\d says of 1\.\d\.0 is not what was recorded: record \d+ of the log, which is of staging\/3, was changed\.$/,
        ),
        do: expect.stringContaining('"greenroom status" says what does not fit the log'),
      },
    ]);
  }
});
