import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { makePlan, staleness, type PlanQuestion, type Standing } from './plan.ts';
import { shareOf } from './shift.ts';
import type { CheckSpec, Environment, Project, Service } from './project.ts';
import { makeRelease } from './release.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const service: Service = {
  name: 'web',
  run: ['node', 'web.mjs'],
  port: 8_080,
  variables: {},
  health: {
    path: '/health',
    withinMs: 100,
    startsInMs: 5_000,
    release: { from: 'json', path: '$.release' },
    consecutive: 3,
  },
  drainMs: 7_000,
  stopGraceMs: 2_000,
  critical: true,
};
const check = (name: string, parts: Partial<CheckSpec> = {}): CheckSpec => ({
  name,
  kind: 'http',
  config: {},
  in: ['staging', 'production'],
  blocking: true,
  timeoutMs: 1_000,
  retries: 0,
  flaky: 'warn',
  after: [],
  where: 'greenroom.yaml:9:3',
  ...parts,
});
const conditional = (then: 'proceed' | 'hold'): Environment['conditional'] => ({
  // oxlint-disable-next-line unicorn/no-thenable -- the configuration's own word; nobody awaits it
  then,
  owner: 'team',
  dueWithinMs: 1_000,
});
const environment = (name: string): Environment => ({
  name,
  driver: { kind: 'process', config: {} },
  traffic: { kind: 'edge', config: {} },
  host: '127.0.0.1',
  ports: {},
  url: null,
  variableFiles: [],
  variables: {},
  variableSchema: null,
  bake: {
    forMs: 10_000,
    everyMs: 1_000,
    failureLimit: 0,
    consecutiveErrorLimit: 3,
    minimumRequests: 20,
    errorShare: 0.05,
    baselineFactor: 3,
    rollBack: 'automatic',
    probes: [],
  },
  conditional: conditional('proceed'),
  promotion: { evidenceMaxAgeMs: 86_400_000 },
  keepReleases: 3,
  about: {},
});
const phase = (name: string, parts: Partial<Project['phases'][number]> = {}): Project['phases'][number] => ({
  name,
  budgetMs: 60_000,
  parallel: 4,
  work: [],
  checks: [],
  ...parts,
});
const database = {
  name: 'main',
  source: { kind: 'embedded' },
  variable: 'DATABASE_URL',
  migrate: ['node', 'migrate.mjs'],
  revision: null,
  back: null,
  budgetMs: 30_000,
  forwardOnly: false,
  lockTimeoutMs: 1_000,
} as const;
const project: Project = {
  name: 'demo',
  directory: '/demo',
  path: ['staging', 'production'],
  artifact: { directory: '.', exclude: [], versionFrom: 'none' },
  services: [service, { ...service, name: 'api', drainMs: 9_000, stopGraceMs: 1_000 }],
  databases: [database, { ...database, name: 'plain', migrate: null }],
  caches: [],
  environments: [environment('staging'), environment('production')],
  phases: [
    phase('preflight', { checks: [check('ready')] }),
    phase('infrastructure', { work: ['databases'] }),
    phase('deployment', { work: ['services'] }),
    phase('health', { checks: [check('alive'), check('smoke', { in: ['staging'], blocking: false, flaky: 'fail' })] }),
    phase('decision', { work: ['decision'] }),
  ],
};
const release = makeRelease(
  'demo',
  {
    version: '1',
    commit: null,
    dirty: false,
    artifacts: { tree: 'tree:sha256:1' },
    configuration: 'c',
    migrations: null,
  },
  hash,
);
const nothing: Standing = { releaseId: null, releaseRevision: null, colour: null };
const blue: Standing = { releaseId: 'rel_old', releaseRevision: 'old', colour: 'blue' };
const question = (parts: Partial<PlanQuestion> = {}): PlanQuestion => ({
  project,
  environment: project.environments[1]!,
  release,
  standing: blue,
  purpose: 'deploy',
  ...parts,
});
const plan = (parts: Partial<PlanQuestion> = {}) => makePlan(question(parts), hash);
const names = (parts: Partial<PlanQuestion> = {}) => plan(parts).steps.map((step) => step.name);

const lookedAt = ['preflight/drift', 'preflight/way-back'];
const wayThere = [
  'admit',
  ...lookedAt,
  'preflight',
  'infrastructure/prepare',
  'infrastructure/migrate-main',
  'deployment/start',
  'deployment/prove',
  'health',
  'decision/verdict',
];
const withoutMigration = wayThere.map((name) => (name === 'infrastructure/prepare' ? 'deployment/prepare' : name));

test('a later deployment goes the whole way, a first one has nothing to drain and stop', () => {
  expect(names()).toEqual([...wayThere, 'switch', 'bake', 'drain', 'stop']);
  const first = wayThere.filter((name) => name !== 'preflight/way-back');
  expect(names({ standing: nothing })).toEqual([...first, 'switch', 'bake']);
});

test('what refuses a release, or brings up its database, comes before the migration; without one it belongs to the services', () => {
  const migrated = project.databases.map((database) => ({ ...database, migrate: null }));
  const prepared = (databases: Project['databases']) =>
    names({ project: { ...project, databases } }).filter((name) => /prepare|migrate|start/.test(name));
  expect(prepared(project.databases)).toEqual([
    ...['infrastructure/prepare', 'infrastructure/migrate-main', 'deployment/start'],
  ]);
  for (const databases of [migrated, []])
    expect(prepared(databases)).toEqual(['deployment/prepare', 'deployment/start']);
});

test('the way back is rehearsed between bake and drain where it is asked for and something serves', () => {
  const asking = { ...project.environments[1]!, rehearseRollback: true as const };
  const way = names({ environment: asking });
  expect(way.slice(-6)).toEqual(['switch', 'bake', 'rehearse-back', 'rehearse-forth', 'drain', 'stop']);
  for (const parts of [{ standing: nothing }, { purpose: 'roll-back' as const }])
    expect(names({ environment: asking, ...parts }).filter((name) => name.startsWith('rehearse'))).toEqual([]);
});

test('the verdict of a promotion has a line for the certificate where it is demanded, or was asked for before', () => {
  const [staging, production] = project.environments as [Environment, Environment];
  const asking = { ...project, environments: [{ ...staging, rehearseRollback: true as const }, production] };
  const demanding = {
    ...production,
    promotion: { ...production.promotion, require: ['rollback-certificate'] as const },
  };
  const line = (parts: Partial<PlanQuestion>) =>
    plan(parts).policy.required.find((each) => each.name === 'preflight/rollback-certificate');
  expect(line({})).toBeUndefined();
  expect(line({ project: asking })).toMatchObject({ kind: 'certificate', blocking: false, phase: 'preflight' });
  expect(line({ environment: demanding })).toMatchObject({ blocking: true });
  expect(line({ project: asking, environment: asking.environments[0]! })).toBeUndefined();
  expect(line({ environment: demanding, purpose: 'roll-back' })).toBeUndefined();
});

test('F079 F082 the way back is asked where something serves, drift there and where a proof comes from', () => {
  const [staging, production] = project.environments as [Environment, Environment];
  const asked = (environment: Environment, standing: Standing, purpose: 'deploy' | 'roll-back' = 'deploy') =>
    names({ environment, standing, purpose }).filter((name) => lookedAt.includes(name));
  expect(asked(staging, nothing)).toEqual([]);
  expect(asked(production, nothing)).toEqual(['preflight/drift']);
  expect(asked(staging, blue)).toEqual(lookedAt);
  expect(asked(production, blue)).toEqual(lookedAt);
  expect(asked(production, blue, 'roll-back')).toEqual([]);
});

test('F079 F082 both are asked before anything is changed, also where one phase does everything', () => {
  const one = [phase('all', { work: ['databases', 'services', 'decision'], checks: [check('ready')] })];
  const { steps, policy } = plan({ project: { ...project, phases: one } });
  expect(steps.slice(0, 4).map((step) => step.name)).toEqual(['admit', 'all/drift', 'all/way-back', 'all/prepare']);
  expect(policy.required.slice(0, 2)).toMatchObject([
    { name: 'all/drift', kind: 'drift', blocking: true, where: 'greenroom' },
    { name: 'all/way-back', kind: 'way-back', blocking: true, where: 'greenroom' },
  ]);
});

test('F082 drift holds a promotion and the last environment, whatever "conditional" says; nothing else does', () => {
  const holding = (parts: Partial<PlanQuestion> = {}) =>
    plan(parts)
      .policy.required.filter((required) => required.holds)
      .map((required) => required.name);
  expect(holding()).toEqual(['preflight/drift']);
  expect(holding({ environment: project.environments[0]! })).toEqual([]);
  expect(holding({ project: { ...project, path: ['production'] } })).toEqual(['preflight/drift']);
});

test('a rollback does not migrate and asks for health only', () => {
  const back = plan({ purpose: 'roll-back' });
  const left = [...lookedAt, 'preflight', 'infrastructure/migrate-main'];
  const expected = [
    ...withoutMigration.filter((name) => !left.includes(name)),
    'switch',
    'verify',
    'bake',
    'drain',
    'stop',
  ];
  expect(back.steps.map((step) => step.name)).toEqual(expected);
  expect(back.phases[0]!.left).toEqual([{ name: 'ready', reason: 'a rollback asks for health only' }]);
  expect(back.proofFrom).toBeNull();
});

test('a gradual shift moves and watches each share before all of it; not where nothing serves, and not on a rollback', () => {
  const environment = { ...project.environments[1]!, shift: { percents: [25, 50], forMs: 60_000 } };
  const { steps } = plan({ environment });
  const traffic = steps.slice(steps.findIndex(({ kind }) => kind === 'switch'));
  expect(traffic.map(({ kind, name, subject, budgetMs }) => [kind, name, subject, budgetMs])).toEqual([
    ['switch', 'switch-25', '25%', 30_000],
    ['bake', 'bake-25', '25%', 393_000],
    ['switch', 'switch-50', '50%', 30_000],
    ['bake', 'bake-50', '50%', 393_000],
    ['switch', 'switch', null, 30_000],
    ['bake', 'bake', null, environment.bake.forMs + 333_000],
    ['drain', 'drain', null, expect.any(Number)],
    ['stop', 'stop', null, expect.any(Number)],
  ]);
  expect(traffic.map(shareOf)).toEqual([25, 25, 50, 50, null, null, null, null]);
  // A migration has a subject too.
  expect(steps.filter(({ kind }) => kind === 'migrate').map(shareOf)).toEqual([null]);
  for (const parts of [{ standing: nothing }, { purpose: 'roll-back' as const }])
    expect(names({ environment, ...parts })).toEqual(names(parts));
});

test('a preview begins when the new version is proven, answers with a line of the verdict, and is not for a first deployment or a rollback', () => {
  const environment = { ...project.environments[1]!, preview: true as const };
  const { steps, policy } = plan({ environment });
  const kinds = steps.map(({ kind }) => kind);
  expect(kinds.slice(kinds.indexOf('prove'))).toEqual([
    ...['prove', 'preview', 'checks', 'decide', 'switch', 'bake', 'drain', 'stop'],
  ]);
  expect(policy.required).toContainEqual(
    expect.objectContaining({ name: 'deployment/preview', kind: 'preview', blocking: true, where: 'greenroom' }),
  );
  for (const parts of [{ standing: nothing }, { purpose: 'roll-back' as const }])
    expect(names({ environment, ...parts })).toEqual(names(parts));
});

test('a rollback at once asks its checks after the switch, and does not bake', () => {
  const back = plan({ purpose: 'roll-back', urgent: true });
  const left = [...lookedAt, 'preflight', 'infrastructure/migrate-main', 'health'];
  const expected = [...withoutMigration.filter((name) => !left.includes(name)), 'switch', 'verify', 'drain', 'stop'];
  expect(back.steps.map((step) => step.name)).toEqual(expected);
  expect(back.phases.flatMap((phase) => phase.checks)).toEqual([]);
  expect(back.phases.flatMap((phase) => phase.left)).toContainEqual({
    ...{ name: 'alive', reason: 'asked after the switch: the rollback is wanted at once' },
  });
  expect(back.hash).not.toBe(plan({ purpose: 'roll-back' }).hash);
  // Nothing else is ever let in without being asked.
  expect(plan({ urgent: true })).toEqual(plan());
});

test('every step has a budget: of its phase, its database, the slowest service, the bake', () => {
  const budgets = Object.fromEntries(plan().steps.map(({ name, budgetMs }) => [name, budgetMs]));
  expect(budgets).toMatchObject({
    admit: 30_000,
    preflight: 60_000,
    'infrastructure/migrate-main': 30_000,
    switch: 30_000,
    // The watch, five minutes for who may still be answered at its end, and the cut-over's own.
    bake: 343_000,
    drain: 9_000,
    stop: 32_000,
  });
});

test('the new version takes the colour that does not serve', () => {
  expect(plan({ standing: nothing }).colour).toBe('blue');
  expect(plan({ standing: blue }).colour).toBe('green');
  expect(plan({ standing: { ...blue, colour: 'green' } }).colour).toBe('blue');
});

test('each environment but the first wants proof from the one before', () => {
  expect(plan({ environment: project.environments[0]! }).proofFrom).toBeNull();
  expect(plan().proofFrom).toBe('staging');
});

test('F054 what must be answered: the own steps and the checks of this environment, and what is left out is said', () => {
  const staged = plan({ environment: project.environments[0]! }).policy.required;
  expect(staged.map(({ name, blocking, flaky }) => [name, blocking, flaky])).toEqual([
    ['preflight/drift', true, 'warn'],
    ['preflight/way-back', true, 'warn'],
    ['ready', true, 'warn'],
    ['infrastructure/prepare', true, 'warn'],
    ['infrastructure/migrate-main', true, 'warn'],
    ['deployment/start', true, 'warn'],
    ['deployment/prove', true, 'warn'],
    ['alive', true, 'warn'],
    ['smoke', false, 'fail'],
  ]);
  expect(plan().policy.required.map((each) => each.name)).not.toContain('smoke');
  expect(plan().phases[3]!.left).toEqual([{ name: 'smoke', reason: 'runs in staging only' }]);
});

const changed = (change: (copy: { -readonly [K in keyof Project]: Project[K] }) => void): Partial<PlanQuestion> => {
  const copy = structuredClone(project);
  change(copy);
  return { project: copy, environment: copy.environments[1]! };
};
const withPhase = (index: number, parts: Partial<Project['phases'][number]>) =>
  changed((copy) => (copy.phases = copy.phases.map((each, at) => (at === index ? { ...each, ...parts } : each))));
const withEnvironment = (parts: Partial<Environment>) => ({ environment: { ...project.environments[1]!, ...parts } });

test('the same question has the same plan and the same hash', () => {
  expect(makePlan(structuredClone(question()), hash)).toEqual(plan());
});

test.each<[string, Partial<PlanQuestion>]>([
  ['the release', { release: { ...release, revision: 'other' } }],
  ['what stands', { standing: { ...blue, releaseRevision: 'other' } }],
  ['the colour that stands', { standing: { ...blue, colour: 'green' } }],
  ['the purpose', { purpose: 'roll-back' }],
  ['the environment', { environment: project.environments[0]! }],
  ['the order of the path', changed((copy) => (copy.path = ['production', 'staging']))],
  ['a check', withPhase(3, { checks: [check('alive', { timeoutMs: 2_000 })] })],
  ['what a check is given', withPhase(3, { checks: [check('alive', { config: { path: '/' } })] })],
  ['a budget', withPhase(0, { budgetMs: 1 })],
  ['how much runs at once', withPhase(0, { parallel: 1 })],
  ['the bake', withEnvironment({ bake: { ...project.environments[1]!.bake, failureLimit: 1 } })],
  ['what a conditional verdict does', withEnvironment({ conditional: conditional('hold') })],
  ['how old evidence may be', withEnvironment({ promotion: { evidenceMaxAgeMs: 1 } })],
  ['a migrate command that is new', changed((copy) => (copy.databases = [database, { ...database, name: 'two' }]))],
  ['how long draining may take', changed((copy) => (copy.services = [{ ...service, drainMs: 60_000 }]))],
  ['a service', changed((copy) => (copy.services = [{ ...service, run: ['node', 'other.mjs'] }]))],
  ['a variable', withEnvironment({ variables: { A: '1' } })],
  ['a public port', withEnvironment({ ports: { web: 1 } })],
  ['how many old releases are kept', withEnvironment({ keepReleases: 9 })],
])('another hash when this changes: %s', (_, parts) => {
  expect(plan(parts).hash).not.toBe(plan().hash);
});

test.each<[string, Partial<PlanQuestion>]>([['the folder', changed((copy) => (copy.directory = '/elsewhere'))]])(
  'the same hash when this changes: %s',
  (_, parts) => {
    expect(plan(parts).hash).toBe(plan().hash);
  },
);

test('the hash of the definition follows greenroom.yaml, and nothing else', () => {
  const { definitionHash } = plan();
  expect(plan({ standing: nothing, release: { ...release, revision: 'x' } }).definitionHash).toBe(definitionHash);
  expect(plan(withPhase(3, { checks: [check('other')] })).definitionHash).not.toBe(definitionHash);
  expect(plan(withEnvironment({ promotion: { evidenceMaxAgeMs: 1 } })).definitionHash).not.toBe(definitionHash);
});

test('a saved plan holds until something else serves or the rules change', () => {
  const saved = plan();
  const { definitionHash } = saved;
  expect(staleness(saved, blue, definitionHash)).toBeNull();
  expect(staleness(saved, { ...blue, releaseId: 'rel_renamed' }, definitionHash)).toBeNull();
  expect(staleness(saved, { ...blue, releaseId: 'rel_new', releaseRevision: 'new' }, definitionHash)).toMatchObject({
    code: 'GR4201',
    message: 'The plan is stale: rel_new (blue) serves production now, not rel_old (blue).',
  });
  // The same release was deployed again.
  expect(staleness(saved, { ...blue, colour: 'green' }, definitionHash)).toMatchObject({
    code: 'GR4201',
    message: 'The plan is stale: rel_old (green) serves production now, not rel_old (blue).',
  });
  expect(staleness(saved, nothing, definitionHash)?.message).toContain('nothing serves production now');
  expect(staleness(saved, blue, 'other')).toMatchObject({
    code: 'GR4202',
    do: 'Run "greenroom plan production" again and read what changed.',
  });
});
