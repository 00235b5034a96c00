/** Memory of a refresh that takes large objects along and proves them, of two sizes: `GREENROOM_BENCH_OBJECTS` (1,600) mebibytes, and a quarter of it. */
import { fillBy, median, onServers, row, roundCount, timed } from './refresh-copy.ts';
import { growthRow, keptControl, KEPT_BYTES } from './refresh-memory.ts';
import { objectsSql } from './refresh-source.ts';
import { waysOf } from './refresh-ways.ts';
import type { BenchRow } from './row.ts';

const objectCount = Number(process.env['GREENROOM_BENCH_OBJECTS'] ?? 1_600);
const shares = [1 / 4, 1];

export const objectRows = (): Promise<readonly BenchRow[]> =>
  onServers('objects', async (servers, program) => {
    const { objects, keeping } = waysOf(servers, program);
    const [peaks, kept]: [number[], number[]] = [[], []];
    const rows: BenchRow[] = [];
    for (const share of shares) {
      const count = Math.round(objectCount * share);
      await fillBy(servers, objectsSql(count));
      const [told, times]: [number[], number[]] = [[], []];
      for (let round = 0; round < roundCount; round++) {
        const run = await timed(servers.target, objects);
        told.push(run.told!.peakBytes);
        times.push(run.tookMs / 1000);
      }
      kept.push((await timed(servers.target, keeping(KEPT_BYTES / objectCount, 'objects'))).told!.peakBytes);
      const most = Math.max(...told);
      peaks.push(median(told));
      rows.push(
        row(`objects: ${count} of 1 MiB, with the proof`, median(times), 's', 'reported', true),
        row(`objects: ${count} of 1 MiB, peak`, median(told) / 1e6, 'MB', 'reported', true),
        row(`objects: ${count} of 1 MiB, the highest peak of a run`, most / 1e6, 'MB', '<= 300', most <= 300e6),
      );
    }
    return [
      ...rows,
      growthRow('objects: peak, against a quarter of them', peaks[1]! / peaks[0]!),
      keptControl('objects', kept[1]! / kept[0]!),
    ];
  });
