/**
 * Greenroom's ways of deploying beside the plain one, in one run and under the same load: what users lose, how long a switch and a
 * way back take, what the proxy costs. A way whose tools are not there is not measured, and does not hold.
 */
import { missingTools, type Tool } from '../test/rig/tools.ts';
import { openPlace, type Way } from './deploy-place.ts';
import { plainRows } from './deploy-plain.ts';
import { compose, processes, swarm } from './deploy-platform.ts';
import { measureWay } from './deploy-way.ts';
import { lostNodeRows } from './lost-node.ts';
import type { BenchRow } from './row.ts';

interface MeasuredWay {
  readonly title: string;
  readonly needs: readonly Tool[];
  measure(title: string): Promise<readonly BenchRow[]>;
}

const greenroom = (title: string, way: Way, throughputBar: number, needs: readonly Tool[]): MeasuredWay => ({
  ...{ title, needs },
  measure: async () => {
    const place = await openPlace(way);
    try {
      return await measureWay(place, throughputBar, rowOf(title));
    } finally {
      await place.close();
    }
  },
});

const ways = {
  edge: greenroom('processes + edge', { platform: processes, traffic: 'edge' }, 0.3, []),
  haproxy: greenroom('processes + HAProxy', { platform: processes, traffic: 'haproxy' }, 0.6, ['haproxy']),
  compose: greenroom('Compose + HAProxy', { platform: compose, traffic: 'haproxy' }, 0.6, ['docker', 'haproxy']),
  swarm: greenroom('Swarm (2 nodes) + HAProxy', { platform: swarm, traffic: 'haproxy' }, 0.6, ['a swarm', 'haproxy']),
  'swarm-node': {
    ...{ title: 'Swarm, a node lost in the bake', needs: ['a swarm', 'haproxy'] },
    measure: (title) => lostNodeRows(rowOf(title)),
  },
  plain: { title: 'docker compose up -d', needs: ['docker'], measure: (title) => plainRows(rowOf(title)) },
} satisfies Record<string, MeasuredWay>;
export const parts = Object.keys(ways);

export async function benchDeploy(chosen: readonly string[] = parts): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [part, { title, needs, measure }] of Object.entries<MeasuredWay>(ways)) {
    if (!chosen.includes(part)) continue;
    const missing = missingTools(needs);
    console.log(`  ${title} …`);
    if (missing.length > 0) rows.push(notMeasured(title, `${missing.join(' and ')} is missing`));
    else rows.push(...(await measure(title).catch((error: unknown) => [broke(title, error)])));
  }
  return rows;
}

const rowOf =
  (title: string) =>
  (measure: string, value: number, unit: string, bar: string, holds: boolean): BenchRow => ({
    ...{ bench: 'deploy', measure: `${title}: ${measure}`, value, unit, bar, holds, control: false },
  });

const notMeasured = (title: string, why: string): BenchRow =>
  rowOf(title)(`not measured, ${why}`, 0, 'ways', '1', false);

/** The other ways are measured all the same. */
function broke(title: string, error: unknown): BenchRow {
  console.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return notMeasured(title, 'it broke');
}
