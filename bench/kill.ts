/**
 * The whole kill loop: every fault point that a deployment passes on its way forward and back, and everything else that can die or
 * come at the wrong moment. About 15 minutes on two cores.
 */
import { appendFileSync } from 'node:fs';
import {
  closeGround,
  conclude,
  discover,
  killRound,
  openGround,
  settled,
  type Ground,
  type RoundResult,
} from '../test/kill/loop.ts';
import * as scenario from '../test/kill/scenarios.ts';
import type { BenchRow } from './row.ts';

const lastForwardPoint = 'bake:after';

export async function benchKill(): Promise<BenchRow[]> {
  const ground = await openGround({ asksStatus: true });
  try {
    const rounds = await everyPoint(ground);
    const edge = await edgeDeaths(ground);
    const others = await disturbances(ground);
    const open = await settled(ground);
    return [
      ...rowsOf(rounds),
      ...edge,
      ...others,
      row('flows left open', open.length, 'flows', '0', open.length === 0),
      await control(ground),
    ];
  } finally {
    await closeGround(ground);
  }
}

const row = (measure: string, value: number, unit: string, bar: string, holds: boolean, control = false): BenchRow => ({
  bench: 'kill',
  ...{ measure, value, unit, bar, holds, control },
});

/** Forward with releases that are good, back with releases that fail their bake; every fourth time a peer stands by. */
async function everyPoint(ground: Ground): Promise<readonly RoundResult[]> {
  const forward = await discover(ground, true);
  const back = await discover(ground, false);
  for (const complaint of [...forward.complaints, ...back.complaints]) throw new Error(`undisturbed: ${complaint}`);
  const points = [
    ...forward.points.map((point) => ({ point, bakes: true })),
    ...back.points.slice(back.points.indexOf(lastForwardPoint)).map((point) => ({ point, bakes: false })),
  ];
  const results: RoundResult[] = [];
  for (const [index, each] of points.entries()) {
    const result = await killRound(ground, { ...each, takeover: index % 4 === 3 ? 'peer' : 'resume' });
    results.push(result);
    const said = result.complaints.length === 0 ? 'ok' : result.complaints.join(' | ');
    console.log(
      `  ${each.bakes ? 'forward' : 'back   '}  ${each.point.padEnd(40)} ${result.takeover.padEnd(6)} ${String(result.recoveryMs).padStart(5)} ms  ${said}`,
    );
  }
  return results;
}

function rowsOf(rounds: readonly RoundResult[]): readonly BenchRow[] {
  const counted = (pattern: RegExp) =>
    rounds.filter(({ complaints }) => complaints.some((each) => pattern.test(each))).length;
  const right = rounds.filter(({ complaints }) => complaints.length === 0).length;
  const share = (100 * right) / rounds.length;
  const lost = counted(/not ended|ended as|no deployment/);
  const doubled = counted(/twice|migration ran (?!0)|migration left (?!0)|processes:/);
  const failed = counted(/requests failed/);
  const recoveries = rounds.flatMap(({ recoveryMs }) => recoveryMs ?? []).toSorted((a, b) => a - b);
  const slowest = recoveries.at(-1) ?? Number.POSITIVE_INFINITY;
  return [
    row('deployments killed', rounds.length, 'rounds', '>= 100', rounds.length >= 100),
    row('lost', lost, 'rounds', '0', lost === 0),
    row('doubled', doubled, 'rounds', '0', doubled === 0),
    row('with failed requests', failed, 'rounds', '0', failed === 0),
    row('right final state', share, '%', '100', share === 100),
    row(
      'work goes on, median',
      recoveries[recoveries.length >> 1] ?? Number.POSITIVE_INFINITY,
      'ms',
      '<= 6000',
      recoveries.length > 0,
    ),
    row('work goes on, slowest', slowest, 'ms', '<= 6000', slowest <= 6_000),
  ];
}

async function edgeDeaths(ground: Ground): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, victims, barMs] of [
    ['worker', { worker: true }, 1_000],
    ['worker and watchdog', { worker: true, watchdog: true }, 5_000],
    ['everything at once', { control: true, worker: true, watchdog: true, postmaster: true, keeper: true }, 15_000],
  ] as const) {
    const { complaints, darkMs } = await scenario.killParts(ground, 'bake', victims);
    say(`edge: ${name}`, complaints);
    rows.push(
      row(
        `requests fail after the kill of ${name}`,
        darkMs,
        'ms',
        `<= ${barMs}`,
        complaints.length === 0 && darkMs <= barMs,
      ),
    );
  }
  return rows;
}

async function disturbances(ground: Ground): Promise<readonly BenchRow[]> {
  const steps = ['infrastructure/migrate-main', 'deployment/prove', 'health', 'switch', 'bake', 'stop'];
  const trials: readonly (readonly [string, () => Promise<scenario.Complaints>])[] = [
    ...steps.map(
      (step) =>
        [
          `PostgreSQL killed in ${step}`,
          async () => (await scenario.killParts(ground, step, { postmaster: true })).complaints,
        ] as const,
    ),
    ['keeper killed', async () => (await scenario.killParts(ground, 'deployment/prove', { keeper: true })).complaints],
    [
      'PostgreSQL and keeper killed',
      async () => (await scenario.killParts(ground, 'bake', { postmaster: true, keeper: true })).complaints,
    ],
    ...['switch:before', 'deployment/start:inside', 'stop:inside', 'infrastructure/migrate-main:inside'].map(
      (point) => [`F006 paused at ${point}`, () => scenario.staleOwner(ground, point)] as const,
    ),
    ['F007 paused before the switch, woken after the rollback', () => scenario.staleSwitch(ground)],
    ...['infrastructure/migrate-main', 'deployment/prove', 'bake'].map(
      (step) => [`F013 SIGTERM in ${step}`, async () => (await scenario.handedBack(ground, step)).complaints] as const,
    ),
    ...['deployment/start:inside', 'switch:inside', 'save:9:inside'].map(
      (point) => [`F005 two recoverers after ${point}`, () => scenario.twoRecoverers(ground, point)] as const,
    ),
    ['F068 two releases at once', () => scenario.twoAtOnce(ground)],
    ['F069 two environments at once', () => scenario.twoPlaces(ground)],
    ...[...steps, 'drain'].map((step) => [`F017 cancel in ${step}`, () => scenario.cancelled(ground, step)] as const),
    ...(['retry', 'continue', 'go-back'] as const).map(
      (choice) => [`F008 unknown migration, ${choice}`, () => scenario.unknownMigration(ground, choice)] as const,
    ),
    ['F018 retry asked for twice', () => scenario.unknownMigration(ground, 'retry', 2)],
    ['F020 acceptance before the wait', () => scenario.earlyAcceptance(ground)],
    ['F012 another version goes on', () => scenario.upgraded(ground, 'bake:inside')],
    ['F009 poison', () => scenario.poison(ground, 'deployment/start:inside')],
  ];
  let right = 0;
  for (const [name, trial] of trials) {
    const complaints = await trial().catch((error: unknown) => [String(error)]);
    if (complaints.length === 0) right += 1;
    say(name, complaints);
  }
  return [
    row(
      `disturbances with the right final state, of ${trials.length}`,
      right,
      'trials',
      String(trials.length),
      right === trials.length,
    ),
  ];
}

const say = (name: string, complaints: scenario.Complaints): void =>
  console.log(`  ${name.padEnd(60)} ${complaints.length === 0 ? 'ok' : complaints.join(' | ')}`);

/** The same oracle on a ledger to which one line too many was written by hand. */
async function control(ground: Ground): Promise<BenchRow> {
  const { lab } = ground;
  lab.nextVersion();
  await lab.must(['deploy', 'staging', '--json']);
  const [newest] = await lab.rows<{ release: string }>(
    `select plan->'release'->>'id' as release from greenroom.deployment where id = $1`,
    [await lab.newest()],
  );
  appendFileSync(lab.ledger, `staging ${newest?.release ?? ''} 1\n`);
  const seen = (await conclude(ground, true, Date.now())).filter((complaint) =>
    complaint.includes('ran 2 times'),
  ).length;
  return row('doubled, with a doctored ledger', seen, 'rounds', '> 0', seen > 0, true);
}
