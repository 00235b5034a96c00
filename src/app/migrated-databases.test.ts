// What a rehearsal on record says of going back, along the path of a release: in the line of the way back, in the certificate, and where nobody may pass.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { judgeMigration, type RehearsalData } from '../checks/migration-rehearsal/judge.ts';
import { configurationHash } from '../domain/configuration.ts';
import { migrationDigest } from '../domain/rehearsal/digest.ts';
import type { RehearsalFacts } from '../domain/rehearsal/facts.ts';
import { goodFacts } from '../domain/rehearsal/testing/samples.ts';
import { makeRelease } from '../domain/release.ts';
import type { SchemaMark } from '../kinds/rehearsals.ts';
import { sampleProject } from '../report/testing/project.ts';
import type { StoredDeployment } from '../store/deployments.ts';
import { saveRelease } from '../store/releases.ts';
import { testDatabase } from '../store/testing/database.ts';
import { planDeployment } from './plan-deployment.ts';
import { acceptCondition } from './settle.ts';
import { checkNamed, openTestWorld, scripted, type TestWorld } from './testing/world.ts';

vi.setConfig({ testTimeout: 240_000 });

const database = testDatabase();
const forwardFix = { kind: 'forward-fix', failedWith: null, schemaDifferences: [], lostTables: [], movedSequences: [] };
const day = 24 * 36e5;
let count = 0;
let world: TestWorld;
/** What the rehearsal of a deployment finds. */
let found: Partial<RehearsalFacts> = {};
let isIdle = false;
let mark: SchemaMark | undefined;
let migrated = 0;

beforeEach(async () => {
  [found, isIdle, migrated, mark] = [{}, false, 0, undefined];
  const exited = { status: 'exited', exitCode: 0, signalName: null, output: 'done', outputBytes: 4 } as const;
  const run = async () => {
    migrated += 1;
    return { ...exited, durationMs: 5, timedOut: false };
  };
  world = await openTestWorld(database.store(), `crossing${(count += 1)}`, {
    supervised: { run, processOf: async () => null, hasBegun: async () => false },
  });
  const rehearsal = scripted(async (_, { release }) => {
    const facts = { ...goodFacts, ...found };
    const said = { database: 'main', copy: 'database copy', copiedAtMs: 1, profile: 'full', budgetMs: 60_000, runs: 3 };
    const data = { ...said, digest: digestOf(release.version), swept: [], isIdle, facts, ...(mark && { mark }) };
    return { status: 'measured', data: data as unknown as number };
  });
  const judge = (_: unknown, data: unknown) => judgeMigration(data as RehearsalData);
  (world.checks as Map<string, object>).set('migration-rehearsal', {
    ...rehearsal,
    kind: 'migration-rehearsal',
    judge,
  });
  const config = { files: 'migrations/*.sql' };
  const check = checkNamed('on-a-copy', { kind: 'migration-rehearsal', config, in: ['staging'] });
  const phases = world.project.phases.map((phase) => ({
    ...phase,
    ...(phase.name === 'deployment' && { work: ['databases', 'services'] as const }),
    ...(phase.name === 'preflight' && { checks: [...phase.checks, check] }),
  }));
  // oxlint-disable-next-line unicorn/no-thenable -- the domain's own word, never awaited
  const proceed = { ...sampleProject.environments[0]!.conditional, then: 'proceed' as const };
  const environments = world.project.environments.map((each) => ({ ...each, conditional: proceed }));
  Object.assign(world.project, { phases, environments, databases: [sampleProject.databases[0]!] });
});
afterEach(() => world.close());

const commands = [sampleProject.databases[0]!.migrate, sampleProject.databases[0]!.back ?? [], []];
const textOf = (version: string) => `alter table users add column v${version.split('.')[1]} text;`;
const digestOf = (version: string) =>
  migrationDigest(
    {
      files: [{ file: 'migrations/001.sql', text: textOf(version) }],
      commands: commands.map((each) => JSON.stringify(each)),
    },
    world.hash,
  );

/** A release whose migration is named by the middle of its version: 1.1.0 and 1.1.1 have the same. */
async function release(version: string): Promise<string> {
  const artifacts = { tree: `tree:sha256:${world.hash(version)}` };
  const folder = path.join(world.artifacts.directoryOf(artifacts.tree), 'migrations');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, '001.sql'), textOf(version));
  const configuration = configurationHash(world.project, world.hash);
  const migrations = `sha256:${version.split('.')[1]}`;
  const parts = { version, commit: null, dirty: false, configuration, artifacts, migrations };
  const made = makeRelease(world.project.name, parts, world.hash);
  await saveRelease(world.store, made, 'ada', world.time.now);
  Object.assign(world, { release: async () => made });
  return made.id;
}
async function deploy(environment: string, version: string): Promise<StoredDeployment> {
  await release(version);
  return world.deploy(environment, version);
}
const line = ({ verdict }: StoredDeployment, name: string) => verdict?.lines.find((each) => each.name === name);
const wayBack = (deployment: StoredDeployment) => line(deployment, 'preflight/way-back');
async function planned(version: string, environment = 'production') {
  return planDeployment(world, world.project, environment, await release(version));
}
/** The first release serves both. */
async function served(): Promise<void> {
  for (const place of ['staging', 'production']) expect((await deploy(place, '1.0.0')).ending?.as).toBe('live');
}

test('a rehearsed migration that is safe to go back over is said so with its evidence, before anybody says yes', async () => {
  await served();
  const staged = await deploy('staging', '1.1.0');
  const evidence = line(staged, 'on-a-copy')!.evidence!.slice(0, 12);
  // Where it is rehearsed in the same deployment, nothing is claimed before.
  expect(wayBack(staged)).toMatchObject({
    outcome: 'pass',
    reason: expect.stringContaining('rehearsed in this deployment'),
  });
  expect(line(staged, 'on-a-copy')?.reason).toMatch(/, and it is safe to go back\.$/);
  const { obstacles, certificate } = await planned('1.1.0');
  expect(obstacles).toEqual([]);
  expect(certificate?.databases).toMatchObject([{ name: 'main', rehearsed: { going: 'safe' } }]);
  const live = await deploy('production', '1.1.0');
  expect(wayBack(live)).toMatchObject({
    outcome: 'pass',
    reason: expect.stringMatching(
      new RegExp(`main stays as migrated, safe to go back: .* \\(evidence ${evidence}\\)$`),
    ),
  });
});

test.each<readonly [string, Partial<RehearsalFacts>, string]>([
  ['a forward fix', { wayBack: forwardFix as RehearsalFacts['wayBack'] }, 'roll forward only'],
  [
    'data that is gone',
    { wayBack: forwardFix as RehearsalFacts['wayBack'], goneTables: ['users'] },
    'point of no return',
  ],
])('over %s nobody goes back: both environments say so, and it is a condition', async (_, facts, words) => {
  await served();
  found = facts;
  const staged = await deploy('staging', '1.1.0');
  expect(line(staged, 'on-a-copy')?.outcome).toBe('warn');
  await acceptCondition(world, world.project.name, 'on-a-copy', 'grace', 'staging');
  const live = await deploy('production', '1.1.0');
  expect(wayBack(live)).toMatchObject({
    outcome: 'warn',
    reason: expect.stringMatching(new RegExp(`the database main cannot: ${words}: .*from deployment/migrate-main on$`)),
  });
  const { certificate } = await planned('1.1.0');
  // What serves now has its migration already.
  expect(certificate?.databases).toMatchObject([{ hasSameMigrations: true }]);
});

test('where the way back is rehearsed with traffic, nobody is moved over it', async () => {
  const [first, second] = world.project.environments;
  Object.assign(world.project, { environments: [{ ...first!, rehearseRollback: true }, second!] });
  await served();
  found = { wayBack: forwardFix as RehearsalFacts['wayBack'] };
  const moved = world.proxy.done.length;
  await deploy('staging', '1.1.0');
  const points = world.proxy.done.slice(moved).filter((each) => each.startsWith('point staging '));
  expect(new Set(points.map((each) => each.split(' ')[3])).size).toBe(1);
  const { certificate } = await planned('1.1.0');
  expect(certificate?.rehearsal).toMatchObject({
    certificate: {
      ...{ result: 'roll-forward', pointOfNoReturn: 'deployment/migrate-main' },
      reason: expect.stringMatching(/^The database main has a migration that nobody goes back over: roll forward only/),
    },
  });
});

test('what was not rehearsed is refused before anything is deployed, and so is another migration than the rehearsed one', async () => {
  await served();
  const staged = await deploy('staging', '1.1.0');
  const evidence = line(staged, 'on-a-copy')!.evidence!.slice(0, 12);
  const before = migrated;
  const refused = await deploy('production', '1.2.0');
  expect(refused.ending).toMatchObject({
    ...{
      as: 'refused',
      reason: expect.stringContaining(`GR5112 The migration of the database main must be rehearsed`),
    },
  });
  expect(refused.ending?.reason).toContain(
    `the newest rehearsal is of 1.1.0, with other files or commands (evidence ${evidence})`,
  );
  expect(migrated).toBe(before);
  // The same files in another release are the rehearsed ones.
  const { obstacles } = await planned('1.1.1');
  expect(obstacles.map(({ code }) => code)).toEqual(['GR4101']);
});

test('without any rehearsal it is refused, in the first deployment too; who asks for none is asked for none', async () => {
  const { phases } = world.project;
  const without = phases.map((phase) => ({
    ...phase,
    checks: phase.checks.filter(({ name }) => name !== 'on-a-copy'),
  }));
  Object.assign(world.project, { phases: without });
  await deploy('staging', '1.0.0');
  expect((await planned('1.0.0')).obstacles).toEqual([]);
  Object.assign(world.project, { phases });
  expect((await planned('1.1.0')).obstacles.map(({ code }) => code)).toContain('GR5111');
  expect((await planned('1.1.0', 'staging')).obstacles).toEqual([]);
});

test('one that is too old, or that changed nothing, is no word of safety', async () => {
  await served();
  await deploy('staging', '1.1.0');
  world.time.now += day + 60_000;
  const old = await planned('1.1.0');
  expect(old.certificate?.databases).toMatchObject([
    { rehearsed: { going: 'stale', reason: expect.stringMatching(/^it is .* old$/) } },
  ]);
  isIdle = true;
  await deploy('staging', '1.1.0');
  await acceptCondition(world, world.project.name, 'on-a-copy', 'grace', 'staging');
  const live = await deploy('production', '1.1.0');
  expect(wayBack(live)).toMatchObject({
    outcome: 'warn',
    reason: expect.stringMatching(
      /nobody knows whether one can go back over the database main: not measured .*changed nothing/,
    ),
  });
});

test('a schema that has changed since makes it stale, of the database that it was rehearsed for', async () => {
  await served();
  mark = { place: 'production', schema: 'then' };
  await deploy('staging', '1.1.0');
  const going = async (now: object | null) => {
    const { effects } = world;
    const rows = now === null ? [] : [now];
    const query = async () => ({ status: 'answered', rows, rowCount: rows.length, durationMs: 1 });
    Object.assign(world, { effects: () => ({ ...effects([]), sql: { query } }) });
    const { certificate, obstacles } = await planned('1.1.0');
    Object.assign(world, { effects });
    // Whether it may run at all is another question: it is the rehearsed one.
    expect(obstacles).toEqual([]);
    return certificate?.databases[0]?.rehearsed?.going;
  };
  expect(await going({ place: 'production', schema: 'then' })).toBe('safe');
  expect(await going({ place: 'production', schema: 'now' })).toBe('stale');
  expect(await going({ place: 'staging', schema: 'now' })).toBe('safe');
  expect(await going(null)).toBe('unknown');
});

test('what the table says and the log does not is no rehearsal', async () => {
  await served();
  const staged = await deploy('staging', '1.1.0');
  const evidence = line(staged, 'on-a-copy')!.evidence!;
  await world.store.change(async (rows) => {
    const { body } = await rows
      .selectFrom('evidence')
      .select('body')
      .where('hash', '=', evidence)
      .executeTakeFirstOrThrow();
    const bent = { ...body, data: { ...(body.data as object), runs: 99 } };
    await rows
      .updateTable('evidence')
      .set({ body: JSON.stringify(bent) })
      .where('hash', '=', evidence)
      .execute();
  });
  expect((await planned('1.1.0')).obstacles.map(({ code }) => code)).toContain('GR5112');
});
