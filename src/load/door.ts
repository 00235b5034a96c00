import type { Load, LoadTargetResult } from '../kinds/effects.ts';
import { runLoadIsolated } from './isolated.ts';
import type { TargetResult } from './result.ts';

/** The load generator as the doors hand it to checks. */
export const createLoad = (): Load => ({
  async run(plan, signal) {
    const beganAt = performance.now();
    const result = await runLoadIsolated(plan, signal);
    return { targets: result.targets.map(told), durationMs: performance.now() - beganAt };
  },
});

function told({
  name,
  due,
  ok,
  failed,
  lateCount,
  latency,
  distribution,
  perSecond,
  sampleMs,
}: TargetResult): LoadTargetResult {
  const {
    p50Ms: p50,
    p90Ms: p90,
    p95Ms: p95,
    p99Ms: p99,
    p999Ms: p999,
    maxMs: max,
    meanMs: mean,
  } = latency ?? nothingMeasured;
  return {
    ...{
      name,
      issued: due,
      ok,
      wrongStatus: failed.wrongStatus,
      transportErrors: failed.transport,
      timeouts: failed.timeouts,
      notSent: failed.notSent,
    },
    ...{ lateCount, latencyMs: { p50, p90, p95, p99, p999, max, mean }, curve: distribution, sampleMs },
    perSecond: perSecond.map(({ second, count, errors, p50Ms, p99Ms }) => ({
      second,
      count,
      errors,
      p50: p50Ms ?? 0,
      p99: p99Ms ?? 0,
    })),
  };
}

const nothingMeasured = { p50Ms: 0, p90Ms: 0, p95Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0, meanMs: 0 };
