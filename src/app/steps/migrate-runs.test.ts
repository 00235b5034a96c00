import { expect, test } from 'vitest';
import type { RehearsalFacts } from '../../domain/rehearsal/facts.ts';
import { goodFacts } from '../../domain/rehearsal/testing/samples.ts';
import { sampleProject } from '../../report/testing/project.ts';
import type { KeptRehearsal } from '../rehearsed-migrations.ts';
import type { Site } from '../site.ts';
import { runMigrate } from './migrate-runs.ts';

const database = { ...sampleProject.databases[0]!, budgetMs: 60_000, lockTimeoutMs: 5_000 };
const locked = 'ERROR:  canceling statement due to lock timeout';

interface Script {
  /** What each run prints and how it ends, in order. */
  readonly outputs: readonly string[];
  readonly facts?: Partial<RehearsalFacts> | null;
  readonly tookMs?: number;
  /** Indexes that are INVALID by then. */
  readonly invalid?: readonly string[];
}

async function ran({ outputs, facts = {}, tookMs = 5, invalid = [] }: Script) {
  const asked: { id: string; timeoutMs: number; PGOPTIONS: string | undefined }[] = [];
  const slept: number[] = [];
  const run = async (request: { id: string; timeoutMs: number; variables: Record<string, string> }) => {
    const { id, timeoutMs, variables } = request;
    const output = outputs[asked.push({ id, timeoutMs, PGOPTIONS: variables['PGOPTIONS'] }) - 1]!;
    const exitCode = output === 'done' ? 0 : 1;
    return {
      status: 'exited',
      exitCode,
      signalName: null,
      timedOut: false,
      output,
      outputBytes: 1,
      durationMs: tookMs,
    };
  };
  const rows = invalid.map((name) => ({ name, isPartitioned: false }));
  const query = async () => ({ status: 'answered', rows, rowCount: rows.length, durationMs: 1 });
  const site = {
    ...{ project: { ...sampleProject, services: [] }, environment: sampleProject.environments[0]!, colour: 'blue' },
    ...{ directory: '/nowhere', values: { PGOPTIONS: '-c jit=off' }, secrets: [] },
    release: { id: 'rel_1', revision: 'r', version: '1.0.0', parts: { artifacts: { tree: 'tree' } } },
    databases: [{ name: database.name, url: 'postgresql://h/d' }],
    effects: { redact: (text: string) => text, sql: { query } },
    world: {
      ...{ supervised: { run }, artifacts: { directoryOf: () => '/nowhere' } },
      clock: { sleep: async (durationMs: number) => void slept.push(durationMs) },
    },
  } as unknown as Site;
  const kept =
    facts === null
      ? null
      : ({ evidence: 'e', data: { facts: { ...goodFacts, ...facts } } } as unknown as KeptRehearsal);
  const order = { database, operation: 'dep_1-4', kept, before: { status: 'seen', invalid: [] } } as const;
  return { ...(await runMigrate(site, order, AbortSignal.timeout(10_000))), asked, slept };
}

test('it runs once, under the lock timeout, with the options that the environment has', async () => {
  const { asked, count, notAgain } = await ran({ outputs: ['done'] });
  expect([count, notAgain]).toEqual([1, null]);
  expect(asked).toEqual([{ id: 'dep_1-4', timeoutMs: 60_000, PGOPTIONS: '-c jit=off -c lock_timeout=5000' }]);
});

test('a rehearsed one that gave up on a lock is run again under an id of its own, after a pause, within one budget', async () => {
  const { asked, slept, count, notAgain, answer } = await ran({ outputs: [locked, locked, 'done'], tookMs: 7_000 });
  expect([count, notAgain, answer]).toEqual([3, null, expect.objectContaining({ exitCode: 0 })]);
  expect(asked.map(({ id, timeoutMs }) => [id, timeoutMs])).toEqual([
    ['dep_1-4', 60_000],
    ['dep_1-4.2', 48_000],
    ['dep_1-4.3', 36_000],
  ]);
  expect(slept).toEqual([5_000, 5_000]);
});

test.each<readonly [string, Script, number, RegExp | null]>([
  ['it gives up each time', { outputs: [locked, locked, locked] }, 3, /given up 3 times/],
  ['it failed of something else', { outputs: ['ERROR:  column "a" does not exist'] }, 1, null],
  ['nobody has rehearsed it', { outputs: [locked], facts: null }, 1, /nobody has rehearsed/],
  ['it never gave up on the copy', { outputs: [locked], facts: { hostileReader: 'never-gave-up' } }, 1, /goes through/],
  ['second runs were not measured', { outputs: [locked], facts: { secondRuns: null } }, 1, /second run/],
  ['it has left an INVALID index', { outputs: [locked], invalid: ['users_name'] }, 1, /INVALID index users_name/],
  ['its budget is used up', { outputs: [locked], tookMs: 56_000 }, 1, /budget is used up/],
])('%s: it is not run again', async (_, script, runs, reason) => {
  const { count, notAgain, answer } = await ran(script);
  expect([count, answer]).toEqual([runs, expect.objectContaining({ exitCode: 1 })]);
  expect(notAgain).toEqual(reason === null ? null : expect.stringMatching(reason));
});
