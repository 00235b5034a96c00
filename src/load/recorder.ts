import { build, type Histogram } from 'hdr-histogram-js';
import { LATE_AFTER_MS } from './plan.ts';
import type { LatencySummary, LoadClass, LoadSecond, TargetResult } from './result.ts';

const MAX_SAMPLE = 20_000;
const MAX_REASONS = 20;

/** What became of one request. `reason` is empty when ok. */
export interface Ending {
  class: LoadClass;
  reason: string;
  latencyMs: number;
}

/** Collects the endings of one target's requests, each in the slot of its intended start. */
export class Recorder {
  readonly #name: string;
  readonly #ratePerSecond: number;
  readonly #latencyMs: Float64Array;
  readonly #classes: (LoadClass | undefined)[];
  readonly #reasons = new Map<string, { class: LoadClass; reason: string; count: number }>();
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 3,
  });
  #lateCount = 0;

  constructor(name: string, slots: number, ratePerSecond: number) {
    this.#name = name;
    this.#ratePerSecond = ratePerSecond;
    this.#latencyMs = new Float64Array(slots).fill(Number.NaN);
    this.#classes = Array.from({ length: slots });
  }

  started(lateByMs: number): void {
    if (lateByMs > LATE_AFTER_MS) this.#lateCount++;
  }

  /** Throws when a slot ends twice: the count of classes would no longer be the count of requests. */
  ended(slot: number, ending: Ending): void {
    if (this.#classes[slot] !== undefined) throw new Error(`request ${slot} of ${this.#name} ended twice`);
    this.#classes[slot] = ending.class;
    if (ending.class === 'ok' || ending.class === 'timeout') {
      this.#latencyMs[slot] = ending.latencyMs;
      this.#histogram.recordValue(Math.max(1, Math.round(ending.latencyMs * 1000)));
    }
    if (ending.class === 'ok') return;
    const key = `${ending.class} ${ending.reason}`;
    const known = this.#reasons.get(key) ?? { class: ending.class, reason: ending.reason, count: 0 };
    known.count++;
    this.#reasons.set(key, known);
  }

  result(): TargetResult {
    const due = this.#classes.length;
    const count = (wanted: LoadClass): number => this.#classes.filter((seen) => seen === wanted).length;
    const notSent = count('not-sent');
    const measured = this.#latencyMs.filter((value) => !Number.isNaN(value));
    return {
      name: this.#name,
      due,
      sent: due - notSent,
      ok: count('ok'),
      failed: {
        wrongStatus: count('wrong-status'),
        transport: count('transport'),
        timeouts: count('timeout'),
        notSent,
      },
      reasons: [...this.#reasons.values()].sort((a, b) => b.count - a.count).slice(0, MAX_REASONS),
      lateCount: this.#lateCount,
      lateRatio: this.#lateCount / due,
      measured: measured.length,
      latency: measured.length === 0 ? null : summary(this.#histogram, measured),
      distribution: measured.length === 0 ? [] : distribution(this.#histogram),
      perSecond: this.#perSecond(),
      sampleMs: thin(measured),
    };
  }

  #perSecond(): LoadSecond[] {
    const seconds: LoadSecond[] = [];
    const last = Math.floor((this.#classes.length - 1) / this.#ratePerSecond);
    for (let second = 0; second <= last; second++) {
      const from = Math.ceil(second * this.#ratePerSecond);
      const to = Math.ceil((second + 1) * this.#ratePerSecond);
      const classes = this.#classes.slice(from, to);
      const sorted = this.#latencyMs
        .slice(from, to)
        .filter((value) => !Number.isNaN(value))
        .sort();
      seconds.push({
        second,
        count: classes.length,
        errors: classes.filter((seen) => seen !== 'ok').length,
        p50Ms: nearestRank(sorted, 0.5),
        p99Ms: nearestRank(sorted, 0.99),
      });
    }
    return seconds;
  }
}

function nearestRank(sorted: Float64Array, quantile: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * quantile) - 1)];
  return value === undefined ? null : rounded(value);
}

function summary(histogram: Histogram, measured: Float64Array): LatencySummary {
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
  return {
    p50Ms: at(50),
    p90Ms: at(90),
    p95Ms: at(95),
    p99Ms: at(99),
    p999Ms: at(99.9),
    maxMs: rounded(measured.reduce((most, value) => Math.max(most, value), 0)),
    meanMs: rounded(measured.reduce((sum, value) => sum + value, 0) / measured.length),
  };
}

/** Twenty steps to the median, then ten for every halving of what is left above, to 99.99 %. */
function distribution(histogram: Histogram): [number, number][] {
  const percentiles: number[] = [];
  for (let percentile = 0; percentile < 50; percentile += 2.5) percentiles.push(percentile);
  for (let above = 50; above > 0.01; above *= 2 ** -0.1) percentiles.push(100 - above);
  percentiles.push(100);
  return percentiles.map((percentile) => [rounded(percentile), histogram.getValueAtPercentile(percentile) / 1000]);
}

function thin(values: Float64Array): number[] {
  const kept = Math.min(values.length, MAX_SAMPLE);
  return Array.from({ length: kept }, (_, index) => rounded(values[Math.floor((index * values.length) / kept)]!));
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
