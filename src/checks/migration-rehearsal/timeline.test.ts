import { expect, test } from 'vitest';
import type { SeenLock } from '../../kinds/rehearsals.ts';
import { timelineOf } from './timeline.ts';

const canary = [
  { atMs: 0, longestMs: 4.123_456 },
  { atMs: 100, longestMs: 812 },
];
const lock = (relation: string, mode: SeenLock['mode'], fromMs: number, toMs: number): SeenLock => ({
  ...{ relation, mode, fromMs, toMs },
});

test('the wait is the line, locks that keep somebody waiting are the rows, the strongest first', () => {
  const plot = timelineOf({
    canary,
    locks: [
      lock('notes', 'ShareLock', 20, 400.04),
      lock('users', 'AccessShareLock', 10, 900),
      lock('users', 'AccessExclusiveLock', 100, 900),
      lock('tags', 'ShareUpdateExclusiveLock', 5, 6),
      lock('done', 'RowExclusiveLock', 1, 2),
    ],
  });
  expect(plot.series[0]!.points).toEqual([
    [0, 4.123],
    [100, 812],
  ]);
  expect(plot.rows).toEqual([
    { name: 'users', bars: [{ from: 100, to: 900, look: 'grave', label: 'AccessExclusiveLock for 800 ms' }] },
    { name: 'notes', bars: [{ from: 20, to: 400, look: 'firm', label: 'ShareLock for 380 ms' }] },
    { name: 'tags', bars: [{ from: 5, to: 6, look: 'light', label: expect.stringContaining('1') }] },
  ]);
});

test('many relations and many locks stay a drawing, and it is said how many are left out', () => {
  const relations = Array.from({ length: 20 }, (_, index) => lock(`t${index}`, 'ShareLock', 0, index));
  const often = Array.from({ length: 500 }, (_, index) => lock('t19', 'ShareLock', index, index + (index % 7)));
  const { rows } = timelineOf({ canary, locks: [...relations, ...often] });
  expect(rows).toHaveLength(13);
  expect(rows!.at(-1)).toEqual({ name: '… 8 more relations', bars: [] });
  const [first] = rows!;
  expect(first).toMatchObject({ name: 't19' });
  expect(first!.bars.length).toBe(60);
  expect(first!.bars.map(({ from }) => from)).toEqual(first!.bars.map(({ from }) => from).toSorted((a, b) => a - b));
});

test('where nothing was locked there are no rows', () => {
  expect(timelineOf({ canary, locks: [] })).not.toHaveProperty('rows');
});
