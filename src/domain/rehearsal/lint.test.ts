import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeRehearsal } from './judge-rehearsal.ts';
import { lint } from './lint.ts';
import type { Reason } from './reason.ts';
import type { Deed } from './statement.ts';
import { goodFacts } from './testing/samples.ts';

const place = { file: '001.sql', line: 3 };
const indexes = [{ name: 'users_email', relation: 'users', columns: ['email', 'name'] }];
const read = (...deeds: readonly Deed[]) => lint([{ place, deeds }], indexes);

const column = { kind: 'add-column', relation: 'users', column: 'c', references: null } as const;
const constraint = {
  ...({ kind: 'add-constraint', relation: 'users', columns: ['email'], references: null } as const),
  ...{ isValid: true, usesIndex: false },
};
const index = { kind: 'create-index', name: 'i', relation: 'users', columns: ['name'], isOnly: false } as const;
const table = { kind: 'create-table', relation: 'users', partitionOf: null } as const;

const bad: readonly [string, Deed, Reason, string | null][] = [
  ['a default that changes', { ...column, fill: 'volatile' }, 'lock-avoidable', 'AccessExclusiveLock'],
  ['serial', { ...column, fill: 'sequence' }, 'lock-avoidable', 'AccessExclusiveLock'],
  ['stored', { ...column, fill: 'stored' }, 'lock-avoidable', 'AccessExclusiveLock'],
  ['CHECK at once', { ...constraint, constraint: 'check' }, 'lock-avoidable', 'AccessExclusiveLock'],
  ['UNIQUE at once', { ...constraint, constraint: 'unique' }, 'lock-avoidable', 'AccessExclusiveLock'],
  ['EXCLUDE', { ...constraint, constraint: 'exclusion' }, 'lock-avoidable', 'AccessExclusiveLock'],
  [
    'FOREIGN KEY at once',
    { ...constraint, constraint: 'foreign-key', references: 'orders' },
    'lock-avoidable',
    'ShareRowExclusiveLock',
  ],
  ['an index', { ...index, isConcurrent: false }, 'lock-avoidable', 'ShareLock'],
  [
    'DROP INDEX',
    { kind: 'drop-index', name: 'users_email', isConcurrent: false },
    'lock-avoidable',
    'AccessExclusiveLock',
  ],
  ['REINDEX', { kind: 'reindex', name: 'users', isConcurrent: false }, 'lock-avoidable', 'AccessExclusiveLock'],
  ['REFRESH', { kind: 'refresh', relation: 'totals', isConcurrent: false }, 'lock-avoidable', 'AccessExclusiveLock'],
  ['VACUUM FULL', { kind: 'vacuum-full', relation: 'users' }, 'lock-avoidable', 'AccessExclusiveLock'],
  ['LOCK TABLE', { kind: 'lock-table', relation: 'users', mode: 'ExclusiveLock' }, 'lock-avoidable', 'ExclusiveLock'],
  ['DETACH', { kind: 'detach-partition', relation: 'events', isConcurrent: true }, 'destructive-step', null],
  ['DROP NOT NULL', { kind: 'drop-not-null', relation: 'users' }, 'promise-withdrawn', null],
  ['a reference without index', { ...column, fill: 'none', references: 'orders' }, 'unindexed-reference', null],
  ['F091 COMMIT', { kind: 'transaction', word: 'commit' }, 'own-transaction', null],
  ['F091 SET lock_timeout', { kind: 'set', setting: 'lock_timeout' }, 'own-lock-timeout', null],
  ['F091 RESET ALL', { kind: 'set', setting: 'all' }, 'own-lock-timeout', null],
  ['F095 COPY PROGRAM', { kind: 'copy', with: 'program' }, 'reaches-outside', null],
  ['F095 dblink', { kind: 'call', function: 'dblink_connect_u' }, 'reaches-outside', null],
  ['F095 a server elsewhere', { kind: 'administer', object: 'server' }, 'reaches-outside', null],
];

describe('reading', () => {
  test.each(bad)('%s is found, with its place', (_, deed, reason, mode) => {
    const found = read(deed);
    expect(found.map((each) => [each.reason, each.mode])).toContainEqual([reason, mode]);
    for (const each of found) expect(each).toMatchObject({ place, next: expect.stringMatching(/^[A-Z].*\.$/) });
  });
  test.each([
    ['a constant default', { ...column, fill: 'constant' }],
    ['a virtual column', { ...column, fill: 'virtual' }],
    ['NOT VALID', { ...constraint, constraint: 'check', isValid: false }],
    ['USING INDEX', { ...constraint, constraint: 'unique', usesIndex: true }],
    ['an indexed reference', { ...constraint, constraint: 'foreign-key', isValid: false, references: 'orders' }],
    ['CONCURRENTLY', { ...index, isConcurrent: true }],
    ['ON ONLY', { ...index, isConcurrent: false, isOnly: true }],
    ['DROP INDEX CONCURRENTLY', { kind: 'drop-index', name: 'users_email', isConcurrent: true }],
    ['COPY FROM STDIN', { kind: 'copy', with: 'client' }],
    ['another setting', { kind: 'set', setting: 'statement_timeout' }],
    ['another function', { kind: 'call', function: 'my_dblink' }],
  ] as const)('%s is fine', (_, deed) => expect(read(deed as Deed)).toEqual([]));

  test('a table of the same migration keeps nobody waiting, one that comes later does', () => {
    const build: Deed = { ...index, isConcurrent: false };
    expect(read(table, build)).toEqual([]);
    expect(read(build, table)).toHaveLength(1);
  });
  test('a partition is not new: its parent is locked', () => {
    expect(read({ ...table, partitionOf: 'events' }, { ...index, isConcurrent: false })).toHaveLength(1);
  });
  test('an index made before serves a reference, one made after comes too late', () => {
    const reference: Deed = { ...column, fill: 'none', references: 'orders' };
    const build: Deed = { ...index, columns: ['c', 'd'], isConcurrent: true };
    expect(read(build, reference)).toEqual([]);
    expect(read(reference, build).map(({ reason }) => reason)).toEqual(['unindexed-reference']);
  });
});

describe('laws', () => {
  const deeds = fc.array(fc.constantFrom(...bad.map(([, deed]) => deed)), { maxLength: 6 });
  test('a statement more never takes a finding away, unless it makes the table or the index first', () => {
    fc.assert(
      fc.property(deeds, deeds, (some, more) => {
        expect(read(...some, ...more).length).toBeGreaterThanOrEqual(read(...some).length);
        expect(read(...some, ...more).slice(0, read(...some).length)).toEqual(read(...some));
      }),
    );
  });
  test('a lock of a small table is no condition, and what reaches outside always stops', () => {
    const judged = (...deeds: readonly Deed[]) => judgeRehearsal({ ...goodFacts, lint: read(...deeds) }).decision;
    expect(judged({ ...index, relation: 'countries', isConcurrent: false })).toBe('go');
    expect(judged({ ...index, isConcurrent: false })).toBe('conditional-go');
    expect(judged({ kind: 'copy', with: 'program' })).toBe('no-go');
  });
});
