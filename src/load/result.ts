/** Every request due ends in exactly one of these. */
export type LoadClass = 'ok' | 'wrong-status' | 'transport' | 'timeout' | 'not-sent';

/** Milliseconds from the intended start to the last byte of the body. */
export interface LatencySummary {
  p50Ms: number;
  p90Ms: number;
  p95Ms: number;
  p99Ms: number;
  p999Ms: number;
  maxMs: number;
  meanMs: number;
}

/** One second of the measurement, by intended start; percentiles are null where nothing was measured. */
export interface LoadSecond {
  second: number;
  count: number;
  errors: number;
  p50Ms: number | null;
  p99Ms: number | null;
}

export interface TargetResult {
  name: string;
  /** Requests due: ok + all failed. */
  due: number;
  /** Requests that left: due − notSent. */
  sent: number;
  ok: number;
  failed: { wrongStatus: number; transport: number; timeouts: number; notSent: number };
  /** Why, most frequent first, at most 20: status, error code or text. */
  reasons: readonly { class: LoadClass; reason: string; count: number }[];
  /** Sends more than 10 ms after their intended start, and their share of all due. */
  lateCount: number;
  lateRatio: number;
  /** How many latencies there are: ok and timed-out requests. Fast refusals would flatter; a timeout waited for real. */
  measured: number;
  /** Null when nothing was measured. */
  latency: LatencySummary | null;
  /** For plots: [percentile 0..100, ms], dense towards the tail. */
  distribution: readonly (readonly [number, number])[];
  perSecond: readonly LoadSecond[];
  /** Latencies (ms) in order of intended start, thinned evenly to at most 20,000. */
  sampleMs: readonly number[];
}

export interface LoadResult {
  /** Epoch milliseconds of the first measured intended start. */
  startedAt: number;
  seed: number;
  /** Same order as in the plan. */
  targets: readonly TargetResult[];
  /** Over all targets. */
  lateCount: number;
  lateRatio: number;
  warmup: { sent: number; failed: number };
}
