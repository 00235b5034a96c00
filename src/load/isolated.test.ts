import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runLoadIsolated } from './isolated.ts';
import { LATE_RATIO_LIMIT, type LoadPlan } from './plan.ts';
import { startFreezingServer } from './testing/freezing-server.ts';

let seen = 0;
let server: Server;
let plan: LoadPlan;

beforeAll(async () => {
  server = createServer((_request, response) => void response.end(String(seen++)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  plan = {
    targets: [{ name: 'new', baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }],
    requests: [{ method: 'GET', path: '/', weight: 1 }],
    ratePerSecond: 100,
    durationMs: 20_000,
    warmupMs: 0,
    timeoutMs: 1000,
    maxInFlight: 50,
    seed: 1,
  };
});
beforeEach(() => void (seen = 0));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

/** Nothing comes for 0.4 s, within 5 s: the kernel's queues may hold some, the plan would go on for 20 s. */
async function expectQuiet(): Promise<void> {
  const arrivedWithin = async (durationMs: number): Promise<number> => {
    const before = seen;
    await pause(durationMs);
    return seen - before;
  };
  await expect.poll(() => arrivedWithin(400), { timeout: 5000 }).toBe(0);
}

describe('runLoadIsolated', () => {
  it('is not made late by a control plane that stands still', async () => {
    const target = await startFreezingServer();
    try {
      const short = {
        ...plan,
        targets: [{ name: 'new', baseUrl: target.baseUrl }],
        durationMs: 2000,
        timeoutMs: 10_000,
        maxInFlight: 500,
      };
      const lateRatios: number[] = [];
      // A busy machine makes some late as well, but not as many each time as a sleep through 40 % of it would.
      while (lateRatios.length < 4 && !lateRatios.some((ratio) => ratio < 0.2)) {
        const running = runLoadIsolated(short, new AbortController().signal);
        await pause(700);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
        const result = await running;
        expect(result.targets[0]!.ok).toBe(200);
        lateRatios.push(result.lateRatio);
      }
      expect(Math.min(...lateRatios)).toBeLessThan(0.2);
      expect(LATE_RATIO_LIMIT).toBe(0.01);
    } finally {
      target.stop();
    }
  });

  it('an abort kills the child and rejects with the reason', async () => {
    const abort = new AbortController();
    const running = runLoadIsolated(plan, abort.signal);
    const rejected = running.then(
      () => 'it ended by itself',
      (error: Error) => error.message,
    );
    await expect.poll(() => seen, { timeout: 10_000 }).toBeGreaterThan(0);
    abort.abort(new Error('budget spent'));
    expect(await rejected).toBe('budget spent');
    await expectQuiet();
  });

  it('ends when the control plane is killed', async () => {
    const script = `
      import { runLoadIsolated } from ${JSON.stringify(new URL('./isolated.ts', import.meta.url).href)};
      await runLoadIsolated(${JSON.stringify(plan)}, new AbortController().signal);`;
    const control = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    await expect.poll(() => seen, { timeout: 10_000 }).toBeGreaterThanOrEqual(20);
    control.kill('SIGKILL');
    await expectQuiet();
  });

  it('says what stopped the child', async () => {
    const unsendable = { ...plan, requests: [{ method: 'GET\n', path: '/', weight: 1 }], durationMs: 100 };
    const result = await runLoadIsolated(unsendable, new AbortController().signal);
    expect(result.targets[0]!.failed.transport).toBe(10);
    expect(result.targets[0]!.reasons[0]!.reason).toContain('method');
  });
});
