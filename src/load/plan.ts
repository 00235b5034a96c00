/** One kind of request; `weight` is its share among all requests of the plan. */
export interface LoadRequest {
  method: string;
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  weight: number;
  /** Statuses that count as ok. Default: 200 to 399. */
  expectStatus?: number | readonly number[];
}

export interface LoadTarget {
  name: string;
  /** Like `http://127.0.0.1:3000`; request paths are joined to its origin. */
  baseUrl: string;
}

/**
 * One open-loop run; plain JSON, so that it can cross a process border.
 * With two targets each gets `ratePerSecond` and the very same sequence of requests, request by request in turn.
 */
export interface LoadPlan {
  /** One target, or two: old, then new. */
  targets: readonly LoadTarget[];
  requests: readonly LoadRequest[];
  /** Of each target, not of all together. */
  ratePerSecond: number;
  durationMs: number;
  /** Driven at the same rate before the measurement; its requests are counted apart. */
  warmupMs: number;
  /** Counted from the intended start, like the latency. */
  timeoutMs: number;
  /** Of each target. A request that is due while so many are open is not sent, and is an error. */
  maxInFlight: number;
  /** Longest response body accepted; longer is a transport error. Default 10 MiB. */
  maxBodyBytes?: number;
  /** Names the sequence of requests: same seed, same sequence. */
  seed: number;
}

/** Sends later than this after their intended start are late. */
export const LATE_AFTER_MS = 10;

/** Above this share of late starts the generator, not the target, was measured. */
export const LATE_RATIO_LIMIT = 0.01;

/** Throws RangeError, naming the field and the value, on a plan that cannot be driven. */
export function assertLoadPlan(plan: LoadPlan): void {
  if (plan.targets.length < 1 || plan.targets.length > 2) {
    throw new RangeError(`targets: a load run drives one or two, not ${plan.targets.length}`);
  }
  for (const target of plan.targets) {
    if (!URL.canParse(target.baseUrl)) throw new RangeError(`targets: baseUrl "${target.baseUrl}" is not a URL`);
  }
  if (plan.requests.length === 0) throw new RangeError('requests: a load run needs at least one');
  for (const request of plan.requests) assertPositive(`weight of ${request.method} ${request.path}`, request.weight);
  assertPositive('ratePerSecond', plan.ratePerSecond);
  assertPositive('durationMs', plan.durationMs);
  assertPositive('timeoutMs', plan.timeoutMs);
  assertPositive('maxInFlight', plan.maxInFlight);
  if (!(plan.warmupMs >= 0)) throw new RangeError(`warmupMs: ${plan.warmupMs} is not zero or more`);
  if (slotsOf(plan) < 1) throw new RangeError('durationMs: no request is due within it at this ratePerSecond');
}

function assertPositive(field: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`${field}: ${value} is not a positive number`);
}

/** Measured requests due per target. */
export function slotsOf(plan: LoadPlan): number {
  return Math.floor((plan.durationMs / 1000) * plan.ratePerSecond);
}
