/**
 * Whether the memory of a masked copy grows with the rows: medians of sources of three sizes, each four times the one before. `GREENROOM_BENCH_ROWS` (5,600,000) is
 * the largest. One run is no figure: V8 takes up to 46 MB to compile the largest function of pg_dump's WebAssembly, and in some runs, of any size, they stay with
 * the process after that. Most of the peak is there before the first row, so what is held while rows are copied has a bar of its own.
 */
import { fill, median, onServers, row, rowCount, roundCount, runOnce } from './refresh-copy.ts';
import type { Told } from './refresh-child.ts';
import { waysOf } from './refresh-ways.ts';
import type { BenchRow } from './row.ts';

const GROWTH_BAR = 1.15;
const shares = [1 / 16, 1 / 4, 1];
/** Of all rows of the largest source, by the control. */
export const KEPT_BYTES = 400e6;

export const memoryRows = (): Promise<readonly BenchRow[]> =>
  onServers('memory', async (servers, program) => {
    const { masked, keeping } = waysOf(servers, program);
    const sizes: Size[] = [];
    for (const share of shares) {
      const rows = await fill(servers, Math.round(rowCount * share));
      const told: Told[] = [];
      for (let round = 0; round < roundCount; round++) told.push((await runOnce(servers, masked, rows)).told!);
      const kept = (await runOnce(servers, keeping(KEPT_BYTES / rowCount), rows)).told!;
      sizes.push({ rows, told, kept });
    }
    const [smallest, middle, largest] = sizes as [Size, Size, Size];
    return [
      ...sizes.flatMap(sizeRows),
      growthRow('memory: peak, against a quarter of the rows', peakOf(largest) / peakOf(middle)),
      growthRow('memory: peak, a quarter against a sixteenth', peakOf(middle) / peakOf(smallest)),
      growthRow('memory: while rows are copied, against a quarter of the rows', copyOf(largest) / copyOf(middle)),
      growthRow('memory: while rows are copied, a quarter against a sixteenth', copyOf(middle) / copyOf(smallest)),
      keptControl('peak', largest.kept.peakBytes / middle.kept.peakBytes),
      keptControl('while rows are copied', largest.kept.copyBytes / middle.kept.copyBytes),
    ];
  });

interface Size {
  readonly rows: number;
  readonly told: readonly Told[];
  /** Of the process that keeps something of each row. */
  readonly kept: Told;
}

const peakOf = ({ told }: Size): number => median(told.map(({ peakBytes }) => peakBytes));
const copyOf = ({ told }: Size): number => median(told.map(({ copyBytes }) => copyBytes));

function sizeRows(size: Size): readonly BenchRow[] {
  const name = `memory: ${(size.rows / 1e6).toFixed(2)} million rows`;
  const most = Math.max(...size.told.map(({ peakBytes }) => peakBytes));
  return [
    row(`${name}, peak`, peakOf(size) / 1e6, 'MB', 'reported', true),
    row(`${name}, the highest peak of a run`, most / 1e6, 'MB', '<= 300', most <= 300e6),
    row(`${name}, while rows are copied`, copyOf(size) / 1e6, 'MB', 'reported', true),
  ];
}

export const growthRow = (measure: string, value: number): BenchRow =>
  row(measure, value, '×', `<= ${GROWTH_BAR}`, value <= GROWTH_BAR);

export const keptControl = (what: string, value: number): BenchRow => ({
  ...row(
    `control: where ${KEPT_BYTES / 1e6} MB are kept of the largest source, ${what}`,
    value,
    '×',
    `> ${GROWTH_BAR}`,
    value > GROWTH_BAR,
  ),
  control: true,
});
