import { describe, expect, test } from 'vitest';
import { compilePlan, lockOf } from './compile.ts';
import { fits, type RefreshRules, type Rule } from './rules.ts';
import type { MaskerName } from './maskers.ts';
import type { SourceColumn, SourceTable } from './source-schema.ts';

const column = (name: string, type: string, more: Partial<SourceColumn> = {}): SourceColumn => ({
  ...{ name, type, maxCharacters: null, isNullable: true, isUnique: false, isGenerated: false, isPartitionKey: false },
  ...{ checks: [], references: null, samples: [], ...more },
});
const mask = (masker: MaskerName, more: { by?: string; days?: number } = {}): Rule => ({
  kind: 'mask',
  masker,
  days: 60,
  by: null,
  percent: 10,
  ...more,
});
const keep: Rule = { kind: 'keep', because: null };
const kept: Rule = { kind: 'keep', because: 'looked at' };
const rules = (columns: Record<string, Rule>, more: Partial<RefreshRules> = {}): RefreshRules => ({
  columns,
  patterns: [],
  types: {},
  ...more,
});
const table = (name: string, ...columns: SourceColumn[]): SourceTable => ({ name, columns });

const none = new Map<string, 'held' | 'broke'>();
function codes(
  tables: readonly SourceTable[],
  given: RefreshRules,
  trials = none,
  lock: Record<string, string> | null = null,
): string[] {
  const plan = compilePlan(tables, given, trials, lock);
  return plan.ok ? [] : plan.failures.map(({ code, message }) => `${code} ${message}`);
}
const one = (given: SourceColumn, rule: Rule, trials = none) =>
  codes([table('public.t', given)], rules({ [`public.t.${given.name}`]: rule }), trials);

const users = table(
  'public.users',
  column('id', 'int8', { isUnique: true, isNullable: false }),
  column('email', 'text', { isUnique: true, samples: ['anna@sea.example'] }),
  column('born', 'date'),
  column('full', 'text', { isGenerated: true }),
);
const orders = table(
  'public.orders',
  column('paid_at', 'timestamptz'),
  column('buyer', 'int4', { references: 'public.users.id' }),
);
const good = rules({
  'public.users.id': mask('id'),
  'public.users.email': mask('email'),
  'public.users.born': mask('date-shift', { by: 'id' }),
  'public.orders.buyer': mask('id'),
  'public.orders.paid_at': mask('date-shift', { by: 'buyer' }),
});

test('a plan: what PostgreSQL generates is left out, whose the dates are comes first', () => {
  const plan = compilePlan([users, orders], good, none, lockOf([users, orders]));
  expect(
    plan.ok &&
      plan.value.map(({ name, columns }) => [
        name,
        columns.map((each) => (each.isEntity ? `${each.name}!` : each.name)),
      ]),
  ).toEqual([
    ['public.users', ['id!', 'email', 'born']],
    ['public.orders', ['buyer!', 'paid_at']],
  ]);
});

test('F099 a column without a rule stops the plan and is named, of whatever type', () => {
  for (const type of ['text', 'jsonb', 'int4', 'bool', '_int4', 'hstore', 'enum'])
    expect(codes([table('public.t', column('fresh', type))], rules({}))).toEqual([
      `GR5020 No rule says what becomes of public.t.fresh (${type}).`,
    ]);
  const plan = compilePlan([users], rules({ 'public.users.id': kept, 'public.users.born': kept }), none, null);
  expect(!plan.ok && plan.failures[0]!.do).toMatch(/public\.users\.email: email/);
});

test('the nearest rule wins: column, pattern in their order, type', () => {
  const given = [table('public.t', column('a', 'text'), column('b', 'text'), column('c', 'bool'))];
  const both = rules(
    { 'public.t.a': { kind: 'null' } },
    {
      patterns: [
        { pattern: '**.b', rule: mask('token') },
        { pattern: 'public.*.*', rule: keep },
      ],
      types: { bool: keep },
    },
  );
  const plan = compilePlan(given, both, none, null);
  expect(plan.ok && plan.value[0]!.columns.map(({ rule }) => (rule.kind === 'mask' ? rule.masker : rule.kind))).toEqual(
    ['null', 'token', 'keep'],
  );
  expect([
    fits('*.b', 'public.t.b'),
    fits('**.b', 'public.t.b'),
    fits('**.b', 'public.t.xb'),
    fits('**_b', 'public.t.x_b'),
  ]).toEqual([false, true, false, true]);
});

describe('refused', () => {
  test('F103 a unique column whose values could become one', () => {
    const unique = (type: string, rule: Rule) => one(column('c', type, { isUnique: true }), rule);
    for (const masker of ['email', 'digits', 'token', 'iban'] as const)
      expect(unique('text', mask(masker))).toEqual([]);
    for (const masker of ['full-name', 'text', 'card', 'url', 'ip'] as const)
      expect(unique('text', mask(masker))[0]).toMatch(/^GR5021/);
    expect(unique('text', { kind: 'constant', value: 'x' })[0]).toMatch(/^GR5021/);
    expect(unique('text', { kind: 'null' })).toEqual([]);
    expect(unique('date', mask('date-shift'))[0]).toMatch(/^GR5021/);
  });
  test('F103 partners of a foreign key that would part', () => {
    const change = (columns: Record<string, Rule>) =>
      codes([users, orders], { ...good, columns: { ...good.columns, ...columns } });
    expect(change({})).toEqual([]);
    expect(change({ 'public.users.id': keep })[0]).toMatch(/^GR5022 public\.orders\.buyer refers to public\.users\.id/);
    expect(change({ 'public.orders.buyer': keep })[0]).toMatch(/^GR5022/);
    const small = table(
      'public.orders',
      column('paid_at', 'timestamptz'),
      column('buyer', 'int2', { references: 'public.users.id' }),
    );
    expect(codes([users, small], good)[0]).toMatch(/^GR5022/);
  });
  test('limits that were not tried, or did not hold', () => {
    const checked = column('c', 'text', { checks: ['c_check'] });
    const held = new Map([['public.t.c', 'held' as const]]);
    expect(one(checked, mask('digits'))[0]).toMatch(/^GR5023 .*were not tried against the check "c_check"/);
    expect(one(checked, mask('digits'), new Map([['public.t.c', 'broke' as const]]))[0]).toMatch(/^GR5023 .*broke/);
    expect(one(checked, mask('digits'), held)).toEqual([]);
    expect(one(checked, keep)).toEqual([]);
    const short = (maxCharacters: number, rule: Rule) => one(column('c', 'varchar', { maxCharacters }), rule);
    expect(short(28, mask('email'))[0]).toMatch(/^GR5023 .*a length of 28/);
    expect(short(29, mask('email'))).toEqual([]);
    expect(short(2, mask('digits'))).toEqual([]);
    expect(short(200, mask('text'))[0]).toMatch(/^GR5023/);
    expect(short(3, { kind: 'constant', value: 'four' })[0]).toMatch(/^GR5023/);
  });
  test.each<[string, SourceColumn, Rule, RegExp]>([
    ['a masker of another type', column('c', 'uuid'), mask('email'), /^GR5024/],
    ['a masker that is for no array', column('c', '_int4'), mask('id'), /^GR5024/],
    ['an array of texts and a masker of numbers', column('c', '_text'), mask('id'), /^GR5024/],
    ['paths into what is no JSON', column('c', 'text'), { kind: 'json', paths: [], rest: 'keep' }, /^GR5024/],
    ['a constant for a number', column('c', 'int4'), { kind: 'constant', value: '1' }, /^GR5024/],
    [
      'a masker of rows in JSON',
      column('c', 'jsonb'),
      { kind: 'json', paths: [{ path: 'a', masker: 'id' }], rest: 'keep' },
      /^GR5024/,
    ],
    [
      'no path',
      column('c', 'jsonb'),
      { kind: 'json', paths: [{ path: 'a..b', masker: 'email' }], rest: 'keep' },
      /^GR5031/,
    ],
    ['null where none may be', column('c', 'text', { isNullable: false }), { kind: 'null' }, /^GR5025/],
    ['kept though its name says', column('phone', 'text'), keep, /^GR5026/],
    ['kept though its values say', column('c', 'text', { samples: ['anna@sea.example'] }), keep, /^GR5026/],
    [
      'a leaf of JSON kept',
      column('c', 'jsonb', { samples: ['{"a":{"mail":"anna@sea.example"}}'] }),
      { kind: 'json', paths: [{ path: 'b', masker: 'email' }], rest: 'keep' },
      /^GR5026 public\.t\.c a\.mail/,
    ],
    ['the key of partitions', column('c', 'date', { isPartitionKey: true }), mask('date-shift'), /^GR5032/],
    ['dates of whom', column('c', 'date'), mask('date-shift', { by: 'nobody' }), /^GR5027/],
  ])('%s', (_name, given, rule, expected) => expect(one(given, rule)[0]).toMatch(expected));
  test('what is kept with a reason, covered by a path, or text as a rest, is not', () => {
    expect(one(column('phone', 'text'), kept)).toEqual([]);
    const json = column('c', 'jsonb', { samples: ['{"a":[{"mail":"anna@sea.example"}]}'] });
    expect(one(json, { kind: 'json', paths: [{ path: '*[].mail', masker: 'email' }], rest: 'keep' })).toEqual([]);
    expect(one(json, { kind: 'json', paths: [], rest: 'text' })).toEqual([]);
    expect(one(column('c', '_text'), mask('email'))).toEqual([]);
  });
  test('dates of one table that move by two columns', () => {
    const given = [
      table('public.t', column('a', 'int4'), column('b', 'int4'), column('x', 'date'), column('y', 'date')),
    ];
    const two = rules({
      'public.t.a': keep,
      'public.t.b': keep,
      'public.t.x': mask('date-shift', { by: 'a' }),
      'public.t.y': mask('date-shift', { by: 'b' }),
    });
    expect(codes(given, two)).toEqual(['GR5028 The dates of public.t move by a and b.']);
  });
  test('rules that meet nothing', () => {
    const stale = {
      ...good,
      columns: { ...good.columns, 'public.users.emial': mask('email') },
      patterns: [{ pattern: '**.gone', rule: keep }],
    };
    expect(codes([users, orders], stale).map((each) => each.slice(0, 6))).toEqual(['GR5029', 'GR5029']);
  });
  test('F099 a schema that is another than the one looked at', () => {
    const lock = lockOf([users, orders]);
    const wider = table(
      'public.orders',
      ...orders.columns.slice(0, 1),
      column('buyer', 'int8', { references: 'public.users.id' }),
      column('fresh', 'bool'),
    );
    expect(codes([users, wider], { ...good, types: { bool: keep } }, none, lock)).toEqual([
      'GR5030 public.orders.buyer was int4 and is int8 since the plan was looked at.',
      'GR5030 public.orders.fresh is new since the plan was looked at.',
    ]);
    expect(
      codes([users], { ...good, columns: Object.fromEntries(Object.entries(good.columns).slice(0, 3)) }, none, lock),
    ).toHaveLength(2);
  });
});

test('a large object is kept with a reason, replaced where it is unique too, or left out', () => {
  const scan = column('scan', 'large-object', {
    isUnique: true,
    isPartitionKey: true,
    checks: ['c'],
    isNullable: false,
  });
  expect(one(scan, kept)).toEqual([]);
  expect(one(scan, mask('picture'))).toEqual([]);
  expect(one(scan, keep)).toEqual([
    'GR5026 public.t.scan is kept, but refers to large objects, which may be anything.',
  ]);
  expect(one(scan, mask('id')).join()).toContain('GR5024 public.t.scan: "id" is not for large-object.');
  expect(one(scan, { kind: 'null' }).join()).toContain('GR5025 public.t.scan takes no null.');
  // As long as there are none, or none any more, the same rule does.
  expect(one({ ...scan, type: 'oid' }, mask('picture'))).toEqual([]);
  expect(one({ ...scan, type: 'oid' }, keep)).toEqual([]);
  const locked = (before: string, type: string) =>
    codes([table('public.t', { ...scan, type })], rules({ 'public.t.scan': kept }), none, { 'public.t.scan': before });
  expect(locked('large-object', 'oid')).toEqual([]);
  expect(locked('oid', 'large-object')).toEqual([
    'GR5030 public.t.scan was oid and is large-object since the plan was looked at.',
  ]);
  expect(one({ ...scan, isNullable: true, isPartitionKey: false }, { kind: 'null' })).toEqual([]);
});

test('every refusal of a file at once', () => {
  const given = [
    table('public.t', column('a', 'text'), column('b', 'uuid'), column('c', 'text', { isNullable: false })),
  ];
  const found = codes(
    given,
    rules({ 'public.t.b': mask('email'), 'public.t.c': { kind: 'null' }, 'public.t.d': keep }),
  );
  expect(found.map((each) => each.slice(0, 6))).toEqual(['GR5020', 'GR5024', 'GR5025', 'GR5029']);
});
