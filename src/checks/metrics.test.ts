import { describe, expect, test } from 'vitest';
import type { Judgement } from '../kinds/check.ts';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { metrics } from './metrics.ts';
import { MAX_SAMPLES, readExposition } from './metrics/exposition.ts';
import { deadService, serve, testContext } from './testing/world.ts';

const text = `# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{route="/api",code="200"} 1027 ${Date.now() - 60_000}
http_requests_total{route="/api",code="500"} 3
http_requests_total{route="/",code="200",} 10
memory_bytes 4.2e+08
up{note="a \\"quoted\\" \\\\ back\\nslash }"} 1
broken_gauge NaN
forgotten_gauge 1 1395066363000
forgotten_seconds_bucket{le="+Inf"} 5 -1
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.1"} 50
latency_seconds_bucket{le="0.5"} 90
latency_seconds_bucket{le="1"} 98
latency_seconds_bucket{le="+Inf"} 100
latency_seconds_sum 30
latency_seconds_count 100
empty_seconds_bucket{le="+Inf"} 0
`;
const served = async (body = text, status = 200) =>
  testContext({ services: [(await serve((_, response) => response.writeHead(status).end(body))).service] });
const judged = async (series: object): Promise<Judgement> =>
  ask(metrics, { config: { series: [series] }, context: await served() });

checkContract(metrics, {
  testUrl: import.meta.url,
  good: async () => ({ config: { series: [{ name: 'memory_bytes', 'at-most': 5e8 }] }, context: await served() }),
  dead: () => ({ config: { series: [{ name: 'up' }] }, context: testContext({ services: [deadService] }) }),
  slow: async () => ({
    config: { series: [{ name: 'up' }] },
    context: testContext({ services: [(await serve(() => {})).service] }),
  }),
});

describe('metrics', () => {
  test.each([
    [{ name: 'http_requests_total', take: 'sum', 'at-least': 1040, 'at-most': 1040 }, 'pass', '1040'],
    [{ name: 'http_requests_total', take: 'count', 'at-least': 3 }, 'pass', '3'],
    [{ name: 'http_requests_total', take: 'average', labels: { code: '200' }, 'at-most': 518 }, 'fail', '518.5'],
    [{ name: 'http_requests_total', labels: { code: { matches: '^5' } }, 'at-most': 2 }, 'fail', '3'],
    [{ name: 'http_requests_total', take: 'min', 'at-least': 4 }, 'fail', '3'],
    [{ name: 'up', labels: { note: 'a "quoted" \\ back\nslash }' } }, 'pass', '1'],
    [{ name: 'latency_seconds', take: 'p90', 'at-most': 0.5 }, 'pass', '0.5'],
    [{ name: 'latency_seconds', take: 'p50', 'at-most': 0.09 }, 'fail', '0.1'],
    [{ name: 'latency_seconds', take: 'p70', 'at-least': 0.3, 'at-most': 0.3 }, 'pass', '0.3'],
    [{ name: 'latency_seconds', take: 'p99', 'at-most': 100 }, 'fail', 'above 1'],
    [{ name: 'latency_seconds', take: 'p99', 'at-least': 1 }, 'pass', 'above 1'],
    [{ name: 'http_requests_total', labels: { code: '404' }, 'at-most': 0 }, 'error', 'missing'],
    [{ name: 'no_such_series' }, 'error', 'missing'],
    [{ name: 'broken_gauge', 'at-most': 5 }, 'error', 'not a number'],
    [{ name: 'forgotten_gauge', 'at-least': 1 }, 'error', 'of 2014-03-17T14:26:03.000Z, too old'],
    [{ name: 'forgotten_gauge' }, 'error', 'of 2014-03-17T14:26:03.000Z, too old'],
    [{ name: 'forgotten_seconds', take: 'p99', 'at-most': 5 }, 'error', 'of 1969-12-31T23:59:59.999Z, too old'],
    [{ name: 'empty_seconds', take: 'p99', 'at-most': 5 }, 'error', 'a histogram without observations'],
  ])('%j → %s, %s', async (series, outcome, value) => {
    const judgement = await judged(series);
    expect([judgement.outcome, judgement.findings[0]?.value]).toEqual([outcome, value]);
  });

  test('the reason has value and bound', async () => {
    const series = { name: 'http_requests_total', labels: { code: '500' }, 'at-most': 0 };
    expect((await judged(series)).reason).toBe(
      'backend /metrics: max(http_requests_total{code="500"}) was 3, expected at most 0.',
    );
  });

  test('what is no exposition cannot be judged', async () => {
    for (const context of [
      await served('<html></html>'),
      await served(''),
      await served(text, 404),
      await served('up one\n'),
    ]) {
      expect(await ask(metrics, { config: { series: [{ name: 'up' }] }, context })).toMatchObject({ outcome: 'error' });
    }
  });

  test('F015 more than is read cannot be judged: bytes, and samples', async () => {
    const config = { series: [{ name: 'up' }] };
    const long = await ask(metrics, { config, context: await served(`up 1\n# ${'x'.repeat(16 * 1024 * 1024)}\n`) });
    expect(long).toMatchObject({ outcome: 'error', reason: 'backend /metrics gave no metrics: more than 16 MiB.' });
    const many = await ask(metrics, { config, context: await served('up 1\n'.repeat(MAX_SAMPLES + 1)) });
    expect(many).toMatchObject({ outcome: 'error', reason: expect.stringContaining('more than 500000 samples') });
    expect(readExposition('up 1\n'.repeat(MAX_SAMPLES)).isCut).toBe(false);
  });

  test('lines that are not of the format are counted', () => {
    expect(readExposition('a{b="c} 1\na{b=c} 1\n1a 2\na 1 2 3\na 1x\na 1 9999999999999999\n').unreadable).toBe(6);
    expect(readExposition('a{} 1\na +Inf\r\n').samples.map((sample) => sample.value)).toEqual([1, Infinity]);
  });
});
