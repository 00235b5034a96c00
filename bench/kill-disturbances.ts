/** What else dies or comes at the wrong moment, in the middle of a step: parts at once, sleepers, people, other versions. */
import type { Ground } from '../test/kill/loop.ts';
import * as scenario from '../test/kill/scenarios.ts';
import type { BenchRow } from './row.ts';

export async function disturbanceRows(ground: Ground): Promise<readonly BenchRow[]> {
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
  const rows = await edgeDeaths(ground);
  let right = 0;
  for (const [name, trial] of trials) {
    const complaints = await trial().catch((error: unknown) => [String(error)]);
    if (complaints.length === 0) right += 1;
    say(name, complaints);
  }
  return [
    ...rows,
    {
      ...{ bench: 'kill', measure: 'disturbances with the right final state', value: right, unit: 'trials' },
      ...{ bar: String(trials.length), holds: right === trials.length, control: false },
    },
  ];
}

const say = (name: string, complaints: scenario.Complaints): void =>
  console.log(`  ${name.padEnd(60)} ${complaints.length === 0 ? 'ok' : complaints.join(' | ')}`);

/** In the middle of the bake, while users ask through the edge. */
async function edgeDeaths(ground: Ground): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, victims, barMs] of [
    ['worker', { worker: true }, 1_000],
    ['worker and watchdog', { worker: true, watchdog: true }, 5_000],
    ['everything at once', { control: true, worker: true, watchdog: true, postmaster: true, keeper: true }, 15_000],
  ] as const) {
    const { complaints, darkMs } = await scenario.killParts(ground, 'bake', victims);
    say(`edge: ${name}`, complaints);
    rows.push({
      ...{ bench: 'kill', measure: `requests fail after the kill of ${name} in the bake`, value: darkMs, unit: 'ms' },
      ...{ bar: `<= ${barMs}`, holds: complaints.length === 0 && darkMs <= barMs, control: false },
    });
  }
  return rows;
}
