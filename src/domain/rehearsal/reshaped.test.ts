import { expect, test } from 'vitest';
import { reshapedRelations } from './reshaped.ts';

const before = [
  ...['users', 'orders', 'old'].map((name) => ({ name: `table public.${name}`, text: 'r f' })),
  { name: 'column public.users.name', text: 'text' },
  { name: 'column public.orders.id', text: 'integer not null' },
];
const after = (...facts: readonly (readonly [string, string])[]) =>
  reshapedRelations(before, [
    ...before.filter(({ name }) => !facts.some(([other]) => other === name)),
    ...facts.filter(([, text]) => text !== 'gone').map(([name, text]) => ({ name, text })),
  ]);

test.each<readonly [string, readonly [string, string], ReturnType<typeof reshapedRelations>]>([
  ['a column is gone', ['column public.users.name', 'gone'], [{ relation: 'users', how: 'changed' }]],
  ['one is demanded', ['column public.users.mail', 'text not null'], [{ relation: 'users', how: 'changed' }]],
  ['another type', ['column public.orders.id', 'bigint not null'], [{ relation: 'orders', how: 'stricter' }]],
  ['a constraint', ['constraint public.orders.positive', 'c t'], [{ relation: 'orders', how: 'stricter' }]],
  ['a unique index', ['index public.orders.one', 'unique t'], [{ relation: 'orders', how: 'stricter' }]],
  ['a table is gone', ['table public.old', 'gone'], [{ relation: 'old', how: 'gone' }]],
  ['a column beside', ['column public.users.mail', 'text'], []],
  ['one with a default', ['column public.users.mail', 'text not null default'], []],
  ['an index', ['index public.orders.more', 't'], []],
  ['another table', ['table public.users_2', 'r f'], []],
])('%s', (_, fact, expected) => {
  expect(after(fact)).toEqual(expected);
});
