// Basic performance validation: 200 requests at 100 a second, timed from the moment each was due.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { call } from '../client.mjs';

const count = 200;
const everyMs = 10;

describe('the library under a light load', async () => {
  it('answers 95 of 100 requests within 300 ms and fails none', async () => {
    await call('GET', '/api/library');
    const beganAtMs = performance.now();
    const replies = Array.from({ length: count }, async (_, i) => {
      const dueAtMs = beganAtMs + i * everyMs;
      await wait(Math.max(0, dueAtMs - performance.now()));
      const { status } = await call('GET', '/api/library?limit=20');
      return { status, tookMs: performance.now() - dueAtMs };
    });
    const times = (await Promise.all(replies))
      .map(({ status, tookMs }) => (assert.equal(status, 200), tookMs))
      .sort((a, b) => a - b);
    const p95Ms = times[Math.ceil(count * 0.95) - 1];
    console.log(`p50 ${times[count / 2].toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms`);
    assert.ok(p95Ms <= 300, `p95 was ${p95Ms.toFixed(1)} ms`);
  });
});
