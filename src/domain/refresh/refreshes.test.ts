import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chain, type ChainedRecord, type RecordBody } from '../record.ts';
import { refreshBegan, refreshDone, refreshesOf, refreshFailed, standingRefresh } from './refreshes.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const attempt = (run: string, environment = 'staging') => ({ run, environment, actor: `by ${run}` });
const ends = { database: 'main', sourceEnvironment: 'production', source: 'a:1/x', target: 'b:2/y', rules: 'sha256:0' };
const made = (dataFromAt: number) => ({
  ...{ dataFromAt, identity: '1/2', tables: [{ name: 'public.people', rowCount: 3 }] },
  proof: { originalCount: 5, textCount: 9, coincidenceCount: 1 },
});
/** As the store gives it back. */
const logOf = (...bodies: readonly RecordBody[]): readonly ChainedRecord[] => {
  const log: ChainedRecord[] = [];
  for (const [index, body] of bodies.entries()) log.push(chain(body, log.at(-1) ?? null, 1_000 + index, hash));
  return JSON.parse(JSON.stringify(log)) as ChainedRecord[];
};
const other: RecordBody = { kind: 'release-created', actor: 'ada', data: { run: 'a', id: 'rel_1' } };

test('what is written is read again, the newest attempt first', () => {
  const failures = [{ code: 'GR5061', message: 'Originals are left.' }];
  const accounts = refreshesOf(
    logOf(
      refreshBegan(attempt('a'), ends),
      other,
      refreshDone(attempt('a'), ends, made(7)),
      refreshBegan(attempt('b'), ends),
      refreshFailed(attempt('b'), ends, failures),
      refreshFailed(attempt('c'), null, failures),
      refreshBegan(attempt('d'), ends),
    ),
  );
  expect(accounts).toEqual([
    { run: 'd', environment: 'staging', by: 'by d', beganAt: 1_006, endedAt: null, ends, made: null, failures: [] },
    { run: 'c', environment: 'staging', by: 'by c', beganAt: 1_005, endedAt: 1_005, ends: null, made: null, failures },
    { run: 'b', environment: 'staging', by: 'by b', beganAt: 1_003, endedAt: 1_004, ends, made: null, failures },
    { run: 'a', environment: 'staging', by: 'by a', beganAt: 1_000, endedAt: 1_002, ends, made: made(7), failures: [] },
  ]);
});

test('the data of a database is from the newest refresh of it that was published', () => {
  const step = fc.record({
    ...{ environment: fc.constantFrom('staging', 'qa'), database: fc.constantFrom('main', 'side') },
    end: fc.constantFrom('done', 'failed', 'open'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const bodies = steps.flatMap(({ environment, database, end }, index) => {
        const its = { ...ends, database };
        const began = refreshBegan(attempt(`run ${index}`, environment), its);
        if (end === 'open') return [began];
        const of = attempt(`run ${index}`, environment);
        return [began, end === 'done' ? refreshDone(of, its, made(index)) : refreshFailed(of, its, [])];
      });
      const expected = steps.findLastIndex(
        ({ environment, database, end }) => environment === 'staging' && database === 'main' && end === 'done',
      );
      const found = standingRefresh({ accounts: refreshesOf(logOf(...bodies)), seedings: [] }, 'staging', 'main');
      expect(found?.run ?? null).toBe(expected < 0 ? null : `run ${expected}`);
    }),
  );
});
