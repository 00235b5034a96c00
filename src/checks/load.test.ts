import { describe, expect, test } from 'vitest';
import { createLoad } from '../load/door.ts';
import type { Judgement, ServiceInstance } from '../kinds/check.ts';
import type { Load } from '../kinds/effects.ts';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { load, type LoadData } from './load.ts';
import { deadService, serve, testContext } from './testing/world.ts';

const answering = async (delayMs: number, status = 200): Promise<ServiceInstance> => {
  const served = await serve((request, response) => {
    request.resume();
    setTimeout(() => response.writeHead(request.url === '/teapot' ? 418 : status).end('ok'), delayMs);
  });
  return served.service;
};
const context = (services: ServiceInstance[], running: ServiceInstance[] = []) =>
  testContext({ services, running, load: createLoad() });
const short = { requests: [{ get: '/' }], rate: '100/s', for: '1s', warmup: '200ms' };

const percentiles = { p50: 10, p90: 20, p95: 30, p99: 40, p999: 50, max: 60, mean: 12 };
const target = (over: Partial<LoadData['fresh']> = {}): LoadData['fresh'] => ({
  name: 'new',
  issued: 1000,
  ok: 1000,
  wrongStatus: 0,
  transportErrors: 0,
  timeouts: 0,
  notSent: 0,
  lateCount: 0,
  latencyMs: percentiles,
  curve: [],
  perSecond: [],
  sampleMs: [],
  ...over,
});
const quiet: Load = {
  run: async (_, signal) => {
    signal.throwIfAborted();
    return { targets: [target()], durationMs: 1_000 };
  },
};

checkContract(load, {
  testUrl: import.meta.url,
  // Figures of a quiet machine: on a busy one requests leave late, which is rightly an error.
  good: () => ({
    config: { ...short, objectives: { p99: '5s' } },
    context: testContext({ services: [deadService], load: quiet }),
  }),
  dead: () => ({ config: { ...short, objectives: { p95: '1s' } }, context: context([deadService]) }),
  slow: async () => ({ config: { ...short, for: '60s' }, context: context([await answering(0)]) }),
});

describe('load on a real service', () => {
  test('drives methods, bodies and weights, and keeps plots', async () => {
    const seen: string[] = [];
    const { service } = await serve(async (request, response) => {
      const chunks: string[] = [];
      for await (const chunk of request) chunks.push(String(chunk));
      seen.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''}${chunks.join('')}`);
      response.writeHead(request.method === 'POST' ? 201 : 200).end();
    });
    const config = load.schema.parse({
      ...short,
      requests: [
        { get: '/a', weight: 9 },
        { post: '/b', body: { title: 'x' }, status: 201 },
      ],
    });
    const gathered = await load.gather(config, context([service]), new AbortController().signal);
    if (gathered.status !== 'measured') throw new Error(gathered.reason);
    expect(gathered.data.fresh).toMatchObject({ issued: 100, ok: 100, sampleMs: [] });
    expect(gathered.plots?.map((plot) => plot.title)).toEqual([
      'Latency by percentile',
      'p99 by second',
      'Errors by second',
    ]);
    const posts = seen.filter((line) => line === 'POST /b application/json{"title":"x"}').length;
    expect(posts).toBeGreaterThan(2);
    expect(posts).toBeLessThan(40);
    expect(seen).toHaveLength(posts + seen.filter((line) => line.startsWith('GET /a')).length);
  });

  test('errors above the objective fail with the share', async () => {
    const judgement = await ask(load, {
      config: { ...short, requests: [{ get: '/' }, { get: '/teapot' }] },
      context: context([await answering(0)]),
    });
    const errors = judgement.findings.find((finding) => finding.name === 'errors');
    expect(errors).toMatchObject({ outcome: 'fail', threshold: 'at most 0.1 %' });
    expect(errors?.value).toMatch(/^[\d.]+ % \(\d+ of 100: \d+ with a wrong status\)$/);
  });

  test('a slower version is worse than the running one, an equal one is not', async () => {
    const config = {
      ...short,
      rate: '150/s',
      for: '4s',
      against: { running: { statistic: 'p50', 'at-most': '1.5x', detect: '2x' } },
    };
    const running = await answering(10);
    const slower = await ask(load, { config, context: context([await answering(40)], [running]) });
    expect(slower.findings.at(-1)).toMatchObject({
      name: 'p50 against running',
      outcome: 'fail',
      threshold: 'at most 1.5x',
    });
    const equal = await ask(load, { config, context: context([await answering(10)], [running]) });
    expect(equal.findings.at(-1)).toMatchObject({ name: 'p50 against running', outcome: 'pass' });
  }, 40_000);
});

function judged(config: object, data: Partial<LoadData>): Judgement {
  return load.judge(load.schema.parse({ requests: [{ get: '/' }], ...config }), {
    fresh: target(),
    running: null,
    ...data,
  });
}
/** 0.9 to 1.1 times `middle`, always the same. */
const around = (middle: number, count: number, stride = 7_919): number[] =>
  Array.from({ length: count }, (_, i) => middle * (0.9 + ((i * stride) % 101) / 505));

describe('load judges', () => {
  test('percentiles against objectives, with value and bound', () => {
    expect(judged({ objectives: { p95: '30ms', p99: '40ms' } }, {})).toMatchObject({ outcome: 'pass' });
    expect(judged({ objectives: { p99: '39ms' } }, {})).toMatchObject({
      outcome: 'fail',
      reason: 'p99 was 40 ms, the objective is at most 39 ms.',
    });
  });

  test('F052 late starts are an error whatever the rest says', () => {
    const late = judged({ objectives: { p99: '1ms' } }, { fresh: target({ lateCount: 11 }) });
    expect(late).toMatchObject({ outcome: 'error', reason: 'late starts was 1.1 %, the objective is at most 1 %.' });
    expect(judged({}, { fresh: target({ lateCount: 10 }) })).toMatchObject({ outcome: 'pass' });
  });

  test('latency of nothing, and no requests at all, never pass', () => {
    const nothing = { ok: 0, transportErrors: 1000, latencyMs: { ...percentiles, p99: 0 } };
    expect(judged({ objectives: { p99: '1s', errors: '100%' } }, { fresh: target(nothing) })).toMatchObject({
      outcome: 'error',
    });
    expect(judged({}, { fresh: target({ issued: 0, ok: 0 }) })).toMatchObject({ outcome: 'error' });
  });

  test('against nothing running: absolute objectives only, and it says so', () => {
    const judgement = judged({ against: { running: 'p99 <= 1.15x' } }, {});
    expect(judgement).toMatchObject({
      outcome: 'pass',
      reason: expect.stringContaining('No version runs yet, so there was nothing to compare with.'),
    });
  });

  test('too few samples are an error that says how many more', () => {
    const running = target({ name: 'running', sampleMs: around(10, 50) });
    const judgement = judged(
      { against: { running: 'p99 <= 1.15x' }, rate: '100/s' },
      { running, fresh: target({ sampleMs: around(10, 50) }) },
    );
    expect(judgement).toMatchObject({ outcome: 'error' });
    expect(judgement.reason).toMatch(
      /Insufficient data: 950 more samples needed of each version, about 10\.0 s more at this rate\.$/,
    );
  });

  test('enough samples: equal passes, 30 % slower fails, both with interval and detectable slowdown', () => {
    const running = target({ name: 'running', sampleMs: around(10, 5_000) });
    const equal = judged(
      { against: { running: 'p95 <= 1.15x' } },
      { running, fresh: target({ sampleMs: around(10, 5_000, 7_907) }) },
    );
    const slower = judged(
      { against: { running: 'p95 <= 1.15x' } },
      { running, fresh: target({ sampleMs: around(13, 5_000, 7_907) }) },
    );
    expect([equal.outcome, slower.outcome]).toEqual(['pass', 'fail']);
    expect(slower.findings.at(-1)?.value).toMatch(
      /^1\.3x \(.*x to .*x; 5000 answers against 5000; slower than .*x would have been seen\)$/,
    );
  });

  test.each([
    { requests: [] },
    { requests: [{ weight: 1 }] },
    { requests: [{ get: '/a', post: '/b' }] },
    { requests: [{ get: 'a' }] },
    { against: { running: 'p99 < 1.15x' } },
    { against: { running: 'p99 <= 0.9x' } },
    { rate: '1/s', for: '500ms' },
  ])('%j is refused', (config) => {
    expect(load.schema.safeParse({ requests: [{ get: '/' }], ...config }).success).toBe(false);
  });
});
