import type { Account, EvidenceBody } from '../../domain/account.ts';
import { play, type ScriptedCheck } from './script.ts';

/** A latency curve with a tail, dense where it is steep, as the load generator gives it. */
const curve = (middleMs: number, tailMs: number): readonly (readonly [number, number])[] => {
  const percentiles: number[] = [];
  for (let percentile = 0; percentile < 50; percentile += 5) percentiles.push(percentile);
  for (let above = 50; above > 0.01; above *= 0.8) percentiles.push(100 - above);
  const msAt = (p: number): number => middleMs * (0.7 + 0.006 * p) + tailMs * (Math.log10(100 / (100 - p)) / 4) ** 3;
  return percentiles.map((p) => [p, msAt(p)]);
};

const perSecond = (baseMs: number, swing: number): readonly (readonly [number, number])[] =>
  Array.from({ length: 61 }, (_, second) => [
    second,
    baseMs + swing * Math.abs(Math.sin(second * 1.7)) + (second === 38 ? swing * 3 : 0),
  ]);

const loadPlots: EvidenceBody['plots'] = [
  {
    title: 'Latency by percentile',
    kind: 'curve',
    xLabel: 'percentile of requests',
    yLabel: 'latency in ms',
    series: [
      {
        name: 'old 2.3.1',
        points: curve(21, 160),
      },
      {
        name: 'new 2.4.0',
        points: curve(23, 210),
      },
    ],
    threshold: {
      label: 'p95 objective 300 ms',
      value: 300,
    },
  },
  {
    title: 'p99 in every second',
    kind: 'line',
    xLabel: 'seconds since the load began',
    yLabel: 'p99 in ms',
    series: [
      {
        name: 'old 2.3.1',
        points: perSecond(62, 21),
      },
      {
        name: 'new 2.4.0',
        points: perSecond(70, 25),
      },
    ],
  },
];

const load: ScriptedCheck = {
  tookMs: 64_000,
  reason: 'p95 was 48 ms, the objective is 300 ms; p50 is 1.09 × the version that serves',
  findings: [
    { name: 'p95', outcome: 'pass', value: '48 ms', threshold: 'at most 300 ms' },
    { name: 'p99', outcome: 'pass', value: '79 ms', threshold: 'at most 800 ms' },
    { name: 'errors', outcome: 'pass', value: '0 of 12,000', threshold: 'at most 0.1 %' },
    { name: 'p50 against old', outcome: 'pass', value: '1.09 ×', threshold: 'at most 1.15 ×, detectable from 1.04 ×' },
  ],
  body: { config: { rate: '200/s', for: '60s' }, data: { sent: 12_000, late: 3 }, plots: loadPlots },
};

const unitTail = [
  '  not ok 17 - keeps the order of a shelf',
  '    expected: [1, 2, 3]',
  '    actual:   [1, 3, 2]',
].join('\n');

const brokenSuite: ScriptedCheck = {
  outcome: 'fail',
  attempts: ['fail', 'fail'],
  reason: '1 of 42 tests failed: keeps the order of a shelf',
  findings: [
    { name: 'failed tests', outcome: 'fail', value: '1', threshold: '0' },
    { name: 'tests run', outcome: 'pass', value: '42', threshold: 'at least 20' },
  ],
  cause: 'The test passes on a developer machine only: it relies on the order in which rows come back.',
  next: 'Run "npm run test:integration -- shelf" against staging, add an ORDER BY, and deploy a new release.',
  body: {
    data: { tests: 42, failures: 1 },
    artifacts: [{ label: 'end of the output', mediaType: 'text/plain', text: unitTail }],
  },
};

export const good = (): Account =>
  play({ checks: { 'library-load': load }, steps: { bake: { facts: { requests: 612, errors: 0 } } } });

export const noGo = (): Account => play({ checks: { api: brokenSuite }, version: '2.4.1' });

export const rolledBack = (): Account =>
  play({
    environment: 'production',
    version: '2.4.2',
    checks: {
      smoke: {
        attempts: ['fail', 'pass'],
        outcome: 'pass',
      },
    },
    accept: {
      by: 'Grace Hopper',
      afterMs: 9e5,
    },
    steps: {
      bake: {
        tookMs: 1400,
        failed: '11 of 58 answers were errors (19 %), the limit is 5 %',
        facts: {
          requests: 58,
          errors: 11,
          firstErrorAfterMs: 310,
        },
      },
    },
  });

export const conditional = (): Account =>
  play({
    checks: {
      'library-load': load,
      'metrics-present': {
        outcome: 'fail',
        reason: 'series "db_pool_in_use" is missing',
        cause: 'The exporter was renamed in this release.',
        next: 'Add the series again or change greenroom.yaml.',
        findings: [
          {
            name: 'db_pool_in_use',
            outcome: 'fail',
            value: 'missing',
            threshold: 'at most 20',
          },
        ],
      },
    },
    accept: { by: 'Grace Hopper <grace@example.org>', afterMs: 4_200_000, reason: 'counted elsewhere until then' },
  });

export const couldNotJudge = (): Account =>
  play({
    checks: {
      smoke: {
        outcome: 'error',
        evidence: null,
        attempts: ['error', 'error'],
        reason: 'was not measured: reports/smoke.xml ends in the middle of a tag',
        cause: 'The test runner was stopped while it wrote its report.',
        next: 'Run the suite by hand and look at its last lines of output.',
      },
    },
  });

const firstEver = (): Account => play({ standing: { releaseId: null, releaseRevision: null, colour: null } });

export const stillRunning = (): Account => play({ until: 'integration' });

export const held = (): Account =>
  play({ checks: { 'metrics-present': { outcome: 'warn', reason: 'pool is at 18 of 20' } } });

/** The same string everywhere a string can come from outside. */
export function hostile(text: string): Account {
  const account = play({
    version: text,
    actor: text,
    checks: {
      api: {
        outcome: 'fail',
        reason: text,
        cause: text,
        next: text,
        findings: [
          {
            name: text,
            outcome: 'fail',
            value: text,
            threshold: text,
          },
        ],
        body: {
          data: { [text]: text },
          config: { [text]: text },
          artifacts: [
            {
              label: text,
              mediaType: text,
              text,
            },
          ],
          plots: [
            {
              title: text,
              kind: 'line',
              xLabel: text,
              yLabel: text,
              series: [
                {
                  name: text,
                  points: [
                    [0, 1],
                    [1, 2],
                  ],
                },
              ],
              threshold: {
                label: text,
                value: 2,
              },
            },
          ],
        },
      },
    },
    steps: { 'stop-new': { facts: { [text]: text } } },
  });
  const { plan } = account;
  return {
    ...account,
    id: text,
    status: text,
    plan: {
      ...plan,
      project: text,
      environment: text,
      phases: plan.phases.map((phase) => ({ ...phase, left: [{ name: text, reason: text }] })),
    },
    verdict: account.verdict && {
      ...account.verdict,
      lines: account.verdict.lines.map((line) =>
        line.name === 'api' ? { ...line, name: text, kind: text, where: text } : line,
      ),
      conditions: [{ id: text, text, owner: text, dueAt: account.createdAt }],
    },
    ending: { as: 'rolled-back', reason: text },
    steps: account.steps.map((step) => (step.name === 'integration' ? { ...step, name: text, reason: text } : step)),
    acceptedConditions: [{ id: text, by: text, at: account.createdAt, reason: text }],
  };
}

export const accounts: Readonly<Record<string, () => Account>> = {
  good,
  noGo,
  rolledBack,
  conditional,
  couldNotJudge,
  firstEver,
  stillRunning,
  held,
};
