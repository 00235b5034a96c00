import { afterEach, beforeEach, expect, test } from 'vitest';
import { sampleProject } from '../../report/testing/project.ts';
import { accountOf } from '../../store/accounts.ts';
import type { StoredDeployment } from '../../store/deployments.ts';
import { testDatabase } from '../../store/testing/database.ts';
import { closedMigrations } from '../closed-migrations.ts';
import { findWayBack } from '../find-way-back.ts';
import { rejudge } from '../rejudge.ts';
import { acceptCondition } from '../settle.ts';
import { deployWith } from '../testing/deploy-with.ts';
import { openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
const line = 'preflight/way-back';
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  const exited = { status: 'exited', exitCode: 0, signalName: null, output: 'done', outputBytes: 4 } as const;
  const run = async () => ({ ...exited, durationMs: 5, timedOut: false });
  world = await openTestWorld(database.store(), `p${(count += 1)}`, {
    supervised: { run, processOf: async () => null, hasBegun: async () => false },
  });
});
afterEach(() => world.close());

const lineOf = ({ verdict }: StoredDeployment) => verdict?.lines.find((each) => each.name === line);
const account = async (id: string) => (await world.store.read((rows) => accountOf(rows, id)))!;
const treeOf = ({ plan }: StoredDeployment): string => plan.release.parts.artifacts['tree']!;
const started = () => world.driver.done.filter((each) => each.startsWith('start ')).length;
/** The release that serves now is the one that served before; the new one was not even started. */
async function stopped(old: StoredDeployment, version = '1.1.0'): Promise<StoredDeployment> {
  const [before, moved] = [started(), world.proxy.done.length];
  const ended = await world.deploy('staging', version);
  expect([ended.ending?.as, started() - before, world.proxy.done.length - moved]).toEqual(['no-go', 0, 0]);
  expect(ended.plan.standing.releaseId).toBe(old.plan.release.id);
  return ended;
}

test('F079 what serves is hashed again before the new version starts, and the verdict says so', async () => {
  const old = await world.deploy('staging', '1.0.0');
  expect(old.plan.steps.map((each) => each.name)).not.toContain(line);
  const live = await world.deploy('staging', '1.1.0');
  expect(live.ending?.as).toBe('live');
  expect(lineOf(live)).toMatchObject({
    ...{ outcome: 'pass', phase: 'preflight', reason: '1.0.0 can be brought back: 3 files, bytes whole' },
    findings: [{ name: 'record' }, { name: 'bytes', value: treeOf(old), threshold: treeOf(old) }],
  });
  const seen = await account(live.id);
  expect(seen.evidence[lineOf(live)!.evidence!]?.data).toMatchObject({
    bytes: { digest: treeOf(old), fileCount: 3, sizeBytes: 300 },
  });
  expect(rejudge(world, seen)).toMatchObject({ same: true, different: [] });
});

test.each([
  ['gone', null],
  ['other than they were', 'tree:sha256:other'],
])('F079 the bytes of the old release are %s: no-go before anything is started', async (_, found) => {
  const old = await world.deploy('staging', '1.0.0');
  world.stored.set(treeOf(old), found);
  const ended = await stopped(old);
  expect(lineOf(ended)).toMatchObject({
    outcome: 'fail',
    reason: expect.stringMatching(/^1\.0\.0 could not be brought back: GR6503/),
  });
  expect(lineOf(ended)?.findings).toContainEqual({
    ...{ name: 'bytes', outcome: 'fail', value: found ?? 'nothing', threshold: treeOf(old) },
  });
  expect((await account(ended.id)).evidence[lineOf(ended)!.evidence!]?.data).toMatchObject({
    bytes: { expected: treeOf(old), found },
  });
  world.stored.clear();
  expect((await world.deploy('staging', '1.1.0')).ending?.as).toBe('live');
});

test('F079 the record of the old release is gone, or says something else', async () => {
  const old = await world.deploy('staging', '1.0.0');
  const { release } = old.plan;
  const parts = { ...release.parts, artifacts: { tree: 'tree:sha256:other' } };
  await world.store.change((rows) =>
    rows
      .updateTable('release')
      .set({ body: JSON.stringify({ ...release, parts }) })
      .where('id', '=', release.id)
      .execute(),
  );
  expect(lineOf(await stopped(old))?.reason).toMatch(/the record of 1\.0\.0 is that of another release/);
  await world.store.change((rows) => rows.deleteFrom('release').where('id', '=', release.id).execute());
  expect(lineOf(await stopped(old))?.reason).toMatch(`the record of ${release.id} is gone`);
});

function withDatabase(forwardOnly: boolean): void {
  const phases = world.project.phases.map((phase) =>
    phase.name === 'deployment' ? { ...phase, work: ['databases', 'services'] as const } : phase,
  );
  Object.assign(world.project, { phases, databases: [{ ...sampleProject.databases[0]!, forwardOnly }] });
}
test('F079 a forward-only migration is named as the point of no return and must be taken upon oneself', async () => {
  withDatabase(true);
  await deployWith(world, '1.0.0', 'sha256:a');
  const same = await deployWith(world, '1.0.1', 'sha256:a');
  expect([same.ending?.as, lineOf(same)?.outcome]).toEqual(['live', 'pass']);
  const held = await deployWith(world, '1.1.0', 'sha256:b');
  expect(lineOf(held)).toMatchObject({
    outcome: 'warn',
    reason: expect.stringMatching(/the database main cannot: forward only from deployment\/migrate-main on$/),
  });
  // The sample's environments hold for conditions.
  expect(held.state?.hold?.reason).toBe(`waits for ${line}`);
  await acceptCondition(world, world.project.name, line, 'grace', 'staging');
  await expect.poll(async () => (await world.settled(held.id)).ending?.as, { timeout: 10_000 }).toBe('live');
  // Whoever goes back from there all the same is told; over the same migrations there is nothing to tell.
  const leftBehind = async (to: string | null) => {
    const { over } = await findWayBack(world, { project: world.project, environment: 'staging', to });
    return (await closedMigrations(world, over)).map(({ name, step }) => [name, step]);
  };
  const main = ['main', 'deployment/migrate-main'];
  expect([await leftBehind(null), await leftBehind('1.0.0')]).toEqual([[main], [main]]);
  expect(await closedMigrations(world, [same.id])).toEqual([]);
});

test('F079 a database that is not declared so stays as migrated, and the line says that', async () => {
  withDatabase(false);
  await deployWith(world, '1.0.0', 'sha256:a');
  const live = await deployWith(world, '1.1.0', 'sha256:b');
  expect([live.ending?.as, live.verdict?.decision]).toEqual(['live', 'go']);
  expect(lineOf(live)?.reason).toBe(
    '1.0.0 can be brought back: 3 files, bytes whole; the database main stays as migrated',
  );
});
