/**
 * One table of narrow rows, by steps of its size: whether the time of a masked copy grows with the rows as a line does. `GREENROOM_BENCH_ROWS` (5,600,000) is a
 * quarter of the largest step; a table of 100 million rows is told from the line.
 */
import { fillBy, median, onServers, row, rowCount, roundCount, timed } from './refresh-copy.ts';
import { waysOf } from './refresh-ways.ts';
import type { BenchRow } from './row.ts';

const R_SQUARED_BAR = 0.98;
const FOLLOWED_ROWS = 100e6;
/** Of the largest. */
const shares = [1, 2, 3, 4, 5, 6, 7, 8].map((eighths) => eighths / 8);

const narrowSql = (count: number): string => `
  CREATE TABLE narrow (id bigint NOT NULL, account bigint NOT NULL, kind smallint NOT NULL, amount int NOT NULL, phone text NOT NULL, at timestamptz NOT NULL);
  INSERT INTO narrow SELECT i, i::bigint * 7919 % 1000003, i % 9, i % 100000, '+49 151 ' || (10000000 + i::bigint * 7919 % 90000000), '2026-01-01'::timestamptz + i * interval '1 second' FROM generate_series(1, ${count}) i;
  ALTER TABLE narrow ADD PRIMARY KEY (id);`;

export const lineRows = (): Promise<readonly BenchRow[]> =>
  onServers('line', async (servers, program) => {
    const { narrow } = waysOf(servers, program);
    const points: Point[] = [];
    for (const share of shares) {
      const count = Math.round(rowCount * 4 * share);
      await fillBy(servers, narrowSql(count));
      const times: number[] = [];
      for (let round = 0; round < roundCount; round++) {
        const { tookMs, told } = await timed(servers.target, narrow);
        if (told!.rowCount !== count) throw new Error(`${told!.rowCount} instead of ${count} rows`);
        times.push(tookMs / 1000);
      }
      points.push({ x: count, y: median(times) });
    }
    const line = fit(points);
    const bend = fit(points.map(({ x }) => ({ x, y: x * x })));
    const last = points.at(-1)!;
    return [
      ...points.map(({ x, y }) => row(`line: ${(x / 1e6).toFixed(1)} million rows`, y, 's', 'reported', true)),
      row('line: rows a second, the largest step', last.x / last.y, 'rows', 'reported', true),
      row('line: R² of time against rows', line.rSquared, '', `>= ${R_SQUARED_BAR}`, line.rSquared >= R_SQUARED_BAR),
      row('line: 100 million rows by it', line.at(FOLLOWED_ROWS), 's', 'reported', true),
      {
        ...row(
          'control: R² where time grows with the square',
          bend.rSquared,
          '',
          `< ${R_SQUARED_BAR}`,
          bend.rSquared < R_SQUARED_BAR,
        ),
        control: true,
      },
    ];
  });

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Least squares. */
function fit(points: readonly Point[]) {
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [middleX, middleY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const slope = mean(({ x, y }) => (x - middleX) * (y - middleY)) / mean(({ x }) => (x - middleX) ** 2);
  const at = (x: number): number => middleY + slope * (x - middleX);
  const left = mean(({ x, y }) => (y - at(x)) ** 2);
  return { at, rSquared: 1 - left / mean(({ y }) => (y - middleY) ** 2) };
}
