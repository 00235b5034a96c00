import { compareLatency } from '../src/domain/statistics/compare-latency.ts';
import { latencyStatistic } from '../src/domain/statistics/quantile.ts';
import { runLoadIsolated } from '../src/load/isolated.ts';
import { runLoad } from '../src/load/open-loop.ts';
import { LATE_RATIO_LIMIT, type LoadPlan } from '../src/load/plan.ts';
import { startFreezingServer, trueLatencyMs } from '../src/load/testing/freezing-server.ts';
import type { BenchRow } from './row.ts';

const RATE_PER_SECOND = 200;
const DURATION_MS = 10_000;
const FREEZE_AFTER_MS = 4000;
const FREEZE_MS = 2000;
const USUAL_MS = 2;

/** The load generator against the truth: a frozen server, a held-up generator, old against new. Takes about a minute. */
export async function benchLoad(): Promise<BenchRow[]> {
  return [...(await freezeOpenLoop()), await freezeClosedLoop(), await heldUp(), ...(await relative())];
}

function row(measure: string, value: number, unit: string, bar: string, holds: boolean, control = false): BenchRow {
  return { bench: 'load', measure, value: Math.round(value * 1000) / 1000, unit, bar, holds, control };
}

function planFor(baseUrls: readonly string[], change: Partial<LoadPlan> = {}): LoadPlan {
  return {
    targets: baseUrls.map((baseUrl, index) => ({ name: index === 0 ? 'old' : 'new', baseUrl })),
    requests: [{ method: 'GET', path: '/', weight: 1 }],
    ratePerSecond: RATE_PER_SECOND,
    durationMs: DURATION_MS,
    warmupMs: 1000,
    timeoutMs: 10_000,
    maxInFlight: 1000,
    seed: 1,
    ...change,
  };
}

const never = new AbortController().signal;
const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

async function freezeOpenLoop(): Promise<BenchRow[]> {
  const server = await startFreezingServer(1);
  try {
    const running = runLoadIsolated(planFor([server.baseUrl]), never);
    const freeze = await server.freeze(FREEZE_MS, ((1000 + FREEZE_AFTER_MS) * RATE_PER_SECOND) / 1000);
    const { startedAt, targets, lateRatio, lateCount } = await running;
    const { latency, due, ok } = targets[0]!;
    const truthMs = trueLatencyMs(99, { startedAt, ratePerSecond: RATE_PER_SECOND, due }, [freeze], USUAL_MS);
    const errorRatio = Math.abs((latency?.p99Ms ?? 0) / truthMs - 1);
    return [
      row('2 s freeze, true p99', truthMs, 'ms', 'a freeze was there (≥ 1,500 ms)', truthMs >= 1500),
      row('2 s freeze, open loop p99', latency?.p99Ms ?? 0, 'ms', 'within 10 % of the truth', errorRatio <= 0.1),
      row('2 s freeze, open loop p99 beside the truth', errorRatio * 100, '%', '≤ 10', errorRatio <= 0.1),
      row('requests of which nobody knows the end', due - ok, 'requests', '= 0', due === ok),
      row('late starts', lateCount, `of ${due}`, '≤ 1 % of starts', lateRatio <= LATE_RATIO_LIMIT),
    ];
  } finally {
    server.stop();
  }
}

/** Ten callers who ask again only after their answer, at the same rate: what a usual tool does. */
async function closedLoop(baseUrl: string): Promise<{ startedAt: number; latenciesMs: number[] }> {
  const callers = 10;
  const startMs = performance.now();
  const latenciesMs: number[] = [];
  const call = async (caller: number): Promise<void> => {
    let nextMs = startMs + (caller * 1000) / RATE_PER_SECOND;
    while (nextMs < startMs + DURATION_MS) {
      await pause(Math.max(0, nextMs - performance.now()));
      const sentMs = performance.now();
      await (await fetch(baseUrl)).text();
      latenciesMs.push(performance.now() - sentMs);
      nextMs = Math.max(nextMs + (callers * 1000) / RATE_PER_SECOND, performance.now());
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return { startedAt: performance.timeOrigin + startMs, latenciesMs };
}

async function freezeClosedLoop(): Promise<BenchRow> {
  const server = await startFreezingServer(1);
  try {
    const running = closedLoop(server.baseUrl);
    const freeze = await server.freeze(FREEZE_MS, (FREEZE_AFTER_MS * RATE_PER_SECOND) / 1000);
    const { startedAt, latenciesMs } = await running;
    const due = (DURATION_MS / 1000) * RATE_PER_SECOND;
    const truthMs = trueLatencyMs(99, { startedAt, ratePerSecond: RATE_PER_SECOND, due }, [freeze], USUAL_MS);
    const errorRatio = Math.abs(latencyStatistic(latenciesMs, 'p99') / truthMs - 1);
    const measure = '2 s freeze, closed loop p99 beside the truth';
    return row(measure, errorRatio * 100, '%', '> 50 (a closed loop must be fooled)', errorRatio > 0.5, true);
  } finally {
    server.stop();
  }
}

/** The generator in this very process, which stands still for 0.3 s in 3 s. */
async function heldUp(): Promise<BenchRow> {
  const server = await startFreezingServer(1);
  try {
    const running = runLoad(planFor([server.baseUrl], { durationMs: 3000, warmupMs: 0 }), never);
    await pause(1500);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    const { lateRatio } = await running;
    const measure = 'late starts when the generator itself is held up';
    return row(measure, lateRatio * 100, '%', '> 1 (must be noticed)', lateRatio > LATE_RATIO_LIMIT, true);
  } finally {
    server.stop();
  }
}

/** Old against new for 15 s at 100 requests/s each: a release of the same speed, and one 30 % slower. */
async function relative(): Promise<BenchRow[]> {
  const same = await oldAgainstNew(1);
  const slower = await oldAgainstNew(1.3);
  return [
    row('same speed, new / old', same.ratio, `× (${same.verdict})`, 'not called worse', same.verdict !== 'worse'),
    row('same speed, detectable', same.minimumDetectableRatio, '×', '≤ 1.3', same.minimumDetectableRatio <= 1.3),
    row(
      '30 % slower, new / old',
      slower.ratio,
      `× (${slower.verdict})`,
      'called worse',
      slower.verdict === 'worse',
      true,
    ),
  ];
}

async function oldAgainstNew(factor: number): Promise<ReturnType<typeof compareLatency>> {
  const [old, fresh] = [await startFreezingServer(10), await startFreezingServer(10 * factor)];
  try {
    const plan = planFor([old.baseUrl, fresh.baseUrl], { ratePerSecond: 100, durationMs: 15_000 });
    const [oldResult, newResult] = (await runLoadIsolated(plan, never)).targets;
    const samples = { old: oldResult?.sampleMs ?? [], new: newResult?.sampleMs ?? [] };
    return compareLatency({ ...samples, statistic: 'p50', allowedRatio: 1.15, alpha: 0.01, power: 0.8 });
  } finally {
    old.stop();
    fresh.stop();
  }
}
