/**
 * Time to verdict on the sample: from the order to the verdict, against the critical path of the deployment's own steps and checks; and
 * beside it the same questions asked one after another by a shell script, as the team's handbook does it (bench/handbook.sh).
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeRelease } from '../examples/medianest/shelf/make.mjs';
import type { CheckSpec } from '../src/domain/project.ts';
import type { Plan } from '../src/domain/plan.ts';
import type { CheckResult } from '../src/domain/verdict.ts';
import { checks as registry } from '../src/plugs.ts';
import { isStopped, signal, until } from '../test/kill/processes.ts';
import { Playground, samples, type Running } from '../test/rig/playground.ts';
import { proveByHand, type ByHand } from './by-hand.ts';
import type { BenchRow } from './row.ts';

/** Between two steps, where no time of any of them counts; each pause is well below the lease of five seconds. */
const idlePoints = ['save:3:before', 'save:9:before', 'save:13:before', 'save:15:before', 'save:17:before'];
const idleMs = 1_500;

interface Told {
  readonly plan: Plan;
  readonly results: readonly CheckResult[];
  /** From the row of the deployment to the record of its verdict. */
  readonly verdictMs: number;
  /** From the start of the command, process and all. */
  readonly commandMs: number;
}

export async function benchVerdictTime(): Promise<BenchRow[]> {
  // There must be a version that serves, to compare the new one's speed with; it need not prove its own.
  const play = await Playground.open(samples.medianest, { phases: { performance: { checks: null } } });
  try {
    await deploy(play, '1.0.0');
    play.overlay({});
    const together = await deploy(play, '1.1.0');
    const byHand = await proveByHand(play, await folderOf(play, '1.1.0'), await folderOf(play, '1.0.0'));
    const idle = await deploy(play, '1.1.0', idlePoints);
    return [...timeRows(together), ...byHandRows(together, byHand), ...controlRows(together, idle)];
  } finally {
    await play.close();
  }
}

const barOf = (told: Told): number => 1.1 * criticalPathMs(told) + 2_000;
const barText = (told: Told): string => `<= ${Math.round(barOf(told))} (1.1 × critical path + 2 s)`;

function timeRows(told: Told): readonly BenchRow[] {
  const { results, verdictMs, commandMs } = told;
  const overlap = disturbedMs(told);
  return [
    row('order to verdict', verdictMs, 'ms', barText(told), verdictMs <= barOf(told)),
    row('command to verdict, its start included', commandMs, 'ms', 'reported', true),
    row('critical path of its own steps and checks', criticalPathMs(told), 'ms', 'reported', true),
    row('sum of its own steps and checks', sumMs(results), 'ms', 'reported', true),
    row('load measured while another check ran', overlap, 'ms', '0', overlap === 0),
  ];
}

/** A script that asks less would be quicker for nothing: every check of greenroom.yaml must be among its questions. */
function byHandRows({ plan, results }: Told, { asked, verdictMs, log }: ByHand): readonly BenchRow[] {
  const names = asked.map(({ name }) => name);
  const checks = plan.phases.flatMap((phase) => phase.checks.map(({ name }) => name));
  const left = checks.filter((name) => !names.includes(name));
  const others = plan.policy.required.filter(({ name }) => !names.includes(name)).map(({ name }) => name);
  if (others.length > 0) console.log(`  asked by Greenroom alone: ${others.join(', ')}`);
  const failed = asked.filter(({ passed }) => !passed).map(({ name }) => name);
  for (const { name, passed, tookMs } of asked)
    console.log(
      `  by hand  ${name.padEnd(30)} ${String(Math.round(tookMs)).padStart(6)} ms  ${passed ? 'pass' : 'fail'}`,
    );
  for (const line of log.split('\n').filter((each) => each.endsWith('not good'))) console.log(`  ${line}`);
  const answers = new Set(results.map(({ name }) => name));
  const silent = plan.policy.required.filter(({ name }) => !answers.has(name)).map(({ name }) => name);
  if (silent.length > 0) console.log(`  Greenroom has no answer to: ${silent.join(', ')}`);
  // A busy machine cannot send in time: both try again then, so that the load may be all that was measured.
  const tries = { greenroom: loadTries(plan, results), byHand: log.match(/^load tried/gm)?.length ?? 0 };
  return [
    row('by hand, one after another: first question to decision', verdictMs, 'ms', 'reported', true),
    row('load tried by Greenroom', tries.greenroom, 'times', 'reported', true),
    row('load tried by hand', tries.byHand, 'times', 'reported', true),
    row('questions asked by Greenroom', plan.policy.required.length, 'questions', 'reported', true),
    row('questions without an answer of Greenroom', silent.length, 'questions', '0', silent.length === 0),
    row('questions asked by hand', asked.length, 'questions', `>= ${checks.length}`, asked.length >= checks.length),
    row('checks of greenroom.yaml that were not asked by hand', left.length, 'questions', '0', left.length === 0),
    row('questions that failed by hand', failed.length, 'questions', 'reported', true),
  ];
}

/** An engine that idles between its steps, and a check that was moved into the load: both must be seen. */
function controlRows(together: Told, idle: Told): readonly BenchRow[] {
  const moved = disturbedMs({ ...together, results: intoTheLoad(together) });
  return [
    control(
      `order to verdict with an engine that idles for ${idlePoints.length} × ${idleMs} ms`,
      idle.verdictMs,
      `> ${Math.round(barOf(idle))} (1.1 × critical path + 2 s)`,
      idle.verdictMs > barOf(idle),
    ),
    control('load measured while another check ran, one being moved there', moved, '> 0', moved > 0),
  ];
}

const loadTries = (plan: Plan, results: readonly CheckResult[]): number => {
  const loads = plan.phases.flatMap(({ checks }) => checks.filter(isAlone).map(({ name }) => name));
  return results.filter(({ name }) => loads.includes(name)).reduce((sum, { attempts }) => sum + attempts.length, 0);
};

function intoTheLoad({ plan, results }: Told): readonly CheckResult[] {
  const loads = plan.phases.flatMap(({ checks }) => checks.filter(isAlone).map(({ name }) => name));
  const load = results.find(({ name }) => loads.includes(name));
  const other = results.find(({ name }) => !loads.includes(name));
  if (!load || !other) throw new Error('the sample has no load check, or nothing but load checks');
  return results.map((each) => (each === other ? { ...each, beganAt: load.beganAt, endedAt: load.endedAt } : each));
}

async function folderOf(play: Playground, name: string): Promise<string> {
  const folder = play.file(`releases-${name}`);
  await makeRelease(name, folder).catch((error: unknown) => {
    if (!(error instanceof Error && error.message.includes('is not empty'))) throw error;
  });
  return folder;
}

/** `idleAt`: fault points at which the engine is paused for a while. */
async function deploy(play: Playground, name: string, idleAt: readonly string[] = []): Promise<Told> {
  const from = await folderOf(play, name);
  const { release } = await play.json<{ release: { id: string } }>(['release', '--from', from]);
  const faults = play.beside('faults');
  const startedAt = Date.now();
  const running = play.start(['deploy', 'staging', '--release', release.id], {
    timeoutMs: 150_000,
    ...(idleAt.length > 0 && { variables: { GREENROOM_FAULTS: faults } }),
  });
  if (idleAt.length > 0) await pauseAt(running, faults, idleAt);
  const done = await running.ended;
  const [row] = await play.rows<Omit<Told, 'results' | 'commandMs'> & { id: string; at: number }>(
    `select d.id, d.plan, r.at::float8 as at, (r.at::float8 - extract(epoch from d.created_at) * 1000)::float8 as "verdictMs"
       from greenroom.deployment d join greenroom.record r on r.deployment = d.id and r.kind = 'verdict'
      order by d.number desc limit 1`,
  );
  // Go or no-go: on a machine without room the load is not measured, and the time to say so counts as well.
  if (!row) throw new Error(`${name} got no verdict (exit ${done.code}):\n${done.stdout}${done.stderr}`);
  const bodies = await play.rows<{ body: CheckResult }>('select body from greenroom.result where deployment = $1', [
    row.id,
  ]);
  return { ...row, commandMs: row.at - startedAt, results: bodies.map(({ body }) => body) };
}

/** Lets nothing of the engine run for a while, as soon as it comes to each of the points, which are in the order of its way. */
async function pauseAt({ pid, ended }: Running, faults: string, points: readonly string[]): Promise<void> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  for (const point of points) {
    // Written while the engine starts, or is still paused at the point before.
    rmSync(`${faults}.fired`, { force: true });
    writeFileSync(faults, `${point}\nSIGSTOP\n`);
    if (point !== points[0]) signal(pid, 'SIGCONT');
    await until(`paused at ${point}`, () => isOver || (existsSync(`${faults}.fired`) && isStopped(pid)), 120_000);
    if (isOver) throw new Error(`the deployment never came to ${point}`);
    await sleep(idleMs);
  }
  signal(pid, 'SIGCONT');
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

const control = (measure: string, value: number, bar: string, holds: boolean): BenchRow => ({
  ...row(measure, value, 'ms', bar, holds),
  control: true,
});

const row = (measure: string, value: number, unit: string, bar: string, holds: boolean): BenchRow => ({
  ...{ bench: 'verdict-time', measure, value: Math.round(value), unit, bar, holds, control: false },
});
