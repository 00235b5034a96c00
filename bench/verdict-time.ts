/**
 * Time to verdict on the sample: from the order to the verdict, against the critical path of the deployment's own steps and checks,
 * and against the same checks asked one after another, as the handbook's script does it.
 */
import { makeRelease } from '../examples/medianest/shelf/make.mjs';
import type { CheckSpec } from '../src/domain/project.ts';
import type { Plan } from '../src/domain/plan.ts';
import type { CheckResult } from '../src/domain/verdict.ts';
import { checks as registry } from '../src/plugs.ts';
import { Playground, samples } from '../test/rig/playground.ts';
import type { BenchRow } from './row.ts';

const phaseNames = ['preflight', 'infrastructure', 'deployment', 'health', 'integration', 'performance', 'decision'];
const oneByOne = { phases: Object.fromEntries(phaseNames.map((name) => [name, { parallel: 1 }])) };

interface Told {
  readonly plan: Plan;
  readonly results: readonly CheckResult[];
  readonly verdictMs: number;
}

export async function benchVerdictTime(): Promise<BenchRow[]> {
  // There must be a version that serves, to compare the new one's speed with; it need not prove its own.
  const play = await Playground.open(samples.medianest, { phases: { performance: { checks: null } } });
  try {
    await deploy(play, '1.0.0');
    play.overlay({});
    const together = await deploy(play, '1.1.0');
    play.overlay(oneByOne);
    const apart = await deploy(play, '1.1.0');
    const criticalMs = criticalPathMs(together);
    const barMs = 1.1 * criticalMs + 2_000;
    const bar = `<= ${Math.round(barMs)} (1.1 × critical path + 2 s)`;
    const overlap = disturbedMs(together);
    return [
      row('order to verdict', together.verdictMs, 'ms', bar, together.verdictMs <= barMs),
      row('critical path of its own steps and checks', criticalMs, 'ms', 'reported', true),
      row(
        'checks and steps that were answered',
        together.results.length,
        'answers',
        '> 12',
        together.results.length > 12,
      ),
      row('load measured while another check ran', overlap, 'ms', '0', overlap === 0),
      row('the same checks one after another: order to verdict', apart.verdictMs, 'ms', 'reported', true),
      row('the same checks one after another: sum of all', sumMs(together.results), 'ms', 'reported', true),
    ];
  } finally {
    await play.close();
  }
}

async function deploy(play: Playground, name: string): Promise<Told> {
  const from = play.file(`releases-${name}`);
  await makeRelease(name, from).catch((error: unknown) => {
    if (!(error instanceof Error && error.message.includes('is not empty'))) throw error;
  });
  const { release } = await play.json<{ release: { id: string } }>(['release', '--from', from]);
  const done = await play.run(['deploy', 'staging', '--release', release.id], { timeoutMs: 150_000 });
  const [row] = await play.rows<Told & { id: string }>(
    `select d.id, d.plan, (r.at::float8 - extract(epoch from d.created_at) * 1000)::float8 as "verdictMs"
       from greenroom.deployment d join greenroom.record r on r.deployment = d.id and r.kind = 'verdict'
      order by d.number desc limit 1`,
  );
  // Go or no-go: on a machine without room the load is not measured, and the time to say so counts as well.
  if (!row) throw new Error(`${name} got no verdict (exit ${done.code}):\n${done.stdout}${done.stderr}`);
  const bodies = await play.rows<{ body: CheckResult }>('select body from greenroom.result where deployment = $1', [
    row.id,
  ]);
  return { ...row, results: bodies.map(({ body }) => body) };
}

/** Phases come one after another; in a phase, what may not be disturbed runs by itself, and the rest as fast as their order lets it. */
function criticalPathMs({ plan, results }: Told): number {
  const tookMs = (name: string, phase: string): number =>
    results
      .filter((each) => each.name === name && each.phase === phase)
      .reduce((sum, { beganAt, endedAt }) => sum + endedAt - beganAt, 0);
  const phases = plan.phases.map(({ name, checks }) => {
    const alone = checks.filter(isAlone);
    const chainMs = (check: CheckSpec): number =>
      (isAlone(check) ? 0 : tookMs(check.name, name)) +
      Math.max(
        0,
        ...check.after.map((before) => chainMs(checks.find((each) => each.name === before) ?? { ...check, after: [] })),
      );
    return alone.reduce((sum, check) => sum + tookMs(check.name, name), 0) + Math.max(0, ...checks.map(chainMs));
  });
  const planned = new Set(plan.phases.flatMap(({ checks }) => checks.map((check) => check.name)));
  return [...phases, sumMs(results.filter(({ name }) => !planned.has(name)))].reduce((sum, ms) => sum + ms, 0);
}

const isAlone = ({ kind }: CheckSpec): boolean => registry.get(kind)?.runs === 'alone';

function disturbedMs({ plan, results }: Told): number {
  const specs = plan.phases.flatMap(({ checks }) => checks);
  const alone = results.filter(({ name }) => specs.some((spec) => spec.name === name && isAlone(spec)));
  const overlaps = alone.flatMap((load) =>
    results
      .filter((other) => other !== load)
      .map((other) => Math.min(load.endedAt, other.endedAt) - Math.max(load.beganAt, other.beganAt)),
  );
  return Math.max(0, ...overlaps);
}

const sumMs = (results: readonly CheckResult[]): number =>
  results.reduce((sum, { beganAt, endedAt }) => sum + endedAt - beganAt, 0);

const row = (measure: string, value: number, unit: string, bar: string, holds: boolean): BenchRow => ({
  ...{ bench: 'verdict-time', measure, value: Math.round(value), unit, bar, holds, control: false },
});
