import { expect, test } from 'vitest';
import { readLcov } from './lcov.ts';

const record = (file: string, ...lines: readonly string[]): string =>
  [`SF:${file}`, ...lines, 'end_of_record', ''].join('\n');
const share = (...records: readonly string[]) => {
  const read = readLcov(records.join(''));
  return read.status === 'read' ? [read.hit, read.found] : read.reason;
};

test('a source file that is repeated counts once, however its path is written', () => {
  const covered = record('src/a.js', 'DA:1,1', 'LF:1', 'LH:1');
  const bare = record('src/b.js', 'DA:1,0', 'LF:1', 'LH:0');
  expect(share(covered.repeat(40), bare)).toEqual([1, 2]);
  expect(share(covered, covered.replace('src/', './src/'), bare)).toEqual([1, 2]);
  expect(share(record('a', 'LF:10', 'LH:5').repeat(3), record('b', 'LF:10', 'LH:0'))).toEqual([5, 20]);
});

test('records of one source file are merged: a line is hit when any of them hits it', () => {
  const first = record('a', 'DA:1,1', 'DA:2,0', 'DA:3,0', 'LF:3', 'LH:1');
  const second = record('a', 'DA:1,0', 'DA:2,4', 'DA:3,0', 'LF:3', 'LH:1');
  expect(share(first, second)).toEqual([2, 3]);
  expect(share(first, record('a', 'DA:4,1'))).toEqual([2, 4]);
});

test('of totals and lines that do not agree the worse count', () => {
  expect(share(record('a', 'DA:1,0', 'DA:2,0', 'LF:2', 'LH:90'))).toEqual([0, 2]);
  expect(share(record('a', 'DA:1,1', 'DA:2,1', 'LF:2', 'LH:0'))).toEqual([0, 2]);
  expect(share(record('a', 'DA:1,1', 'LF:100', 'LH:1'))).toEqual([1, 100]);
  expect(share(record('a', 'LF:2', 'LH:90'))).toEqual([2, 2]);
  expect(share(record('a', 'DA:1,1', 'DA:1,1', 'DA:2,0'))).toEqual([1, 2]);
});

test('a record that is not closed, the last one or another', () => {
  expect(share(record('a', 'DA:1,1'), 'SF:b\nDA:1,0\n')).toBe('its last record is not closed');
  expect(share('SF:b\nDA:1,0\n', record('a', 'DA:1,1'))).toBe('one of its records is not closed');
});
