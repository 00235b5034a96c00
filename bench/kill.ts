/**
 * The whole kill loop: SIGKILL of the control plane at every fault point of a deployment on its way forward and back, of the edge, of
 * PostgreSQL and of all of them together before and after every step, at the looks of a bake that judges, and everything else that can come at the wrong moment. An oracle
 * outside the product judges each round. About half an hour on two cores; `-- --part=edge` does one part.
 */
import { closeGround, openGround, settled, type Ground } from '../test/kill/loop.ts';
import { killControls } from './kill-controls.ts';
import { disturbanceRows } from './kill-disturbances.ts';
import { lookRows } from './kill-looks.ts';
import { controlRounds, pausedRounds, stepPoints } from './kill-rounds.ts';
import type { BenchRow } from './row.ts';

export const parts = ['control', 'looks', 'edge', 'postgres', 'all', 'disturbances'] as const;

export async function benchKill(wanted: readonly string[] = parts): Promise<BenchRow[]> {
  const ground = await openGround({ asksStatus: true, rehearses: true });
  try {
    const rows: BenchRow[] = [];
    const points = await stepPoints(ground);
    for (const part of parts.filter((each) => wanted.includes(each)))
      rows.push(...(await rowsOf(ground, part, points)));
    const open = await settled(ground);
    rows.push({
      ...{ bench: 'kill', measure: `flows left open after ${wanted.join(', ')}`, value: open.length, unit: 'flows' },
      ...{ bar: '0', holds: open.length === 0, control: false },
    });
    return rows;
  } finally {
    await closeGround(ground);
  }
}

async function rowsOf(
  ground: Ground,
  part: (typeof parts)[number],
  points: Awaited<ReturnType<typeof stepPoints>>,
): Promise<readonly BenchRow[]> {
  if (part === 'disturbances') return disturbanceRows(ground);
  if (part === 'looks') return lookRows(ground);
  const rows = part === 'control' ? await controlRounds(ground, points) : await pausedRounds(ground, part, points);
  return [...rows, await killControls[part](ground)];
}
