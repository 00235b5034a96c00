import { afterEach, beforeEach, expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import type { Plan } from '../domain/plan.ts';
import type { Project } from '../domain/project.ts';
import { makeRelease } from '../domain/release.ts';
import type { StoredDeployment } from '../store/deployments.ts';
import type { RowsInTransaction } from '../store/store.ts';
import { saveRelease } from '../store/releases.ts';
import { testDatabase } from '../store/testing/database.ts';
import { environmentOf, planDeployment, releaseOf, requireAsSaved, requireFresh } from './plan-deployment.ts';
import { goBack } from './go-back.ts';
import { acceptCondition } from './settle.ts';
import { checkNamed, openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
const hour = 3_600_000;
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `p${(count += 1)}`);
});
afterEach(() => world.close());

const codes = async (version: string, environment = 'production', project = world.project) =>
  (await planDeployment(world, project, environment, version)).obstacles.map((each) => each.code);
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'fresh';
  } catch (error) {
    return error instanceof FailureError ? error.failures[0]!.code : String(error);
  }
};
const planned = async (environment: string, project: Project = world.project): Promise<Plan> =>
  (await planDeployment(world, project, environment, '1.0.0')).plan;

test('the first environment asks for no proof; the next for a verdict of the one before on this very release', async () => {
  await world.release('1.0.0');
  expect(await codes('1.0.0', 'staging')).toEqual([]);
  expect(await codes('1.0.0')).toEqual(['GR4101']);
  await world.deploy('staging', '1.0.0');
  expect(await codes('1.0.0')).toEqual([]);
  await world.release('1.1.0');
  expect(await codes('1.1.0')).toEqual(['GR4101']);
});

test('F065 a version that was moved to other bytes after it was proven: its name is refused, and so are the other bytes', async () => {
  const { plan } = await world.deploy('staging', '1.0.0');
  const proven = plan.release;
  const parts = { ...proven.parts, artifacts: { tree: `tree:sha256:${'6'.repeat(64)}` } };
  const moved = makeRelease(world.project.name, parts, world.hash);
  await saveRelease(world.store, moved, 'mallory', world.time.now);
  expect(moved.version).toBe(proven.version);
  await expect(planDeployment(world, world.project, 'production', '1.0.0')).rejects.toThrow('GR4315');
  expect(await codes(moved.id)).toEqual(['GR4101']);
  expect(await codes(proven.id)).toEqual([]);
});

test('a proof holds until its age, and not a moment longer; a fresh one holds again', async () => {
  const live = await world.deploy('staging', '1.0.0');
  world.time.now = live.verdict!.decidedAt + 24 * hour;
  expect(await codes('1.0.0')).toEqual([]);
  world.time.now += 1;
  expect(await codes('1.0.0')).toEqual(['GR4104']);
  await world.deploy('staging', '1.0.0');
  expect(await codes('1.0.0')).toEqual([]);
});

test('a proof from later than now is none, until the release is proven again; its own number makes that one the newest', async () => {
  world.time.now += 24 * hour;
  await world.deploy('staging', '1.0.0');
  world.time.now -= 24 * hour;
  expect(await codes('1.0.0')).toEqual(['GR4113']);
  await world.deploy('staging', '1.0.0');
  expect(await codes('1.0.0')).toEqual([]);
});

test('a clock that was turned back is told by the log, and by the database', async () => {
  await world.deploy('staging', '1.0.0');
  world.time.now += 23 * hour;
  await world.release('1.1.0');
  await world.deploy('staging', '1.1.0');
  world.time.now -= 22 * hour;
  expect(await codes('1.0.0')).toEqual(['GR4113']);
  world.time.now += 22 * hour;
  expect(await codes('1.0.0')).toEqual([]);
  const ahead = { ...world, databaseNow: async () => world.time.now + 2 * hour };
  expect((await planDeployment(ahead, world.project, 'production', '1.0.0')).obstacles).toMatchObject([
    { code: 'GR4104' },
  ]);
});

test('the newest word counts: a no-go after a go', async () => {
  await world.deploy('staging', '1.0.0');
  world.seen.set('unit', 2);
  await world.deploy('staging', '1.0.0');
  expect(await codes('1.0.0')).toEqual(['GR4102']);
});

test('a release that was good and was taken back in its bake has not proven itself', async () => {
  const reach = async (point: string) => {
    if (point === 'bake:before') world.driver.running.clear();
  };
  await world.close();
  world = await openTestWorld(database.store(), `p${(count += 1)}`, { reach });
  const back = await world.deploy('staging', '1.0.0');
  expect([back.verdict?.decision, back.ending?.as]).toEqual(['go', 'rolled-back']);
  expect(await codes('1.0.0')).toEqual(['GR4103']);
});

test('a conditional proof counts when every condition is accepted; overdue ones hold every release', async () => {
  world.seen.set('docs', 2);
  const [staging, ...others] = world.project.environments;
  // oxlint-disable-next-line unicorn/no-thenable -- the configuration's own word; nobody awaits it
  const conditional = { then: 'proceed' as const, owner: 'docs team', dueWithinMs: 12 * hour };
  const proceeds = { ...staging!, conditional };
  Object.assign(world.project, { environments: [proceeds, ...others] });
  const live = await world.deploy('staging', '1.0.0');
  expect([live.ending?.as, live.verdict?.decision]).toEqual(['live', 'conditional-go']);
  expect(live.verdict?.conditions).toEqual([
    { id: 'docs', text: 'docs: it was 2', owner: 'docs team', dueAt: live.verdict!.decidedAt + 12 * hour },
  ]);
  expect(await codes('1.0.0')).toEqual(['GR4107']);
  world.time.now = live.verdict!.decidedAt + 13 * hour;
  expect(await codes('1.0.0')).toEqual(['GR4107', 'GR4105']);
  const invented = { deployment: live.id, condition: 'docs', by: 'Boss', at: new Date() };
  await world.store.change((rows) => rows.insertInto('acceptance').values(invented).execute());
  expect(await codes('1.0.0')).toEqual(['GR4107', 'GR4105']);
  await acceptCondition(world, world.project.name, 'docs', 'ada', 'staging');
  expect(await codes('1.0.0')).toEqual([]);
  await expect(acceptCondition(world, world.project.name, 'nothing', 'ada', null)).rejects.toThrow(/GR4306/);
});

test('a conditional go that must be accepted first holds before the traffic moves', async () => {
  world.seen.set('docs', 0);
  const held = await world.deploy('staging', '1.0.0');
  expect(held.state?.hold).toEqual({ kind: 'conditions', reason: 'waits for docs' });
  expect(world.proxy.states.get('staging') ?? null).toBeNull();
  await acceptCondition(world, world.project.name, 'docs', 'ada', null);
  await expect.poll(async () => (await world.settled(held.id)).ending?.as, { timeout: 5_000 }).toBe('live');
  expect(await codes('1.0.0')).toEqual([]);
});

test('a condition of what was cancelled is owed by nobody, and hides none that is owed', async () => {
  world.seen.set('docs', 2);
  const [staging, ...others] = world.project.environments;
  // oxlint-disable-next-line unicorn/no-thenable -- the configuration's own word; nobody awaits it
  const proceeds = { ...staging!, conditional: { ...staging!.conditional, then: 'proceed' as const } };
  const { environments } = world.project;
  Object.assign(world.project, { environments: [proceeds, ...others] });
  const live = await world.deploy('staging', '1.0.0');
  Object.assign(world.project, { environments });
  const held = await world.deploy('staging', '1.1.0');
  expect([live.ending?.as, held.state?.hold?.kind]).toEqual(['live', 'conditions']);
  await goBack(world, held.id, { as: 'cancelled', by: 'ada', reason: 'not today' });
  await expect.poll(async () => (await world.settled(held.id)).ending?.as, { timeout: 5_000 }).toBe('cancelled');
  const accepted = await acceptCondition(world, world.project.name, 'docs', 'ada', 'staging');
  expect(accepted.map((each) => each.deployment.id)).toEqual([live.id]);
  expect(await codes('1.0.0')).toEqual([]);
});

test("a saved plan that was edited is nobody's, whatever it says now", async () => {
  await world.deploy('staging', '1.0.0');
  const saved = await planned('staging');
  const read = JSON.parse(JSON.stringify(saved)) as typeof saved;
  const codeOfSaved = (plan: typeof saved) => codeOf(() => requireAsSaved(world, plan, 'plan.json'));
  expect(codeOfSaved(read)).toBe('fresh');
  expect(codeOfSaved({ ...read, steps: read.steps.map((step) => ({ ...step, budgetMs: 7 })) })).toBe('GR4206');
  expect(codeOfSaved({ ...read, phases: [] })).toBe('GR4206');
  expect(codeOfSaved({ ...read, environment: 'production' })).toBe('GR4206');
  expect(codeOfSaved({ ...read, hash: 'x' })).toBe('GR4206');
});

test('a saved plan is fresh while nothing changed, and names what did', async () => {
  await world.deploy('staging', '1.0.0');
  const saved = await planned('staging');
  expect(codeOf(() => requireFresh(saved, saved))).toBe('fresh');
  expect(await planned('staging')).toEqual(saved);
  const more = {
    ...world.project,
    phases: world.project.phases.map((phase) => ({ ...phase, checks: [checkNamed(phase.name)] })),
  };
  const now = await planned('staging', more);
  expect(codeOf(() => requireFresh(saved, now))).toBe('GR4202');
  const slower = {
    ...world.project,
    environments: world.project.environments.map((each) => ({ ...each, bake: { ...each.bake, forMs: 5_000 } })),
  };
  const bakes = await planned('staging', slower);
  expect(codeOf(() => requireFresh(saved, bakes))).toBe('GR4202');
  expect(codeOf(() => requireFresh({ ...saved, hash: 'edited' }, saved))).toBe('GR4203');
  await world.deploy('staging', '1.1.0');
  const after = await planned('staging');
  expect(codeOf(() => requireFresh(saved, after))).toBe('GR4201');
});

test('what is not there is named with what is', async () => {
  expect(codeOf(() => environmentOf(world.project, 'prod'))).toBe('GR4302');
  await expect(releaseOf(world, world.project, null)).rejects.toThrow(/GR4303/);
  await world.release('1.0.0');
  const newest = await world.release('1.1.0');
  expect(await releaseOf(world, world.project, null)).toEqual(newest);
  await expect(releaseOf(world, world.project, '9.9.9')).rejects.toThrow(/GR4304 .*"9\.9\.9"/);
});

test('what was proven is run as it was proven: another command or other checks are another release', async () => {
  await world.deploy('staging', '1.0.0');
  const obstacles = async (project: Project) =>
    (await planDeployment(world, project, 'production', '1.0.0')).obstacles.map(({ code, message }) => [code, message]);
  expect(await obstacles(world.project)).toEqual([]);
  const [service] = world.project.services;
  const evil = { ...world.project, services: [{ ...service!, run: ['node', 'evil.mjs'] }] };
  const said = `greenroom.yaml has changed since this release was made: services.${service!.name}.run.`;
  expect(await obstacles(evil)).toEqual([['GR4109', said]]);
  const fewer = { ...world.project, phases: world.project.phases.map((each) => ({ ...each, checks: [] })) };
  expect(await obstacles(fewer)).toMatchObject([['GR4109', expect.stringMatching(/phases.preflight.checks/)]]);
});

type Bend = (rows: RowsInTransaction, deployment: StoredDeployment) => Promise<unknown>;
const bends: readonly (readonly [string, Bend])[] = [
  [
    'the verdict',
    (rows, { id, verdict }) =>
      rows
        .updateTable('deployment')
        .set({ verdict: JSON.stringify({ ...verdict, score: 7 }) })
        .where('id', '=', id)
        .execute(),
  ],
  [
    'the end',
    (rows, { id }) =>
      rows
        .updateTable('deployment')
        .set({ ending: JSON.stringify({ as: 'rolled-back', reason: 'bent' }) })
        .where('id', '=', id)
        .execute(),
  ],
  [
    'the log',
    (rows, { id }) => rows.updateTable('record').set({ actor: 'eve' }).where('deployment', '=', id).execute(),
  ],
];

test.each(bends)('a proof of which %s was bent in the database is none, until it is proven again', async (_, bend) => {
  const deployment = await world.deploy('staging', '1.0.0');
  expect(await codes('1.0.0')).toEqual([]);
  await world.store.change((rows) => bend(rows, deployment));
  expect(await codes('1.0.0')).toEqual(['GR4111']);
  await world.deploy('staging', '1.0.0');
  expect(await codes('1.0.0')).toEqual([]);
});
