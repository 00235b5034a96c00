import { expect, test } from 'vitest';
import { bookShape, compareBooks, isOfBook, type Book } from './book.ts';

const book: Book = {
  ...{ relation: 'public.knex_migrations', left: ['id'], schema: null, counts: true, rows: 1, hash: '1' },
  parts: ['public.knex_migrations', 'public.knex_migrations_pkey', 'public.knex_migrations_id_seq'],
};
const knex = ['batch', 'id', 'migration_time', 'name'];

test('a book is known by name and shape alike', () => {
  const shape = bookShape({ name: 'knex_migrations', columns: knex, counted: ['id'] }, false);
  expect(shape).toEqual({ compared: ['batch', 'name'], left: ['id', 'migration_time'], counts: true });
  expect(bookShape({ name: 'migrations_of_birds', columns: knex, counted: ['id'] }, false)).toBeNull();
  expect(bookShape({ name: 'knex_migrations', columns: [...knex, 'price'], counted: ['id'] }, false)).toBeNull();
  expect(bookShape({ name: 'knex_migrations', columns: ['id', 'name'], counted: ['id'] }, false)).toBeNull();
  expect(bookShape({ name: 'constructor', columns: knex, counted: [] }, false)).toBeNull();
});

test('of a declared one only what clock and counters fill is left out', () => {
  const shape = bookShape({ name: 'mine', columns: ['at', 'file', 'id'], counted: ['at', 'id'] }, true);
  expect(shape).toEqual({ compared: ['file'], left: ['at', 'id'], counts: true });
});

test.each([
  ['relation public.knex_migrations_id_seq', true],
  ['index public.knex_migrations_pkey', true],
  ['column public.knex_migrations.name', true],
  ['constraint public.knex_migrations knex_migrations_pkey', true],
  ['relation public.knex_migrations_of_birds', false],
  ['column public.knex_migrations_of_birds.name', false],
  ['trigger public.knex_migrations spy', false],
  ['schema public', false],
])('%s is of the book: %s', (fact, isIt) => {
  expect(isOfBook(fact, book)).toBe(isIt);
  expect(isOfBook('schema drizzle', { ...book, schema: 'drizzle' })).toBe(true);
});

test('what a book says otherwise is told, with how many rows more', () => {
  const other = { ...book, hash: '2' };
  expect(compareBooks([book], [{ ...book, left: [] }])).toEqual([]);
  expect(compareBooks([book], [other])).toEqual([{ relation: book.relation, more: 0 }]);
  expect(compareBooks([book], [{ ...other, rows: 3 }])).toEqual([{ relation: book.relation, more: 2 }]);
  expect(compareBooks([book], [])).toEqual([{ relation: book.relation, more: -1 }]);
  expect(compareBooks([], [book])).toEqual([{ relation: book.relation, more: 1 }]);
  expect(compareBooks([], [{ ...book, rows: 0 }])).toEqual([]);
  expect(compareBooks([], [{ ...book, counts: false }])).toEqual([]);
});
