/**
 * The kill loop for each driver: Greenroom killed before, inside and after every step of a deployment, of a way back and of a rollback,
 * and at every act that can be told from outside (orders to an API, calls of a program, requests to the daemon), while users go on
 * asking. `-- --part=compose` does one driver, `--part=compose-rollback` one of its ways, `--rounds=1/4` a quarter of the rounds of
 * each. A driver without its tools does not hold.
 */
import { driverControls, driverPoints, ways, type Way } from '../test/kill/driver-rounds.ts';
import { closeGround, openGround, settled, type Ground } from '../test/kill/loop.ts';
import { platforms, type PlatformName } from '../test/kill/platforms/platforms.ts';
import { missingTools } from '../test/rig/tools.ts';
import { figuresOf, roundsOf, takeoverAt } from './deploy-kill-rounds.ts';
import type { BenchRow, Share } from './row.ts';

const names = Object.keys(platforms) as PlatformName[];
const wayNames = Object.keys(ways) as Way[];
export const parts: readonly string[] = names.flatMap((name) => [name, ...wayNames.map((way) => `${name}-${way}`)]);

export const isShared = true;

export async function benchDeployKill(chosen: readonly string[] = names, share?: Share): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const name of names) {
    const wanted = wayNames.filter((way) => chosen.includes(name) || chosen.includes(`${name}-${way}`));
    if (wanted.length === 0) continue;
    const missing = missingTools(platforms[name].needs);
    if (missing.length > 0) rows.push(notMeasured(name, `${missing.join(' and ')} is missing`));
    else rows.push(...(await measured(name, wanted, share).catch((error: unknown) => [broke(name, error)])));
  }
  return rows;
}

async function measured(name: PlatformName, wanted: readonly Way[], share?: Share): Promise<readonly BenchRow[]> {
  console.log(`  ${name} …`);
  const ground = await openGround({ kind: platforms[name] });
  try {
    const rows: BenchRow[] = [];
    for (const way of wanted) {
      const all = (await driverPoints(ground, way)).map((point, index) => ({
        ...point,
        takeover: takeoverAt(point.point, index),
      }));
      const planned = all.filter((_, index) => !share || index % share.of === share.number - 1);
      const title = `${name} ${way}${share ? ` (${share.number}/${share.of} of ${all.length} points)` : ''}`;
      const asked = ground.stream.probes.length;
      const rounds = await roundsOf(ground, title, planned);
      rows.push(...figuresOf(title, planned.length, rounds, ground.stream.probes.length - asked));
    }
    rows.push(await openFlows(ground, name));
    for (const [control, run] of Object.entries(driverControls)) {
      const seen = await run(ground);
      console.log(`  control  ${control}: ${seen.join(' | ') || 'nothing seen'}`);
      rows.push({ ...row(`${name}: ${control}`, seen.length, 'complaints', '> 0', seen.length > 0), control: true });
    }
    return rows;
  } finally {
    await closeGround(ground);
  }
}

async function openFlows(ground: Ground, name: string): Promise<BenchRow> {
  const open = await settled(ground);
  return row(`${name}: flows left open`, open.length, 'flows', '0', open.length === 0);
}

const row = (measure: string, value: number, unit: string, bar: string, holds: boolean): BenchRow => ({
  ...{ bench: 'deploy-kill', measure, value, unit, bar, holds, control: false },
});

const notMeasured = (name: string, why: string): BenchRow =>
  row(`${name}: not measured, ${why}`, 0, 'rounds', '> 0', false);

/** The other drivers are tried all the same. */
function broke(name: string, error: unknown): BenchRow {
  console.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return notMeasured(name, 'it broke');
}
