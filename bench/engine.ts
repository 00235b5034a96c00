/**
 * What the engine itself costs: the same deployment with one check that does next to nothing and with 200 of them. A look at the
 * service's port stands for "nothing": the cheapest question there is, and its own time is counted against the engine.
 */
import { Tiny } from '../test/rig/tiny.ts';
import type { BenchRow } from './row.ts';

const many = 200;
const rounds = 3;
const barMs = 3_000;

export async function benchEngine(): Promise<BenchRow[]> {
  const tiny = await Tiny.open();
  try {
    // The first deployment starts PostgreSQL and the edge; the same in all that follow.
    await deploy(tiny, ports(1));
    const pairs: { few: Cost; lots: Cost }[] = [];
    for (let round = 0; round < rounds; round += 1)
      pairs.push({ few: await deploy(tiny, ports(1)), lots: await deploy(tiny, ports(many)) });
    const slow = await deploy(tiny, { slow: { kind: 'command', run: `sleep ${barMs / 1_000 + 1}` } });
    const few = median(pairs.map((pair) => pair.few.wholeMs));
    const beyondMs = median(pairs.map(({ few, lots }) => lots.wholeMs - few.wholeMs));
    const slowMs = slow.wholeMs - few;
    return [
      row(`${many} checks beyond one check`, beyondMs, 'ms', `<= ${barMs}`, beyondMs <= barMs),
      row('one check more', beyondMs / (many - 1), 'ms', 'reported', true),
      row(`their phase, ${many} checks`, median(pairs.map(({ lots }) => lots.phaseMs)), 'ms', 'reported', true),
      row('whole deployment, one check', few, 'ms', 'reported', true),
      row(`whole deployment, ${many} checks`, median(pairs.map(({ lots }) => lots.wholeMs)), 'ms', 'reported', true),
      {
        ...row(
          `a check that waits ${barMs / 1_000 + 1} s beyond one check`,
          slowMs,
          'ms',
          `> ${barMs}`,
          slowMs > barMs,
        ),
        control: true,
      },
    ];
  } finally {
    await tiny.close();
  }
}

type Checks = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const ports = (count: number): Checks =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`port-${index + 1}`, { kind: 'tcp', service: 'web' }]),
  );

interface Cost {
  /** From the order to the end. */
  readonly wholeMs: number;
  readonly phaseMs: number;
}

async function deploy(tiny: Tiny, checks: Checks): Promise<Cost> {
  tiny.overlay({ phases: { health: { checks } } });
  await tiny.deploy(0);
  const [cost] = await tiny.play.rows<{ whole: number; phase: number; answers: number }>(
    `select (extract(epoch from d.ended_at - d.created_at) * 1000)::float8 as whole,
            ((s.body->>'endedAt')::float8 - (s.body->>'beganAt')::float8) as phase,
            (select count(*)::int from greenroom.result r where r.deployment = d.id) as answers
       from greenroom.deployment d join greenroom.step s on s.deployment = d.id and s.body->>'kind' = 'checks'
      order by d.number desc limit 1`,
  );
  const wanted = Object.keys(checks).length;
  if (!cost || cost.answers < wanted) throw new Error(`${cost?.answers ?? 0} answers, ${wanted} checks`);
  return { wholeMs: cost.whole, phaseMs: cost.phase };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const row = (measure: string, value: number, unit: string, bar: string, holds: boolean): BenchRow => ({
  ...{ bench: 'engine', measure, value: Math.round(value * 10) / 10, unit, bar, holds, control: false },
});
