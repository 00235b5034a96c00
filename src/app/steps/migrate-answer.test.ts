import { expect, test } from 'vitest';
import { goodFacts } from '../../domain/rehearsal/testing/samples.ts';
import { sampleProject } from '../../report/testing/project.ts';
import { lookForInvalid, type IndexLook } from '../invalid-indexes.ts';
import type { KeptRehearsal } from '../rehearsed-migrations.ts';
import { judgeMigrate } from './migrate-answer.ts';

const database = sampleProject.databases[0]!;
const exited = { status: 'exited', exitCode: 0, signalName: null, output: 'done', outputBytes: 4 } as const;
const answer = { ...exited, durationMs: 5, timedOut: false };
const whole: IndexLook = { status: 'seen', invalid: [] };
const broken: IndexLook = {
  status: 'seen',
  invalid: [{ name: 'users_name', mend: 'REINDEX INDEX CONCURRENTLY users_name' }],
};
const judged = (before: IndexLook, after: IndexLook, over: object = {}, kept: KeptRehearsal | null = null) =>
  judgeMigrate({
    ...{ database, kept, runs: { answer, count: 1, notAgain: null }, revisions: { before: '1', after: '2' } },
    ...{ indexes: { before, after }, answer: { ...answer, ...over } },
  });
const unseen: IndexLook = { status: 'unseen', reason: 'timeout' };

test.each<readonly [string, IndexLook, IndexLook, string, RegExp]>([
  ['none', whole, whole, 'pass', /^migrated in .*, revision 1 → 2$/],
  ['one that it left', whole, broken, 'fail', /left the INVALID index users_name$/],
  ['one of which nobody knows whether it was there', unseen, broken, 'fail', /left the INVALID index users_name$/],
  ['one from before', broken, broken, 'warn', /the INVALID index users_name was there before$/],
  ['nobody could look', whole, unseen, 'warn', /nobody could look for INVALID indexes: timeout$/],
  ['no PostgreSQL', { status: 'elsewhere' }, { status: 'elsewhere' }, 'pass', /^migrated in/],
])('INVALID indexes: %s', (_, before, after, outcome, reason) => {
  const said = judged(before, after);
  expect([said.outcome, said.reason]).toEqual([outcome, expect.stringMatching(reason)]);
  expect(said.next === undefined).toBe(outcome === 'pass');
  // Looked for and not found, or said why not: the line is always there.
  expect(said.findings?.some(({ name }) => name === 'INVALID indexes')).toBe(true);
});

test('a failed migration says what it left and how to mend it, and why it was not run again', () => {
  const said = judgeMigrate({
    ...{ database, kept: null, revisions: { before: null, after: null }, indexes: { before: whole, after: broken } },
    ...{ answer: { ...answer, exitCode: 1 }, runs: { answer, count: 1, notAgain: 'nobody has rehearsed it' } },
  });
  expect(said).toMatchObject({
    outcome: 'fail',
    next: expect.stringContaining('REINDEX INDEX CONCURRENTLY users_name'),
  });
  expect(said.reason).toBe(
    'exit code 1; done; it gave up on a lock in run 1, and was not run again: nobody has rehearsed it',
  );
});

test('that it obeys its lock timeout is said only where a reader that never ends has shown it', () => {
  const kept = (hostileReader: 'gave-up-and-retried' | 'never-gave-up') =>
    ({ evidence: 'e'.repeat(64), data: { facts: { ...goodFacts, hostileReader } } }) as unknown as KeptRehearsal;
  const outcomeBy = (rehearsal: KeptRehearsal | null) =>
    judged(whole, whole, {}, rehearsal).findings?.find(({ name }) => name === 'lock timeout')?.outcome;
  expect([null, kept('never-gave-up'), kept('gave-up-and-retried')].map(outcomeBy)).toEqual(['skip', 'skip', 'pass']);
});

test('what mends an INVALID index depends on what left it', async () => {
  const rows = ['users_name', 'shop."a b_ccnew"', 'users_name_ccold1'].map((name) => ({ name, isPartitioned: false }));
  const query = async () => ({
    ...{ status: 'answered' as const, rowCount: 4, durationMs: 1 },
    rows: [...rows, { name: 'logs_at', isPartitioned: true }],
  });
  const look = await lookForInvalid({ sql: { query } }, 'postgresql://h/d', AbortSignal.timeout(1_000));
  expect(look).toMatchObject({
    status: 'seen',
    invalid: [
      { mend: 'REINDEX INDEX CONCURRENTLY users_name' },
      { mend: 'DROP INDEX CONCURRENTLY shop."a b_ccnew"' },
      { mend: 'DROP INDEX CONCURRENTLY users_name_ccold1' },
      { mend: expect.stringMatching(/^ALTER INDEX logs_at ATTACH PARTITION/) },
    ],
  });
  expect(await lookForInvalid({ sql: { query } }, 'mysql://h/d', AbortSignal.timeout(1_000))).toEqual({
    status: 'elsewhere',
  });
});
