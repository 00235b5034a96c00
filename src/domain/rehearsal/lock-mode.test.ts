import { expect, test } from 'vitest';
import { blocksReads, blocksWrites, conflict, lockModes, strongest } from './lock-mode.ts';

test('the table of conflicts is the one of the manual', () => {
  const marks = lockModes.map((one) => lockModes.map((other) => (conflict(one, other) ? 'X' : '.')).join(''));
  expect(marks).toEqual([
    ...['.......X', '......XX', '....XXXX', '...XXXXX', '..XX.XXX', '..XXXXXX', '.XXXXXXX', 'XXXXXXXX'],
  ]);
});

test('it is the same from both sides, and a stronger mode lets nobody pass that a weaker one stops', () => {
  for (const one of lockModes) for (const other of lockModes) expect(conflict(one, other)).toBe(conflict(other, one));
  expect(lockModes.filter(blocksReads)).toEqual(['AccessExclusiveLock']);
  expect(lockModes.filter(blocksWrites)).toEqual(lockModes.slice(4));
});

test('the strongest of several, and of none none', () => {
  expect(strongest(['ShareLock', 'AccessShareLock'])).toBe('ShareLock');
  expect(strongest([])).toBeNull();
});
