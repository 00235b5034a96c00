import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeBackup, leastRows, type BackupData } from './judge.ts';

const bars = {
  ...{ 'at-most': 100, 'restored-within': 100, 'rows-at-least': 0.9, 'size-at-least': 0.5 },
  volatile: ['public.sessions'],
};
const good: BackupData = {
  ...{ database: 'main', backup: 'a.dump', sizeBytes: 1_000, takenAt: 1_000, askedAt: 1_100, lastVerified: null },
  ...{ brokenBy: null, restoreMs: 100, differences: [], swept: [] },
  tables: [{ name: 'public.people', rowCount: 9, originalCount: 10 }],
};
const outcomeOf = (over: Partial<BackupData>) => judgeBackup(bars, { ...good, ...over }).outcome;
const table = (rowCount: number | null, originalCount: number, name = 'public.people') => ({
  tables: [{ name, rowCount, originalCount }],
});

test('at its bars it passes, and a step beyond any of them it does not', () => {
  expect(outcomeOf({})).toBe('pass');
  expect(outcomeOf({ askedAt: 1_101 })).toBe('fail');
  expect(outcomeOf({ askedAt: 999 })).toBe('error');
  expect(outcomeOf({ restoreMs: 101 })).toBe('fail');
  expect(outcomeOf({ restoreMs: null })).toBe('error');
  expect(outcomeOf({ brokenBy: 'it is empty' })).toBe('fail');
  expect(outcomeOf({ lastVerified: { sizeBytes: 2_000, at: 1 } })).toBe('pass');
  expect(outcomeOf({ lastVerified: { sizeBytes: 2_001, at: 1 } })).toBe('fail');
  expect(outcomeOf({ differences: [{ name: 'view public.well', how: 'new' }] })).toBe('fail');
  expect(outcomeOf(table(8, 10))).toBe('fail');
  expect(outcomeOf(table(1_000, 10))).toBe('pass');
  expect(outcomeOf(table(0, 1))).toBe('fail');
  expect(outcomeOf(table(0, 0))).toBe('pass');
  expect(outcomeOf(table(null, 0))).toBe('fail');
  expect(outcomeOf(table(0, 50, 'public.sessions'))).toBe('pass');
  expect(outcomeOf(table(null, 50, 'public.sessions'))).toBe('fail');
  expect(outcomeOf({ tables: [] })).not.toBe('pass');
});

test('a number that is none never passes', () => {
  for (const over of [
    { takenAt: NaN },
    { askedAt: NaN },
    { restoreMs: NaN },
    { sizeBytes: NaN, lastVerified: { sizeBytes: 1, at: 1 } },
    table(NaN, 5),
    table(5, NaN),
  ])
    expect(outcomeOf(over), JSON.stringify(over)).not.toBe('pass');
});

test('many differences are cut in what is told, and not in what is judged', () => {
  const differences = Array.from({ length: 500 }, (_, number) => ({
    name: `view v${number}`,
    how: 'missing' as const,
  }));
  const judgement = judgeBackup(bars, { ...good, differences });
  expect(judgement.outcome).toBe('fail');
  expect(judgement.findings.length).toBeLessThan(60);
  expect(judgement.findings).toContainEqual(expect.objectContaining({ name: 'more', value: '460 more' }));
  expect(judgement.reason.length).toBeLessThan(300);
});

test('what a table must have is at least one row where it has some, and never more than it has', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (count, share) => {
      const least = leastRows(count, share);
      expect(least).toBeLessThanOrEqual(count);
      expect(least > 0).toBe(count > 0);
      expect(least).toBeGreaterThan(count * share - 1);
    }),
  );
});
