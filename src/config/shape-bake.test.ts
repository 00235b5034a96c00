import { expect, test } from 'vitest';
import { bake, lookEveryMs } from './shape-bake.ts';

const read = (written: unknown) => bake.safeParse(written);
const said = (written: unknown): string =>
  (read(written).error?.issues ?? []).map((each) => `${each.path.join('.')}: ${each.message}`).join('\n');

test('a duration alone judges no looks', () => {
  expect(read('1m').data).toMatchObject({ for: 60_000 });
  expect(read('1m').data).not.toHaveProperty('compare');
});

test('`compare: latency` takes the defaults: 10 % slower may be, 20 % must be seen, 60 of each in a look', () => {
  expect(read({ for: '48h', compare: 'latency' }).data?.compare).toEqual({
    latency: { allowedRatio: 1.1, detectRatio: 1.2 },
    samples: 60,
  });
});

test.each([
  [{ latency: '1.25x' }, { allowedRatio: 1.25, detectRatio: 1.5 }],
  [{ latency: 1 }, { allowedRatio: 1, detectRatio: 1.1 }],
  [{ latency: { 'at-most': '1.1x', detect: '1.5x' } }, { allowedRatio: 1.1, detectRatio: 1.5 }],
])('reads %j', (compare, latency) => {
  expect(read({ compare }).data?.compare?.latency).toEqual(latency);
});

test('objectives: a share of good answers, and quantiles by service', () => {
  const latency = { api: ['p95 <= 300ms', 'p50 <= 40ms'], web: 'p99 <= 1s' };
  expect(read({ objectives: { availability: '99.9%', latency } }).data?.objectives).toEqual({
    availability: 0.999,
    latency: {
      api: [
        { quantile: 0.95, withinMs: 300 },
        { quantile: 0.5, withinMs: 40 },
      ],
      web: [{ quantile: 0.99, withinMs: 1_000 }],
    },
  });
});

test.each([
  ['5m', undefined, 60_000],
  ['48h', undefined, 3_600_000],
  ['30s', undefined, 6_000],
  ['48h', '2h', 7_200_000],
])('a bake of %s with look-every %s looks every %d ms', (lasts, every, everyMs) => {
  const written = { for: lasts, compare: 'latency', ...(every !== undefined && { 'look-every': every }) };
  expect(lookEveryMs(read(written).data!)).toBe(everyMs);
});

test.each([
  [{ for: '3s', compare: 'latency' }, 'for: needs 5 to 100 looks of at least 1 s'],
  [{ for: '1h', 'look-every': '30m', compare: 'latency' }, 'look-every: needs 5 to 100 looks of at least 1 s'],
  [{ for: '48h', 'look-every': '1m', compare: 'latency' }, 'give 2880 of 60 s'],
  [{ objectives: { availability: '100%' } }, 'no number of answers shows 100%'],
  [{ objectives: { latency: { api: 'p95 < 3ms' } } }, 'p95 <= 300ms'],
  [{ objectives: { latency: { api: 'p95 <= soon' } } }, 'soon'],
  [{ every: '0s' }, 'a duration longer than 0s'],
  [{ compare: { latency: '0.9x' } }, ''],
  [{ compare: { latency: { 'at-most': '1.5x', detect: '1.2x' } } }, ''],
])('refuses %j', (written, message) => {
  expect(read(written).success).toBe(false);
  expect(JSON.stringify(read(written).error) + said(written)).toContain(message);
});
