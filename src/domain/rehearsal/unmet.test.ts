import { expect, test } from 'vitest';
import { judgeRehearsal } from './judge-rehearsal.ts';
import { weighReturn } from './going-back.ts';
import type { Need, ShapeFact } from './shape.ts';
import type { Command, StatementUses } from './statement-use.ts';
import { goodFacts } from './testing/samples.ts';
import { unmetChanges } from './unmet.ts';

const use = (command: Command, written: readonly string[] | null = [], relation = 'users') => ({
  ...{ relation, command, written },
});
const type = (relation: string, name: string): ShapeFact => ({
  ...{ relation, kind: 'type', name, text: 'text', columns: [name], commands: [] },
});
const shape = [type('users', 'mail'), type('users', 'id'), type('orders', 'id')];
const asked = [{ relation: 'users', modes: ['RowExclusiveLock'] }] as const;
const nobody: StatementUses = { uses: [], compared: [] };
const met = { shape, asked, isNamed: true, isCaptured: false };
const by = (need: Need, statements: Partial<StatementUses>, more: object = {}) =>
  unmetChanges([{ relation: 'users', what: 'it', need, bindsOwner: true }], {
    ...met,
    statements: { ...nobody, ...statements },
    ...more,
  }).map((each) => each.by);

const value: Need = { by: 'value', column: 'mail' };
const filled: Need = { by: 'filled', column: 'mail' };
const write: Need = { by: 'command', commands: ['insert', 'update'], columns: ['mail'] };
const read: Need = { by: 'command', commands: ['select'], columns: [] };
const uses = (...some: readonly ReturnType<typeof use>[]) => ({ uses: some });

test.each<readonly [string, Need, Partial<StatementUses>, boolean]>([
  ['nothing meets what ends as before', { by: 'nothing' }, uses(use('insert', null), use('update', ['mail'])), false],
  ['a write of the column', value, uses(use('update', ['mail'])), true],
  ['a write of another', value, uses(use('update', ['name'])), false],
  ['an INSERT that leaves it out', value, uses(use('insert', ['name'])), false],
  ['a comparison on it', value, { compared: [{ column: 'mail', among: ['users', 'orders'] }] }, true],
  ['one of another table', value, { compared: [{ column: 'mail', among: ['orders'] }] }, false],
  [
    'one that may be of either',
    { by: 'value', column: 'id' },
    { compared: [{ column: 'id', among: ['users', 'orders'] }] },
    false,
  ],
  ['every INSERT names it', filled, uses(use('insert', null), use('insert', ['mail'])), true],
  ['one does not', filled, uses(use('insert', ['mail']), use('insert', ['name'])), false],
  ['there is none', filled, uses(use('update', ['mail'])), false],
  ['an INSERT gives every column a value', write, uses(use('insert', ['name'])), true],
  ['an UPDATE where it says so', write, uses(use('update', ['mail'])), true],
  ['and nowhere else', write, uses(use('update', ['name'])), false],
  ['a SELECT writes nothing', write, uses(use('select')), false],
  ['a write of another table', write, uses(use('insert', null, 'orders')), false],
  ['a read', read, uses(use('select')), true],
  ['a write reads nothing', read, uses(use('insert', null)), false],
])('%s', (_, need, statements, isMet) => {
  expect(by(need, statements)).toEqual(isMet ? [] : ['statement']);
});

test('a read is told by its lock, too', () => {
  expect(by(read, nobody, { asked: [{ relation: 'users', modes: ['AccessShareLock'] }] })).toEqual([]);
});

test('of a table that nobody asks for another reason speaks', () => {
  expect(by(write, nobody, { asked: [] })).toEqual([]);
});

test('captured statements have reasons of their own where planning or running would meet it', () => {
  expect(by(write, nobody, { isCaptured: true })).toEqual([]);
  expect(by(filled, nobody, { isCaptured: true })).toEqual(['statement']);
  expect(by({ by: 'nothing' }, nobody, { isCaptured: true })).toEqual(['statement']);
});

test('what does not bind the owner is met by a named role alone, whoever asks', () => {
  const change = { relation: 'users', what: 'the policy own', need: read, bindsOwner: false };
  expect(unmetChanges([change], { ...met, isNamed: false, asked: [], statements: nobody })).toMatchObject([
    { by: 'role', relation: 'users' },
  ]);
  expect(unmetChanges([change], { ...met, isNamed: true, statements: { ...nobody, ...uses(use('select')) } })).toEqual(
    [],
  );
});

test('a role that is not declared is not measured, everything else is a condition, and neither is safe to go back', () => {
  const change = { relation: 'users', what: 'the policy own' };
  const judged = (some: 'role' | 'statement' | 'rows') => {
    const facts = { ...goodFacts, unmet: [{ ...change, by: some }] };
    return [
      judgeRehearsal(facts).decision,
      judgeRehearsal(facts).findings.map(({ reason }) => reason),
      weighReturn(facts).going,
    ];
  };
  expect(judged('role')).toEqual(['no-go', ['not-measured'], 'unknown']);
  expect(judged('statement')).toEqual(['conditional-go', ['not-asked'], 'unknown']);
  expect(judged('rows')).toEqual(['conditional-go', ['not-asked'], 'unknown']);
  expect(judgeRehearsal({ ...goodFacts, unmet: [] }).decision).toBe('go');
  expect(judgeRehearsal({ ...goodFacts, unmet: null })).toMatchObject({ decision: 'no-go' });
});
