import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MigratedDatabase } from './migrated-database.ts';
import { judgeWayBack, type WayBackFacts } from './way-back.ts';

const whole = { status: 'whole', digest: 'tree:sha256:1', fileCount: 214, sizeBytes: 9_000 } as const;
const broken = (found: string | null) =>
  ({ status: 'broken', expected: 'tree:sha256:1', found, reason: 'GR6503 it hashes to another digest.' }) as const;
const facts = (parts: Partial<WayBackFacts> = {}): WayBackFacts => ({
  ...{ environment: 'production', old: '1.0.0', record: 'kept', commit: '0123456789abcdef', bytes: whole },
  databases: [],
  ...parts,
});
const main = (parts: Partial<MigratedDatabase> = {}): MigratedDatabase => ({
  ...{ name: 'main', step: 'infrastructure/migrate-main', isForwardOnly: false, hasSameMigrations: false },
  rehearsed: null,
  ...parts,
});
const judged = (parts: Partial<WayBackFacts> = {}) => judgeWayBack(facts(parts), 'preflight/way-back');

test('F079 whole bytes and a kept record can be brought back, and it is said what was hashed', () => {
  expect(judged()).toEqual({
    outcome: 'pass',
    findings: [
      { name: 'record', outcome: 'pass', value: 'kept', threshold: 'kept' },
      { name: 'bytes', outcome: 'pass', value: 'tree:sha256:1', threshold: 'tree:sha256:1' },
    ],
    reason: '1.0.0 can be brought back: 214 files, bytes whole',
  });
  expect(judged({ bytes: { ...whole, fileCount: 1 } }).reason).toBe('1.0.0 can be brought back: 1 file, bytes whole');
});

test('F079 other bytes, or none, cannot: expected beside found, and how to heal it', () => {
  expect(judged({ bytes: broken('tree:sha256:2') })).toEqual({
    outcome: 'fail',
    findings: [
      { name: 'record', outcome: 'pass', value: 'kept', threshold: 'kept' },
      { name: 'bytes', outcome: 'fail', value: 'tree:sha256:2', threshold: 'tree:sha256:1' },
    ],
    reason: '1.0.0 could not be brought back: GR6503 it hashes to another digest.',
    cause: 'Its record or its pinned files were removed or changed.',
    next: 'Make 1.0.0 again from commit 0123456789ab ("greenroom release"), in the place of what is left of it: the same files get the same place. Where no way back is wanted, "greenroom stop production" first: it is dark until the next version serves.',
  });
  const gone = judged({ bytes: broken(null), commit: null });
  expect(gone.findings).toContainEqual({
    name: 'bytes',
    outcome: 'fail',
    value: 'nothing',
    threshold: 'tree:sha256:1',
  });
  expect(gone.next).toMatch(/^1\.0\.0 was not made from a commit.*"greenroom stop production"/);
});

test('F079 without its record nobody knows which bytes and which services it had', () => {
  for (const [record, said] of [
    ['lost', 'gone'],
    ['other', 'that of another release'],
  ] as const) {
    const { outcome, reason, next } = judged({ record, bytes: broken(null) });
    expect([outcome, reason]).toEqual(['fail', `1.0.0 could not be brought back: the record of 1.0.0 is ${said}`]);
    expect(next).toMatch(/^Where no way back is wanted, "greenroom stop production"/);
  }
});

test('F079 a forward-only migration is the point of no return of its database: code can go back, data cannot', () => {
  const { outcome, reason, findings, next } = judged({ databases: [main({ isForwardOnly: true })] });
  expect(outcome).toBe('warn');
  expect(reason).toBe(
    '1.0.0 can be brought back: 214 files, bytes whole, at once until "stop" begins; the database main cannot: forward only from infrastructure/migrate-main on',
  );
  expect(findings.at(-1)).toEqual({ name: 'database main', outcome: 'warn', value: 'forward only', threshold: null });
  expect(next).toContain('"greenroom accept preflight/way-back"');
  // Where Greenroom finds no migration files it does not know that nothing is migrated.
  expect(judged({ databases: [main({ isForwardOnly: true, hasSameMigrations: null })] }).outcome).toBe('warn');
});

test('F079 with the migrations of before nothing is lost; others stay as migrated, which is said and not measured', () => {
  expect(judged({ databases: [main({ isForwardOnly: true, hasSameMigrations: true })] })).toMatchObject({
    outcome: 'pass',
    reason: '1.0.0 can be brought back: 214 files, bytes whole',
  });
  const { outcome, reason, findings } = judged({ databases: [main(), main({ name: 'more' })] });
  expect([outcome, reason]).toEqual([
    'pass',
    '1.0.0 can be brought back: 214 files, bytes whole; the database main, more stays as migrated',
  ]);
  expect(findings.slice(2).map((each) => each.outcome)).toEqual(['skip', 'skip']);
});

const goings = ['safe', 'roll-forward', 'no-return', 'unknown', 'none', 'other', 'stale', 'later'] as const;
const said = (going: (typeof goings)[number]) => ({ going, reason: 'as it was seen', evidence: 'e'.repeat(64) });
const over = (going: (typeof goings)[number]) => judged({ databases: [main({ rehearsed: said(going) })] });

test('F079 what a rehearsal has found of going back stands in the line, with its evidence', () => {
  expect(over('safe')).toMatchObject({
    outcome: 'pass',
    reason:
      '1.0.0 can be brought back: 214 files, bytes whole; the database main stays as migrated, safe to go back: as it was seen (evidence eeeeeeeeeeee)',
  });
  expect(over('no-return')).toMatchObject({
    outcome: 'warn',
    reason:
      '1.0.0 can be brought back: 214 files, bytes whole, at once until "stop" begins; the database main cannot: point of no return: as it was seen (evidence eeeeeeeeeeee) from infrastructure/migrate-main on',
    cause: 'The rehearsal of its migration has found that.',
  });
  expect(over('roll-forward').reason).toContain('the database main cannot: roll forward only: as it was seen');
  for (const going of ['none', 'other', 'stale', 'unknown'] as const)
    expect(over(going)).toMatchObject({
      outcome: 'warn',
      reason: expect.stringContaining('nobody knows whether one can go back over the database main: '),
      next: expect.stringContaining('"greenroom accept preflight/way-back"'),
    });
  expect(over('later')).toMatchObject({ outcome: 'pass', reason: expect.stringContaining('in this deployment') });
});

test('F079 it passes only when record and bytes are whole and no database goes forward only', () => {
  const databases = fc.array(
    fc
      .record({
        ...{ isForwardOnly: fc.boolean(), hasSameMigrations: fc.constantFrom(true, false, null) },
        rehearsed: fc.constantFrom(null, ...goings.map((going) => said(going))),
      })
      .map((parts) => main(parts)),
    { maxLength: 3 },
  );
  const record = fc.constantFrom('kept', 'lost', 'other');
  const bytes = fc.constantFrom(whole, broken(null), broken('tree:sha256:2'));
  fc.assert(
    fc.property(fc.record({ record, bytes, databases }), (parts) => {
      const isWhole = parts.record === 'kept' && parts.bytes.status === 'whole';
      const isFinal = parts.databases.some(
        ({ isForwardOnly, hasSameMigrations, rehearsed }) =>
          hasSameMigrations !== true &&
          (isForwardOnly || !(rehearsed === null || ['safe', 'later'].includes(rehearsed.going))),
      );
      const { outcome, next } = judged(parts);
      expect(outcome).toBe(!isWhole ? 'fail' : isFinal ? 'warn' : 'pass');
      expect(next === undefined).toBe(outcome === 'pass');
    }),
    { seed: 79, numRuns: 500 },
  );
});
