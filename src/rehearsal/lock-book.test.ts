import { expect, test } from 'vitest';
import { lockBook } from './lock-book.ts';

const names = new Map([
  [20000, 'users'],
  [20001, 'orders'],
]);
const lock = (oid: number, mode: 'AccessShareLock' | 'ShareLock' | 'AccessExclusiveLock') => ({
  ...{ oid, mode, isGranted: true },
});

test('of each relation the strongest lock of the transaction is told, for as long as it was held', () => {
  const book = lockBook(names, 1_000);
  book.note(7, [lock(20000, 'AccessShareLock')], 1_010);
  book.note(7, [lock(20000, 'AccessExclusiveLock'), lock(20001, 'ShareLock'), lock(99999, 'ShareLock')], 1_020);
  const told = book.locksOf(7);
  expect(book.strongestOf(7, 20000)).toBe('AccessExclusiveLock');
  book.settle(7, 1_050);
  expect(told).toEqual([
    { relation: 'users', mode: 'AccessExclusiveLock', heldMs: 30 },
    { relation: 'orders', mode: 'ShareLock', heldMs: 30 },
  ]);
  expect(book.line()).toContainEqual({ relation: 'users', mode: 'AccessShareLock', fromMs: 10, toMs: 50 });
});

test('after it has settled the next transaction begins with nothing', () => {
  const book = lockBook(names, 0);
  book.note(7, [lock(20000, 'ShareLock')], 1);
  expect(book.isIdle(7)).toBe(false);
  expect(book.isIdle(8)).toBe(true);
  book.settle(7, 2);
  expect([book.isIdle(7), book.locksOf(7), book.strongestOf(7, 20000)]).toEqual([true, [], null]);
});
