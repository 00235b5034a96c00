/** Rounds of the kill loop in which one victim dies at every point, and the rows that they come to. */
import { discover, killRound, type Ground } from '../test/kill/loop.ts';
import { pausedKill, type Victim } from '../test/kill/paused-kill.ts';
import type { BenchRow } from './row.ts';

/** Where somebody dies. `bakes: false`: with a release that fails its bake, so that the point is passed on the way back. */
interface Place {
  readonly point: string;
  readonly bakes: boolean;
}

export interface StepPoints {
  /** Before and after every step, forward and back: by the steps that the record of two undisturbed deployments names. */
  readonly aroundSteps: readonly Place[];
  /** Every fault point that was passed, those inside a step and around each transaction included. */
  readonly every: readonly Place[];
}

interface Round extends Place {
  readonly complaints: readonly string[];
  readonly recoveryMs: number | null;
  readonly darkMs: number;
}

const lastForwardPoint = 'bake:after';
const sides = ['before', 'after'] as const;
/** Longest time in which users may meet errors once the edge died. Nobody else is on their way: then no request may fail at all. */
const darkBarMs: Readonly<Partial<Record<Victim, number>>> = { worker: 1_000, edge: 5_000, all: 15_000 };

/** Throws when one of the two undisturbed deployments went wrong. */
export async function stepPoints(ground: Ground): Promise<StepPoints> {
  const forward = await passed(ground, true);
  const back = await passed(ground, false);
  const steps = [
    ...forward.steps.map((step) => ({ step, bakes: true })),
    ...back.steps.filter((step) => !forward.steps.includes(step)).map((step) => ({ step, bakes: false })),
  ];
  return {
    aroundSteps: steps.flatMap(({ step, bakes }) => sides.map((side) => ({ point: `${step}:${side}`, bakes }))),
    every: [
      ...forward.points.map((point) => ({ point, bakes: true })),
      ...back.points.slice(back.points.indexOf(lastForwardPoint)).map((point) => ({ point, bakes: false })),
    ],
  };
}

async function passed(
  ground: Ground,
  bakes: boolean,
): Promise<{ points: readonly string[]; steps: readonly string[] }> {
  const { lab } = ground;
  const { points, complaints } = await discover(ground, { bakes });
  if (complaints.length > 0) throw new Error(`undisturbed: ${complaints.join(' | ')}`);
  const rows = await lab.rows<{ step: string }>(
    `select data->>'step' as step from greenroom.record where deployment = $1 and kind = 'step-began' order by sequence`,
    [await lab.newest()],
  );
  return { points, steps: rows.map(({ step }) => step) };
}

/** The control plane kills itself at every point there is; every fourth time a peer stands by and takes over. */
export async function controlRounds(ground: Ground, { aroundSteps, every }: StepPoints): Promise<readonly BenchRow[]> {
  const rounds: Round[] = [];
  for (const [index, place] of every.entries()) {
    const takeover = index % 4 === 3 ? 'peer' : 'resume';
    const said = await attempt(() => killRound(ground, { ...place, takeover }));
    rounds.push({ ...place, recoveryMs: null, ...said, darkMs: 0 });
    say(`${index + 1}/${every.length} control`, rounds.at(-1)!, `${takeover}, ${String(rounds.at(-1)!.recoveryMs)} ms`);
  }
  const recoveries = rounds.flatMap(({ recoveryMs }) => recoveryMs ?? []).toSorted((a, b) => a - b);
  const slowest = recoveries.at(-1) ?? Number.POSITIVE_INFINITY;
  return [
    ...rowsOf('control', rounds, aroundSteps),
    row('control: work goes on, median', recoveries[recoveries.length >> 1] ?? Number.POSITIVE_INFINITY, 'ms', 6_000),
    row('control: work goes on, slowest', slowest, 'ms', 6_000),
  ];
}

/** The others die while the control plane is paused at the point; it wakes again, or dies with them. */
export async function pausedRounds(
  ground: Ground,
  victim: 'edge' | 'postgres' | 'all',
  { aroundSteps }: StepPoints,
): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const each of victim === 'all' ? [victim] : [victim, alone[victim]]) {
    const rounds: Round[] = [];
    const places = each === victim ? aroundSteps : aroundSteps.filter(isForTheLone);
    for (const [index, place] of places.entries()) {
      const said = await attempt(() => pausedKill(ground, { ...place, victim: each }));
      rounds.push({ ...place, darkMs: Number.POSITIVE_INFINITY, ...said, recoveryMs: null });
      say(`${index + 1}/${places.length} ${each}`, rounds.at(-1)!, `dark ${rounds.at(-1)!.darkMs} ms`);
    }
    rows.push(...rowsOf(each, rounds, places));
  }
  return rows;
}

/** One side of each step on the way forward is enough where the guardian lives; on the way back both are tried. */
const isForTheLone = ({ point, bakes }: Place): boolean => !bakes || point.endsWith(':before');

/** Each of the two has a guardian, which dies with it in the rounds of the matrix, and brings it back when it dies alone. */
const alone = { edge: 'worker', postgres: 'postmaster' } as const;

/** A round that broke is one that went wrong; those after it are done all the same. */
const attempt = <Result extends { readonly complaints: readonly string[] }>(
  round: () => Promise<Result>,
): Promise<Result | { readonly complaints: readonly string[] }> =>
  round().catch((error: unknown) => ({ complaints: [`the round broke: ${String(error)}`] }));

function say(name: string, { point, bakes, complaints }: Round, more: string): void {
  const way = bakes ? 'forward' : 'back   ';
  console.log(`  ${name.padEnd(20)} ${way} ${point.padEnd(36)} ${more.padEnd(18)} ${complaints.join(' | ') || 'ok'}`);
}

function rowsOf(victim: Victim, rounds: readonly Round[], wanted: readonly Place[]): readonly BenchRow[] {
  const counted = (pattern: RegExp) =>
    rounds.filter(({ complaints }) => complaints.some((each) => pattern.test(each))).length;
  const wrong = rounds.filter(({ complaints }) => complaints.length > 0).length;
  const missed = wanted.filter(
    ({ point, bakes }) => !rounds.some((round) => round.point === point && round.bakes === bakes),
  );
  const share = rounds.length === 0 ? 0 : (100 * (rounds.length - wrong)) / rounds.length;
  const darkMs = darkBarMs[victim];
  const measured = (what: string): string => `${victim}: ${what}`;
  return [
    { ...row(measured('killed'), rounds.length, 'rounds', 0), bar: 'reported', holds: rounds.length > 0 },
    row(measured(`of ${wanted.length} points before and after a step, left out`), missed.length, 'points', 0),
    row(measured('lost'), counted(lost), 'rounds', 0),
    row(measured('doubled'), counted(doubled), 'rounds', 0),
    row(measured('wrong in any way'), wrong, 'rounds', 0),
    { ...row(measured('right final state'), share, '%', 0), bar: '100', holds: share === 100 },
    row(measured('requests failed that should not'), counted(/requests failed/), 'rounds', 0),
    ...(darkMs === undefined
      ? []
      : [row(measured('errors for users, longest'), Math.max(0, ...rounds.map((each) => each.darkMs)), 'ms', darkMs)]),
  ];
}

/** What the oracle says of work that was forgotten, and of work that was done twice. */
export const lost =
  /not ended|ended as|no deployment|(?:ran|left) 0 |is recorded 0 times|record is broken|done were|the proxy has .*\b0 (?:watchdogs|workers|haproxy)|started (?:0|1) times/;
export const doubled =
  /twice|(?:ran|left) (?!0 )\d+ |recorded (?!0 )\d+ times|started (?:[2-9]|\d\d+) times|processes:|the proxy has .*\b(?:[2-9]|\d\d+) (?:watchdogs|workers|haproxy)/;

/** A figure that must not be above `bar`. */
const row = (measure: string, value: number, unit: string, bar: number): BenchRow => ({
  ...{ bench: 'kill', measure, value, unit, bar: bar === 0 ? '0' : `<= ${bar}`, holds: value <= bar, control: false },
});
