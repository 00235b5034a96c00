import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareSchema, lookedAfter } from './changes.ts';
import { compilePlan, lockOf } from './compile.ts';
import { propose, type Proposal } from './propose.ts';
import type { RefreshRules, Rule } from './rules.ts';
import { columnName, type SourceColumn, type SourceTable } from './source-schema.ts';

const column = (
  name: string,
  type: string,
  samples: (string | null)[] = [],
  more: Partial<SourceColumn> = {},
): SourceColumn => ({
  ...{ name, type, samples, maxCharacters: null, isNullable: true, isUnique: false },
  ...{ isGenerated: false, isPartitionKey: false, checks: [], references: null },
  ...more,
});
const none: RefreshRules = { columns: {}, patterns: [], types: {} };
const proposed = (tables: readonly SourceTable[], rules = none): Readonly<Record<string, string>> =>
  Object.fromEntries(
    propose(tables, rules).map(({ column: name, rule, confidence }) => [
      name,
      `${rule === null ? '?' : rule.kind === 'mask' ? rule.masker : rule.kind} ${confidence}`,
    ]),
  );
const twice = (...values: string[]): string[] => Array.from({ length: 40 }, (_, i) => values[i % values.length]!);

test('a column whose last large object is gone is no change, one that has its first is one', () => {
  const compared = (before: string, now: string) =>
    compareSchema([{ name: 'public.t', columns: [column('scan', now)] }], none, { 'public.t.scan': before });
  expect(compared('large-object', 'oid')).toMatchObject({ changed: [], waiting: [{ column: 'public.t.scan' }] });
  expect(compared('oid', 'large-object')).toMatchObject({
    changed: [{ from: 'oid', to: 'large-object', proposal: { confidence: 'unknown' } }],
    waiting: [],
  });
});

test('what fits the name, the type and the limits of a column', () => {
  const people: SourceTable = {
    name: 'public.people',
    columns: [
      column('id', 'int4', [], { isUnique: true }),
      column('email', 'text', ['a@sea.example'], { isUnique: true }),
      column('first_name', 'text', ['Anna'], { isUnique: true }),
      column('last_name', 'varchar', ['Berg'], { maxCharacters: 6 }),
      column('ip', 'inet', ['10.0.0.1'], { isUnique: true, isNullable: false }),
      column('born', 'date'),
      column('router', 'macaddr'),
      column('photo', 'bytea'),
      column('blob', 'bytea'),
      column('scan', 'large-object', ['16423']),
      column('signed', 'large-object', ['16424'], { isUnique: true, isNullable: false }),
      column('shout', 'text', ['a@sea.example'], { isGenerated: true }),
      column('phone', 'int8'),
      column('shape', 'polygon'),
      column('must', 'polygon', [], { isNullable: false }),
      column('region_name', 'text', ['North'], { isPartitionKey: true }),
    ],
  };
  expect(proposed([people])).toEqual({
    'public.people.id': 'keep sure',
    'public.people.email': 'email sure',
    'public.people.first_name': 'token sure',
    'public.people.last_name': 'token sure',
    'public.people.ip': '? likely',
    'public.people.born': 'date-shift sure',
    'public.people.router': 'mac sure',
    'public.people.photo': 'bytes sure',
    'public.people.blob': 'bytes unknown',
    'public.people.scan': 'picture unknown',
    'public.people.signed': 'picture unknown',
    'public.people.phone': 'id sure',
    'public.people.shape': 'null unknown',
    'public.people.must': '? unknown',
    'public.people.region_name': 'text unknown',
  });
});

test('keep is proposed for a text or JSON only with a reason', () => {
  const table: SourceTable = {
    name: 'public.t',
    columns: [
      column('status', 'text', twice('open', 'closed')),
      column('status_text', 'text', twice('open', 'closed')),
      column('kind', 'text', ['a', 'b']),
      column('type', 'text', twice('to anna', 'to bo')),
      column('ref_id', 'text', twice('3b1f1f0e-0000-4000-8000-000000000001')),
      column('size', 'jsonb', twice('{"width":12,"height":4,"at":"2026-01-01"}')),
      column('misc', 'jsonb', twice('{"what":"ever"}')),
      column('empty', 'text'),
      column('none', 'json'),
    ],
  };
  const told = propose([table], none);
  expect(Object.fromEntries(told.map(({ column: name, rule }) => [name.slice(9), rule?.kind]))).toMatchObject({
    ...{ status: 'keep', status_text: 'mask', kind: 'mask', type: 'mask', ref_id: 'keep' },
    ...{ size: 'keep', misc: 'json', empty: 'mask', none: 'json' },
  });
  for (const { rule } of told) if (rule?.kind === 'keep') expect(rule.because).not.toBeNull();
});

test('both ends of a foreign key get one rule, also where only one of them tells', () => {
  const people: SourceTable = { name: 'a.people', columns: [column('code', 'text', [], { isUnique: true })] };
  const logins: SourceTable = {
    name: 'a.logins',
    columns: [column('email', 'text', ['a@sea.example'], { references: 'a.people.code' })],
  };
  expect(proposed([people, logins])).toEqual({ 'a.people.code': 'email sure', 'a.logins.email': 'email sure' });
  const token: Rule = { kind: 'mask', masker: 'token', days: 60, by: null, percent: 10 };
  expect(proposed([people, logins], { ...none, columns: { 'a.people.code': token } })).toEqual({
    'a.logins.email': 'token sure',
  });
  const self: SourceTable = {
    name: 'a.t',
    columns: [column('x', 'int4', [], { references: 'a.t.y' }), column('y', 'int4', [], { references: 'a.t.x' })],
  };
  expect(proposed([self])).toEqual({ 'a.t.x': 'keep sure', 'a.t.y': 'keep sure' });
});

test('JSON is sure only when nothing in it is unknown', () => {
  const of = (json: string): string =>
    proposed([{ name: 't', columns: [column('data', 'jsonb', twice(json))] }])['t.data']!;
  expect(of('{"email":"a@sea.example","n":1,"ok":true}')).toBe('json sure');
  expect(of('{"email":"a@sea.example","what":"ever"}')).toBe('json likely');
  expect(of('[1,2,"x y"]')).toBe('json unknown');
});

test('a rule for all of a type does not keep what looks like something of people', () => {
  const types: RefreshRules['types'] = { int4: { kind: 'keep', because: null } };
  const table: SourceTable = { name: 't', columns: [column('salary', 'int4'), column('n', 'int4')] };
  expect(proposed([table], { ...none, types })).toEqual({ 't.salary': 'band sure' });
});

const sample = fc.oneof(
  fc.constant(null),
  fc.constantFrom(
    'a@sea.example',
    'Anna',
    'Anna Berg',
    '+49 170 1234567',
    '10.1.2.3',
    'open',
    '{"email":"a@sea.example"}',
    '{"x":"y"}',
    '[]',
    '7',
    'https://sea.example/anna',
  ),
  fc.string({ maxLength: 12 }),
);
const anyColumn = fc.record({
  name: fc.constantFrom(
    'id',
    'email',
    'name',
    'first_name',
    'token',
    'note',
    'phone',
    'ip',
    'born',
    'salary',
    'data',
    'status',
    'x1',
    'photo',
  ),
  type: fc.constantFrom(
    'text',
    'varchar',
    'citext',
    '_text',
    'int4',
    'int8',
    'numeric',
    'date',
    'inet',
    'macaddr',
    'jsonb',
    'json',
    'bytea',
    'uuid',
    'enum',
    'tsvector',
    'hstore',
  ),
  samples: fc.array(sample, { maxLength: 30 }),
  isUnique: fc.boolean(),
  isNullable: fc.boolean(),
  isPartitionKey: fc.boolean(),
  maxCharacters: fc.constantFrom(null, null, 3, 20, 100),
});
const anyTables = fc
  .array(fc.uniqueArray(anyColumn, { minLength: 1, maxLength: 5, selector: ({ name }) => name }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((all) =>
    all.map((columns, i): SourceTable => ({
      name: `public.t${i}`,
      columns: columns.map((each) => column(each.name, each.type, each.samples, each)),
    })),
  );

/** As the file would have them. */
const accepted = (all: readonly Proposal[]): RefreshRules => ({
  ...none,
  columns: Object.fromEntries(
    all.flatMap(({ column: name, rule, confidence }) => (confidence === 'sure' && rule ? [[name, rule]] : [])),
  ),
});

test('whatever the schema: rules that are proposed as sure hold, and what is not stops the plan, column by column', () => {
  fc.assert(
    fc.property(anyTables, (tables) => {
      const all = propose(tables, none);
      const rules = accepted(all);
      const held = new Map(
        tables.flatMap((table) => table.columns.map((each) => [columnName(table, each), 'held' as const])),
      );
      const plan = compilePlan(tables, rules, held, lockOf(tables));
      const open = all
        .filter(({ column: name }) => !Object.hasOwn(rules.columns, name))
        .map(({ column: name }) => name);
      const failures = plan.ok ? [] : plan.failures.map(({ code, where }) => `${code} ${where}`);
      expect(failures.toSorted()).toEqual(open.map((name) => `GR5020 ${name}`).toSorted());
      for (const { rule, type } of all)
        if (rule?.kind === 'keep' && ['text', 'varchar', 'citext', '_text', 'jsonb', 'json'].includes(type))
          expect(rule.because).toBeTruthy();
    }),
    { numRuns: 150 },
  );
});

test('what changed, and nothing else', () => {
  const before: SourceTable = { name: 'a.t', columns: [column('x', 'int4'), column('y', 'int4'), column('z', 'int4')] };
  const now: SourceTable = {
    name: 'a.t',
    columns: [column('x', 'int4'), column('y', 'text'), column('email', 'text', ['a@sea.example'])],
  };
  const rules: RefreshRules = { ...none, types: { int4: { kind: 'keep', because: null } } };
  const same = compareSchema([before], rules, lockOf([before]));
  expect([same.added, same.gone, same.changed, same.waiting].flat()).toEqual([]);
  const { added, gone, changed, waiting } = compareSchema([now], rules, lockOf([before]));
  expect(added.map(({ column: name, proposal }) => [name, proposal?.confidence])).toEqual([['a.t.email', 'sure']]);
  expect(gone).toEqual([{ column: 'a.t.z', hasRule: false }]);
  expect(changed.map(({ column: name, from, to }) => [name, from, to])).toEqual([['a.t.y', 'int4', 'text']]);
  expect(waiting).toEqual([]);
  expect(lookedAfter([now], lockOf([before]), false)).toEqual({
    'a.t.x': 'int4',
    'a.t.y': 'int4',
    'a.t.email': 'text',
  });
  expect(lookedAfter([now], lockOf([before]), true)).toEqual(lockOf([now]));
});
