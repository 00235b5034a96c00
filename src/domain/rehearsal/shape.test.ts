import { expect, test } from 'vitest';
import { shapeChanges, type ShapeFact } from './shape.ts';

const fact = (kind: ShapeFact['kind'], name: string, text: string, more: Partial<ShapeFact> = {}): ShapeFact => ({
  ...{ relation: 'users', kind, name, text, columns: [], commands: [] },
  ...more,
});
const mail = { columns: ['mail'] };
const before = [
  fact('relation', '', 'table'),
  fact('type', 'mail', 'citext', mail),
  fact('type', 'size', 'bigint'),
  fact('fill', 'size', 'default'),
  fact('fill', 'mail', 'generated'),
  fact('rule', 'the unique index one', 'mail', mail),
  fact('reference', 'what notes_fk does to it', 'NO ACTION', { columns: ['id'], commands: ['delete', 'update'] }),
  fact('body', 'audit', 'insert into audit'),
  fact('policy', 'the policy own', 'true', { commands: ['select', 'insert', 'update', 'delete'] }),
  fact('right', 'UPDATE of app', '', { commands: ['update'] }),
];
const write = (...columns: readonly string[]) => ({ by: 'command', commands: ['insert', 'update'], columns });
const nothing = { by: 'nothing' };

type Changed = ShapeFact | readonly [kind: ShapeFact['kind'], name: string];

/** The facts of the same name in the place of those of before; `null` takes one away. */
function needs(changes: readonly Changed[]) {
  const nameOf = (each: Changed) => ('kind' in each ? `${each.kind} ${each.name}` : each.join(' '));
  const changed = new Set(changes.map(nameOf));
  const after = [...before.filter((each) => !changed.has(nameOf(each))), ...changes.filter((each) => 'kind' in each)];
  return shapeChanges(before, after).map(({ need }) => need);
}

test.each<readonly [string, readonly Changed[], readonly object[]]>([
  ['nothing', [], []],
  ['a type that compares otherwise', [fact('type', 'mail', 'text', mail)], [nothing]],
  ['a narrower type', [fact('type', 'size', 'integer')], [{ by: 'value', column: 'size' }]],
  ['a wider one', [fact('type', 'size', 'numeric')], []],
  [
    'a column that is gone',
    [
      ['type', 'size'],
      ['fill', 'size'],
    ],
    [],
  ],
  ['a default that is gone', [['fill', 'size']], [{ by: 'filled', column: 'size' }]],
  [
    'the same where NULL may not be',
    [['fill', 'size'], fact('required', 'size', '')],
    [{ by: 'command', commands: ['insert'], columns: [] }, write('size')],
  ],
  ['a column that is not generated any more', [['fill', 'mail']], [nothing]],
  ['neither, but with a default', [fact('fill', 'mail', 'default')], [nothing]],
  ['a column that is generated since', [fact('fill', 'size', 'generated')], [write('size')]],
  ['an identity for a default', [fact('fill', 'size', 'always')], [write('size')]],
  ['a column that must be given', [fact('required', 'mail', '')], [write('mail')]],
  ['a new one', [fact('type', 'new', 'text'), fact('required', 'new', '')], [write()]],
  ['a new one with a default', [...['type', 'required', 'fill'].map((kind) => fact(kind as 'type', 'new', 'x'))], []],
  ['a constraint', [fact('rule', 'low', 'CHECK (size < 9)', { columns: ['size'] })], [write('size')]],
  ['one by another name', [['rule', 'the unique index one'], fact('rule', 'two', 'mail', mail)], []],
  ['one of new columns alone', [fact('rule', 'low', 'CHECK (new < 9)', { columns: ['new'] })], []],
  [
    'another deed of a foreign key',
    [fact('reference', 'what notes_fk does to it', 'CASCADE', { columns: ['id'], commands: ['delete', 'update'] })],
    [{ by: 'command', commands: ['delete', 'update'], columns: ['id'] }],
  ],
  ['a foreign key from elsewhere', [fact('reference', 'what more_fk does to it', 'NO ACTION')], []],
  [
    'a trigger',
    [fact('trigger', 'more', 'x', { commands: ['delete'] })],
    [{ by: 'command', commands: ['delete'], columns: [] }],
  ],
  ['what a trigger does', [fact('body', 'audit', '')], [nothing]],
  ['a table that is a view since', [fact('relation', '', 'view'), ['fill', 'size'], ['fill', 'mail']], []],
  ['a right that is gone', [['right', 'UPDATE of app']], [{ by: 'command', commands: ['update'], columns: [] }]],
  ['a right more', [fact('right', 'DELETE of app', '', { commands: ['delete'] })], []],
  [
    'a policy, for reads and for writes',
    [['policy', 'the policy own']],
    [
      { by: 'command', commands: ['select'], columns: [] },
      { by: 'command', commands: ['insert', 'update', 'delete'], columns: [] },
    ],
  ],
])('needs of %s', (_, changes, expected) => {
  expect(needs(changes)).toEqual(expected);
});

test('policies and rights alone do not bind who owns the table', () => {
  const binding = (kind: ShapeFact['kind']) =>
    shapeChanges(
      before,
      before.filter((each) => each.kind !== kind),
    ).map(({ bindsOwner }) => bindsOwner);
  expect(binding('policy')).toEqual([false, false]);
  expect(binding('right')).toEqual([false]);
  expect(binding('fill')).toEqual([true, true]);
});

test('of a table that is new or gone nothing changes', () => {
  expect(shapeChanges(before, [])).toEqual([]);
  expect(shapeChanges([], before)).toEqual([]);
});
