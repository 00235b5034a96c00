import { expect, test } from 'vitest';
import { judgeCaptured, type CapturedStatements } from './captured.ts';
import { judgeTries, type Ground, type Tried } from './captured-tries.ts';
import { expandAndContract } from './expand-contract.ts';
import { harderTables, type WriteRule } from './harder-tables.ts';
import { judgeRehearsal } from './judge-rehearsal.ts';
import { goodFacts } from './testing/samples.ts';

const good: CapturedStatements = {
  ...{ source: 'pg_stat_statements', executed: 1, planned: 2, failing: [], unchecked: [], unreadable: 0, excepted: 0 },
};
const ground: Ground = {
  harder: new Map([['public.users', ['required mail']]]),
  below: new Map([['public.people', ['public.people', 'public.users']]]),
  triggered: new Set(['public.audited']),
  functions: ['price_of'],
  narrower: ['mood'],
};
const plan = { writes: [], text: '', parameters: [], columns: [] };
const planned = (writes: readonly string[] = [], text = '[]'): Tried => ({ plan: { ...plan, writes, text }, runs: [] });
const typed = (parameters: readonly string[], columns: readonly string[] = []): Tried => ({
  ...{ plan: { ...plan, parameters, columns }, runs: [] },
});
const refused = (failedWith: string): Tried => ({ plan: { failedWith, said: null }, runs: [] });
const ran = (rows: number, writes: readonly string[] = []): Tried => ({ plan: { ...plan, writes }, runs: [{ rows }] });
const told = (before: Tried, after: Tried) => {
  const { executed, planned: plannedOnes, failing, unchecked } = judgeTries([{ text: 'q', before, after }], ground);
  return failing[0]?.failedWith ?? unchecked[0]?.why ?? (executed === 1 ? 'executed' : `planned ${plannedOnes}`);
};

test.each([
  ['a read that is planned as before', planned(), planned(), /^planned 1$/],
  ['one that ends as before', ran(1), ran(1), /^executed$/],
  ['a column that is gone', planned(), refused('42703'), /^42703$/],
  ['a value that is refused since', ran(1), { ...ran(1), runs: [{ failedWith: '23514', said: null }] }, /^23514$/],
  ['one that failed before', refused('42P01'), planned(), /failed before the migration already, with SQLSTATE 42P01/],
  [
    'a planned write to a table that asks for more',
    planned(['public.users']),
    planned(['public.users']),
    /required mail/,
  ],
  ['the same by a parent of it', planned(['public.people']), planned(['public.people']), /users asks for more/],
  ['the same by a trigger', planned(['public.audited']), planned(['public.audited']), /users asks for more/],
  ['a write to another table', planned(['public.notes']), planned(['public.notes']), /^planned 1$/],
  ['a write that met no row', ran(0, ['public.users']), ran(0, ['public.users']), /only planned/],
  ['a write that met one', ran(1, ['public.users']), ran(1, ['public.users']), /^executed$/],
  ['a function with a body', planned([], 'public.price_of($1)'), planned([], ''), /runs price_of/],
  ['a parameter of another type', typed(['integer']), typed(['uuid']), /parameter 1 is uuid since, and was integer/],
  ['a wider one', typed(['integer', 'character varying']), typed(['bigint', 'text']), /^planned 1$/],
  ['a narrower one', typed(['bigint']), typed(['integer']), /parameter 1 is integer/],
  ['a column of another type', typed([], ['text', 'integer']), typed([], ['text', 'uuid']), /column 2 is uuid/],
  ['a column more', typed([], ['integer']), typed([], ['text', 'integer']), /^planned 1$/],
  ['an enum that lacks a word', typed(['mood']), typed(['mood']), /mood lacks a word/],
  ['what can only be run', { plan: null, runs: [] }, { plan: null, runs: [] }, /its values are not known/],
  ['what was run', { plan: null, runs: [{ rows: 0 }] }, { plan: null, runs: [{ rows: 0 }] }, /^executed$/],
  ['what was not run again', { plan: null, runs: [{ rows: 0 }] }, { plan: null, runs: [] }, /not known/],
] as const)('of a captured statement: %s', (_, before, after, end) => {
  expect(told(before, after)).toMatch(end);
});

test('values that went neither before nor after leave it planned', () => {
  const failed = { failedWith: '23503', said: null };
  expect(told({ ...planned(), runs: [failed] }, { ...planned(), runs: [failed] })).toBe('planned 1');
  expect(told({ ...planned(['public.users']), runs: [failed] }, planned(['public.users']))).toMatch(/required mail/);
});

const rule = (kind: WriteRule['kind'], name: string, text = '', relation = 'public.users'): WriteRule => ({
  ...{ relation, kind, name, text },
});
const before = [
  rule('column', 'name', 'text'),
  rule('column', 'id', 'integer'),
  rule('rule', 'positive', 'CHECK (id > 0)'),
];

test.each([
  ['nothing', [], []],
  ['a column that need not be given', [rule('column', 'mail', 'text')], []],
  ['one that must be', [rule('column', 'mail', 'text'), rule('required', 'mail')], ['required mail']],
  ['a column that must be given since', [rule('required', 'name')], ['required name']],
  ['another type', [rule('column', 'name', 'character varying(3)')], ['column name']],
  ['a rule by another name', [rule('rule', 'above', 'CHECK (id > 0)')], []],
  ['another rule', [rule('rule', 'positive', 'CHECK (id > 1)')], ['rule positive']],
  ['a table of its own', [rule('required', 'id', '', 'public.new')], []],
])('a table that asks for more: %s', (_, added, more) => {
  expect(harderTables(before, [...before, ...added]).get('public.users') ?? []).toEqual(more);
  expect(harderTables(before, [...before, ...added]).size).toBe(more.length > 0 ? 1 : 0);
});

test('a rule that is gone asks for nothing', () => {
  expect(harderTables(before, before.slice(0, 1)).size).toBe(0);
});

const decide = (captured: Partial<CapturedStatements>) =>
  judgeRehearsal({ ...goodFacts, captured: { ...good, ...captured } });

test('what was captured and goes on is no reason against it', () => {
  expect(decide({})).toEqual({ decision: 'go', findings: [] });
  expect(judgeRehearsal(goodFacts).decision).toBe('go');
});

test('nothing captured, nothing readable and nothing known never pass', () => {
  const nothing = { executed: 0, planned: 0 };
  for (const each of [nothing, { unreadable: 1 }, { unchecked: [{ text: 'q', why: 'because' }] }])
    expect(decide(each)).toMatchObject({ decision: 'no-go', findings: [{ reason: 'not-measured' }] });
  expect(judgeRehearsal({ ...goodFacts, captured: null })).toMatchObject({
    decision: 'no-go',
    findings: [{ reason: 'not-measured' }],
  });
  const many = Array.from({ length: 40 }, () => ({ text: 'q', why: 'because' }));
  expect(judgeCaptured({ ...good, unchecked: many })).toHaveLength(21);
});

test('one that fails since is told with its error and the rewrite', () => {
  const { decision, findings } = decide({
    failing: [
      { text: 'select name from users where id = $1', failedWith: '42703', said: 'column "name" does not exist' },
    ],
  });
  expect(decision).toBe('no-go');
  expect(findings).toMatchObject([
    {
      reason: 'old-version-fails',
      text: expect.stringContaining('42703 (column "name" does not exist): select name from users where id = $1'),
      next: expect.stringContaining('keep the old column'),
    },
  ]);
  for (const state of ['42P01', '23502', '23514', '42804', '42501', 'XX000'])
    expect(expandAndContract(state)).toMatch(/Expand first|Grant/);
});

test('the new version’s smoke has to have asked the copy, and to end well', () => {
  const smoke = (failedWith: string | null, statements: number) =>
    judgeRehearsal({ ...goodFacts, newVersion: { failedWith, statements } }).findings.map(({ reason }) => reason);
  expect(smoke(null, 3)).toEqual([]);
  expect(smoke('42703', 3)).toEqual(['new-version-fails']);
  expect(smoke('command', 3)).toEqual(['new-version-fails']);
  expect(smoke(null, 0)).toEqual(['not-measured']);
  expect(judgeRehearsal({ ...goodFacts, newVersion: null }).decision).toBe('no-go');
});
