import type { CheckSpec, Environment, Phase, Project } from '../../domain/project.ts';

const check = (name: string, kind: string, line: number, more: Partial<CheckSpec> = {}): CheckSpec => ({
  name,
  kind,
  config: {},
  in: ['staging', 'production'],
  blocking: true,
  timeoutMs: 6e4,
  retries: 1,
  flaky: 'warn',
  after: [],
  where: `greenroom.yaml:${line}:7`,
  ...more,
});

const phase = (name: string, budgetMs: number, work: Phase['work'], checks: readonly CheckSpec[]): Phase => ({
  name,
  budgetMs,
  parallel: 4,
  work,
  checks,
});

const environment = (name: string): Environment => ({
  name,
  driver: {
    kind: 'process',
    config: {},
  },
  traffic: {
    kind: 'edge',
    config: {},
  },
  host: '127.0.0.1',
  ports: {},
  url: null,
  variableFiles: [],
  variables: {},
  variableSchema: null,
  keepReleases: 3,
  about: {},
  bake: {
    forMs: 3e4,
    everyMs: 5e3,
    failureLimit: 0,
    consecutiveErrorLimit: 4,
    minimumRequests: 20,
    errorShare: 0.05,
    baselineFactor: 3,
    rollBack: 'automatic',
    probes: [],
  },
  conditional: {
    // oxlint-disable-next-line unicorn/no-thenable -- the domain's own word, never awaited
    then: 'hold',
    owner: 'Grace Hopper',
    dueWithinMs: 48 * 36e5,
  },
  promotion: { evidenceMaxAgeMs: 24 * 36e5 },
});

/** The handbook's seven phases, as small as they can be with one of everything in them. */
export const sampleProject: Project = {
  name: 'medianest',
  directory: '/srv/medianest',
  path: ['staging', 'production'],
  artifact: {
    directory: '.',
    exclude: [],
    versionFrom: 'package.json',
  },
  services: [
    {
      name: 'backend',
      run: ['node', 'server.mjs'],
      port: 4001,
      variables: {},
      critical: true,
      health: {
        path: '/api/health',
        withinMs: 500,
        startsInMs: 3e4,
        release: {
          from: 'json',
          path: '$.release',
        },
        consecutive: 3,
      },
      drainMs: 1e4,
      stopGraceMs: 5e3,
    },
  ],
  databases: [
    {
      name: 'main',
      source: { kind: 'embedded' },
      variable: 'DATABASE_URL',
      migrate: ['node', 'db/migrate.mjs'],
      revision: null,
      back: null,
      budgetMs: 12e4,
      forwardOnly: false,
      lockTimeoutMs: 5e3,
    },
  ],
  caches: [],
  environments: [environment('staging'), environment('production')],
  phases: [
    phase(
      'preflight',
      2e4,
      [],
      [
        check('variables-complete', 'variables', 56),
        check('ports-free', 'ports', 57),
        check('database-answers', 'sql', 58),
        check('unit', 'suite', 59),
      ],
    ),
    phase('infrastructure', 12e5, ['databases'], []),
    phase('deployment', 6e5, ['services'], []),
    phase('health', 6e5, [], [check('backend-healthy', 'http', 81), check('smoke', 'suite', 91)]),
    phase(
      'integration',
      9e5,
      [],
      [check('api', 'suite', 97), check('metrics-present', 'metrics', 98, { blocking: false })],
    ),
    phase('performance', 6e5, [], [check('library-load', 'load', 108, { in: ['staging'] })]),
    phase('decision', 3e5, ['decision'], [check('log-is-clean', 'logs', 134)]),
  ],
};
