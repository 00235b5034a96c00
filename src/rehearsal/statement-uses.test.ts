import { expect, test } from 'vitest';
import { statementUses } from './statement-uses.ts';

const told = async (text: string) => {
  const { uses, compared } = await statementUses(text);
  return [
    ...uses.map(({ relation, command, written }) =>
      `${command} ${relation} ${written === null ? '*' : written.join(',')}`.trim(),
    ),
    ...compared.map(({ column, among }) => `compare ${column} of ${among.join(' or ')}`),
  ];
};

test.each([
  ['select name from users where mail = $1', ['select users', 'compare mail of users']],
  ['select name, mail from users', ['select users']],
  [
    'select u.name from users u join shop.orders o on o.user_id = u.id',
    [...['select users', 'select shop.orders', 'compare user_id of shop.orders', 'compare id of users']],
  ],
  [
    'select name from users, orders order by total',
    ['select users', 'select orders', 'compare total of users or orders'],
  ],
  ['insert into users (name, mail) values ($1, $2)', ['insert users name,mail']],
  ['insert into users values (1)', ['insert users *']],
  [
    'insert into users (name) select note from orders on conflict (name) do update set mail = $1',
    ['insert users name', 'update users mail', 'select orders'],
  ],
  [
    'update users set mail = 1, name = 2 where id = 3',
    ['select users', 'update users mail,name', 'compare id of users'],
  ],
  ['delete from users where id = 3', ['select users', 'delete users', 'compare id of users']],
  [
    'with gone as (delete from orders returning id) select id from gone',
    ['select orders', 'delete orders', 'select gone'],
  ],
  [
    'merge into users u using orders o on u.id = o.id when matched then update set mail = 1 when not matched then insert values (1)',
    [
      'select users',
      'update users mail',
      'insert users *',
      'select orders',
      'compare id of users',
      'compare id of orders',
    ],
  ],
  ['nothing that anybody reads', []],
])('%s', async (text, expected) => {
  expect((await told(text)).toSorted()).toEqual(expected.toSorted());
});
