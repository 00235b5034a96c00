import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RehearsalFacts, WayBack } from './facts.ts';
import { weighReturn } from './going-back.ts';
import { goodFacts, harmlessStatement } from './testing/samples.ts';

const weighed = (over: Partial<RehearsalFacts>) => weighReturn({ ...goodFacts, ...over });
const way = (over: Partial<WayBack>): WayBack => ({ ...(goodFacts.wayBack as WayBack), ...over });
const old = (after: object) => [{ text: 'select 1', before: { rows: 1 }, after }] as RehearsalFacts['oldVersion'];

const captured = {
  ...{ source: 'pg_stat_statements', executed: 1, planned: 2, failing: [], unchecked: [], unreadable: 0, excepted: 0 },
};
const failing = [{ text: 'select ?', failedWith: '42703', said: null }];

test('measured whole and everything back is safe', () => {
  expect(weighed({})).toEqual({
    going: 'safe',
    reason: 'the old version goes on, and the way back brought everything back',
  });
});

test('where only new sessions get other settings nobody knows', () => {
  expect(weighed({ newSettings: ['search_path'] })).toMatchObject({
    ...{ going: 'unknown', reason: expect.stringContaining('the old version in a new session') },
  });
});

test.each<readonly [string, Partial<RehearsalFacts>, RegExp]>([
  ['a captured statement fails', { captured: { ...captured, failing } }, /captured .* SQLSTATE 42703/],
  ['the old version fails', { oldVersion: old({ failedWith: '42703' }) }, /fails with SQLSTATE 42703/],
  ['it meets other rows', { oldVersion: old({ rows: 2 }) }, /2 rows instead of 1/],
  ['no way back', { wayBack: 'none' }, /no way back/],
  ['a forward fix', { wayBack: way({ kind: 'forward-fix' }) }, /forward fix is declared/],
  ['declared forward-only', { wayBack: way({ kind: 'forward-only' }) }, /declared forward-only/],
  [
    'the book still holds one of two',
    { wayBack: way({ leftInBooks: [{ relation: 'pgmigrations', more: 1, applied: 2 }] }) },
    /^The way back takes back 1 of 2 migrations that pgmigrations holds$/,
  ],
  [
    'the book holds others',
    { wayBack: way({ leftInBooks: [{ relation: 'alembic_version', more: 0, applied: 0 }], times: 2 }) },
    /^After the way back, taken 2 times, alembic_version does not hold/,
  ],
  ['the way back fails', { wayBack: way({ failedWith: '42P01' }) }, /its way back fails with SQLSTATE 42P01/],
  ['the schema differs', { wayBack: way({ schemaDifferences: ['lacks index a'] }) }, /differs: lacks index a/],
  ['a sequence stands elsewhere', { wayBack: way({ movedSequences: ['public.s'] }) }, /differs: public\.s/],
  ['and the rest is unmeasured', { oldVersion: old({ rows: 2 }), wayBack: null }, /2 rows/],
])('%s: roll forward only', (_, over, reason) => {
  expect(weighed(over)).toEqual({ going: 'roll-forward', reason: expect.stringMatching(reason) });
});

test.each<readonly [string, Partial<RehearsalFacts>]>([
  ['the way back brings it not', { wayBack: way({ lostTables: ['users'] }) }],
  ['a forward fix accepts it', { wayBack: way({ kind: 'forward-fix' }), goneTables: ['users'] }],
  ['the way back fails', { wayBack: way({ failedWith: '42P01' }), goneTables: ['users'] }],
  ['there is none', { wayBack: 'none', goneTables: ['users'] }],
  ['and the old version fails too', { wayBack: 'none', goneTables: ['users'], oldVersion: old({ rows: 0 }) }],
])('data is gone, %s: the point of no return', (_, over) => {
  expect(weighed(over)).toEqual({ going: 'no-return', reason: 'data of users does not come back' });
});

test.each<readonly [string, Partial<RehearsalFacts>]>([
  ['what was captured', { captured: null }],
  ['one that was captured', { captured: { ...captured, unchecked: [{ text: 'select ?', why: 'because' }] } }],
  ['anything captured', { captured: { ...captured, executed: 0, planned: 0 } }],
  ['the way back', { wayBack: null }],
  ['the old version', { oldVersion: null }],
  ['any statement of the old version', { oldVersion: [] }],
  ['what is gone', { goneTables: null }],
  ['the statements', { statements: null }],
  ['it to its end', { statements: [{ ...harmlessStatement, failedWith: '42P07' }] }],
  [
    'a statement that ran before',
    { oldVersion: [{ text: 'select 1', before: { failedWith: '42P01' }, after: { failedWith: '42P01' } }] },
  ],
])('nobody has measured %s: unknown', (_, over) => {
  expect(weighed(over).going).toBe('unknown');
});

test('captured statements that go on keep it safe', () => {
  expect(weighed({ captured }).going).toBe('safe');
});

test('nothing that is taken away makes it safe', () => {
  const parts = fc.record({
    oldVersion: fc.constantFrom(goodFacts.oldVersion, null, [], old({ rows: 2 }), old({ failedWith: '42703' })),
    wayBack: fc.constantFrom(goodFacts.wayBack, null, 'none' as const, way({ lostTables: ['users'] })),
    goneTables: fc.constantFrom<RehearsalFacts['goneTables']>([], null, ['users']),
  });
  fc.assert(
    fc.property(parts, (over) => {
      const isGood =
        over.oldVersion === goodFacts.oldVersion && over.wayBack === goodFacts.wayBack && over.goneTables !== null;
      expect(weighed(over).going === 'safe').toBe(isGood);
    }),
    { seed: 53 },
  );
});
