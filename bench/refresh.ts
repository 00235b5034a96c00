/** `npm run bench refresh`: the masked copy of a database, by its parts. `GREENROOM_BENCH_ROWS` says how large the source is. */
import { copyRows } from './refresh-copy.ts';
import { detectionRows } from './refresh-detection.ts';
import { hardRows } from './refresh-hard.ts';
import { subsetRows } from './refresh-subset.ts';
import type { BenchRow } from './row.ts';

export const parts = ['copy', 'subset', 'detection', 'hard'];

export async function benchRefresh(wanted: readonly string[] = parts): Promise<BenchRow[]> {
  return [
    ...(wanted.includes('copy') ? await copyRows() : []),
    ...(wanted.includes('subset') ? await subsetRows() : []),
    ...(wanted.includes('detection') ? await detectionRows() : []),
    ...(wanted.includes('hard') ? await hardRows() : []),
  ];
}
