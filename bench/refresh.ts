/** `npm run bench refresh`: the masked copy of a database, by its parts. `GREENROOM_BENCH_ROWS` says how large the source is. */
import { copyRows } from './refresh-copy.ts';
import { detectionRows } from './refresh-detection.ts';
import { determinismRows } from './refresh-determinism.ts';
import { hardRows } from './refresh-hard.ts';
import { killRows } from './refresh-kills.ts';
import { lineRows } from './refresh-line.ts';
import { markerRows } from './refresh-markers.ts';
import { memoryRows } from './refresh-memory.ts';
import { objectRows } from './refresh-objects.ts';
import { subsetRows } from './refresh-subset.ts';
import type { BenchRow } from './row.ts';

export const parts = [
  'copy',
  'subset',
  'line',
  'memory',
  'objects',
  'detection',
  'hard',
  'markers',
  'kills',
  'determinism',
];

export async function benchRefresh(wanted: readonly string[] = parts): Promise<BenchRow[]> {
  return [
    ...(wanted.includes('copy') ? await copyRows() : []),
    ...(wanted.includes('subset') ? await subsetRows() : []),
    ...(wanted.includes('line') ? await lineRows() : []),
    ...(wanted.includes('memory') ? await memoryRows() : []),
    ...(wanted.includes('objects') ? await objectRows() : []),
    ...(wanted.includes('detection') ? await detectionRows() : []),
    ...(wanted.includes('hard') ? await hardRows() : []),
    ...(wanted.includes('markers') ? await markerRows() : []),
    ...(wanted.includes('kills') ? await killRows() : []),
    ...(wanted.includes('determinism') ? await determinismRows() : []),
  ];
}
