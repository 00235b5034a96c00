import { describe, expect, it } from 'vitest';
import { Recorder } from './recorder.ts';

const ok = (latencyMs: number) => ({ class: 'ok', reason: '', latencyMs }) as const;

describe('Recorder', () => {
  it('summarises to three digits, by intended start whatever order the answers came in', () => {
    const recorder = new Recorder('new', 1000, 100);
    for (let slot = 999; slot >= 0; slot--) recorder.ended(slot, ok(slot + 1));
    const result = recorder.result();
    const { p50Ms, p99Ms, maxMs, meanMs } = result.latency!;
    for (const [seen, truth] of [
      [p50Ms, 500],
      [p99Ms, 990],
      [maxMs, 1000],
      [meanMs, 500.5],
    ] as const) {
      expect(Math.abs(seen / truth - 1)).toBeLessThan(0.002);
    }
    expect(result.sampleMs.slice(0, 3)).toEqual([1, 2, 3]);
    expect(result.perSecond).toHaveLength(10);
    expect(result.perSecond[3]).toEqual({ second: 3, count: 100, errors: 0, p50Ms: 350, p99Ms: 399 });
    const percentiles = result.distribution.map(([percentile]) => percentile);
    expect(percentiles).toEqual(percentiles.toSorted((a, b) => a - b));
    expect(result.distribution.at(-1)![0]).toBe(100);
  });

  it('thins a long run evenly, the same way every time', () => {
    const sample = (): readonly number[] => {
      const recorder = new Recorder('new', 50_000, 1000);
      for (let slot = 0; slot < 50_000; slot++) recorder.ended(slot, ok(slot + 1));
      return recorder.result().sampleMs;
    };
    expect(sample()).toHaveLength(20_000);
    expect(sample().slice(0, 5)).toEqual([1, 3, 6, 8, 11]);
    expect(sample()).toEqual(sample());
  });

  it('lets no request end twice', () => {
    const recorder = new Recorder('new', 1, 1);
    recorder.ended(0, ok(1));
    expect(() => recorder.ended(0, ok(1))).toThrow('ended twice');
  });

  it('keeps the latency of what failed fast out, and of what timed out in', () => {
    const recorder = new Recorder('new', 3, 1);
    recorder.ended(0, ok(10));
    recorder.ended(1, { class: 'wrong-status', reason: 'status 500', latencyMs: 1 });
    recorder.ended(2, { class: 'timeout', reason: 'no full answer', latencyMs: 1000 });
    const result = recorder.result();
    expect(result.sampleMs).toEqual([10, 1000]);
    expect(result.failed).toEqual({ wrongStatus: 1, transport: 0, timeouts: 1, notSent: 0 });
    expect(result.perSecond.map(({ errors }) => errors)).toEqual([0, 1, 1]);
  });
});
