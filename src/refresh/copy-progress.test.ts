import { expect, test } from 'vitest';
import type { LoadProgress } from './load-beside.ts';
import { openProgress } from './copy-progress.ts';

test('what was read of parts under way counts, never more than their share, and once', () => {
  const told: LoadProgress[] = [];
  const progress = openProgress(100, (each) => told.push(each));
  const [one, two] = [
    { table: 'public.one', sizeBytes: 60 },
    { table: 'public.two', sizeBytes: 30 },
  ];
  progress.passed(one, one, 20);
  progress.passed(two, two, 500);
  progress.copied(one, one, 7);
  progress.passed(two, two, 10); // a connection was lost, and it is copied again
  progress.copied(two, two, 3);
  progress.ended('the rest');
  expect(told.map(({ doneBytes, rowCount, table }) => [doneBytes, rowCount, table])).toEqual([
    ...[
      [20, 0, 'public.one'],
      [50, 0, 'public.two'],
      [90, 7, 'public.one'],
      [70, 7, 'public.two'],
    ],
    ...[
      [90, 10, 'public.two'],
      [100, 10, 'the rest'],
    ],
  ]);
});
