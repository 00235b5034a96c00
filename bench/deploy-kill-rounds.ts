/** Rounds of the kill loop with one driver, and the rows that they come to. */
import { tried } from '../test/kill/driver-rounds.ts';
import type { Ground, Round, RoundResult } from '../test/kill/loop.ts';
import { isToll } from '../test/kill/platforms/toll.ts';
import { doubled, lost } from './kill-rounds.ts';
import type { BenchRow } from './row.ts';

const goesOnBarMs = 6_000;

/** Every fourth time a peer stands by and takes over; not at a toll, where it is known who dies only if there is one process. */
export const takeoverAt = (point: string, index: number): Round['takeover'] =>
  index % 4 === 3 && !isToll(point) ? 'peer' : 'resume';

export async function roundsOf(
  ground: Ground,
  title: string,
  planned: readonly Round[],
): Promise<readonly RoundResult[]> {
  const rounds: RoundResult[] = [];
  for (const round of planned) {
    const done = await tried(ground, round);
    rounds.push(done);
    const { point, takeover, recoveryMs, complaints } = done;
    const place = `${`${rounds.length}/${planned.length}`.padEnd(7)} ${title.padEnd(24)} ${point.padEnd(34)}`;
    console.log(`  ${place} ${`${takeover}, ${recoveryMs} ms`.padEnd(18)} ${complaints.join(' | ') || 'ok'}`);
  }
  return rounds;
}

export function figuresOf(
  title: string,
  planned: number,
  rounds: readonly RoundResult[],
  requests: number,
): readonly BenchRow[] {
  const counted = (pattern: RegExp): number =>
    rounds.filter(({ complaints }) => complaints.some((each) => pattern.test(each))).length;
  const wrong = rounds.filter(({ complaints }) => complaints.length > 0).length;
  const failed = rounds.flatMap(({ complaints }) => complaints.map((each) => /^(\d+) requests failed/.exec(each)?.[1]));
  const right = rounds.length === 0 ? 0 : (100 * (rounds.length - wrong)) / rounds.length;
  const recoveries = rounds.flatMap(({ recoveryMs }) => recoveryMs ?? []).toSorted((a, b) => a - b);
  const slowest = recoveries.at(-1) ?? Number.POSITIVE_INFINITY;
  return [
    row(title, 'killed', rounds.length, 'rounds', `${planned}`, rounds.length > 0 && rounds.length === planned),
    row(title, 'right final state', right, '%', '100', right === 100),
    none(title, 'lost', counted(lost), 'rounds'),
    none(title, 'doubled', counted(doubled), 'rounds'),
    none(title, 'something left behind', counted(/^left behind/), 'rounds'),
    row(title, 'requests meanwhile', requests, 'requests', '> 0', requests > 0),
    none(
      title,
      'requests failed',
      failed.reduce((sum, each) => sum + Number(each ?? 0), 0),
      'requests',
    ),
    row(title, 'work goes on, median', recoveries[recoveries.length >> 1] ?? slowest, 'ms', 'reported', true),
    row(title, 'work goes on, slowest', slowest, 'ms', `<= ${goesOnBarMs}`, slowest <= goesOnBarMs),
  ];
}

const none = (title: string, what: string, value: number, unit: string): BenchRow =>
  row(title, what, value, unit, '0', value === 0);

const row = (title: string, what: string, value: number, unit: string, bar: string, holds: boolean): BenchRow => ({
  ...{ bench: 'deploy-kill', measure: `${title}: ${what}`, value, unit, bar, holds, control: false },
});
