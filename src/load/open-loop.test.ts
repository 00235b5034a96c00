import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { runLoad, targetOfTurn } from './open-loop.ts';
import { runLoadIsolated } from './isolated.ts';
import type { LoadPlan } from './plan.ts';
import { startFreezingServer, trueLatencyMs } from './testing/freezing-server.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function planFor(baseUrls: readonly string[], change: Partial<LoadPlan> = {}): LoadPlan {
  return {
    targets: baseUrls.map((baseUrl, index) => ({ name: ['old', 'new'][index] ?? 'more', baseUrl })),
    requests: [{ method: 'GET', path: '/', weight: 1 }],
    ratePerSecond: 200,
    durationMs: 500,
    warmupMs: 0,
    timeoutMs: 5000,
    maxInFlight: 500,
    seed: 1,
    ...change,
  };
}

const never = new AbortController().signal;

function misbehave(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/bad') response.writeHead(500).end('no');
  else if (request.url === '/reset') request.socket.destroy();
  else if (request.url === '/long') response.end('x'.repeat(5000));
  else if (request.url === '/half') response.write('never ends');
  else if (request.url !== '/hang') response.end('ok');
}

function blockLoop(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}

async function measureFreeze() {
  const server = await startFreezingServer();
  try {
    const running = runLoadIsolated(planFor([server.baseUrl], { durationMs: 4000, warmupMs: 300 }), never);
    const freeze = await server.freeze(1000, 360);
    const { startedAt, targets } = await running;
    return { startedAt, freeze, result: targets[0]! };
  } finally {
    server.stop();
  }
}

/** The truth is known only where the machine let the generator start on time, which it reports itself. */
async function undisturbed<Run extends { result: { lateRatio: number } }>(measure: () => Promise<Run>): Promise<Run> {
  for (let tried = 1; ; tried += 1) {
    const run = await measure();
    if (run.result.lateRatio <= 0.01 || tried === 6) return run;
  }
}

describe('the truth about a freeze', () => {
  it('p99 is within 10 % of what the freeze did to everybody who wanted to ask', async () => {
    const { result, startedAt, freeze } = await undisturbed(measureFreeze);
    const truthMs = trueLatencyMs(99, { startedAt, ratePerSecond: 200, due: result.due }, [freeze], 2);
    expect(truthMs).toBeGreaterThan(800);
    expect(Math.abs(result.latency!.p99Ms / truthMs - 1)).toBeLessThan(0.1);
    expect(result.ok).toBe(800);
    expect(result.perSecond.some((second) => (second.p99Ms ?? 0) > 500)).toBe(true);
    expect(result.perSecond.reduce((sum, second) => sum + second.count, 0)).toBe(800);
  }, 60_000);

  it('a generator held up itself says so: late starts, and the wait is in the latency', async () => {
    const url = await listen((_request, response) => void response.end('ok'));
    setTimeout(() => blockLoop(300), 500);
    const result = await runLoad(planFor([url], { durationMs: 1500 }), never);
    expect(result.lateCount).toBeGreaterThan(45);
    expect(result.lateRatio).toBeCloseTo(result.lateCount / 300, 6);
    expect(result.targets[0]!.latency!.maxMs).toBeGreaterThan(250);
    expect(result.targets[0]!.ok).toBe(300);
  });
});

describe('classes', () => {
  it('puts every request into exactly one, and says why', async () => {
    const url = await listen(misbehave);
    const paths = ['/', '/bad', '/reset', '/long', '/half', '/hang'];
    const requests = paths.map((path) => ({ method: 'GET', path, weight: 1 }));
    const plan = planFor([url], { requests, durationMs: 900, timeoutMs: 3000, maxBodyBytes: 1000 });
    const result = (await runLoad(plan, never)).targets[0]!;
    const { wrongStatus, transport, timeouts, notSent } = result.failed;
    expect(result.due).toBe(180);
    expect(result.ok + wrongStatus + transport + timeouts + notSent).toBe(180);
    for (const [count, share] of [
      [result.ok, 30],
      [wrongStatus, 30],
      [transport, 60],
      [timeouts, 60],
    ] as const) {
      expect(Math.abs(count - share)).toBeLessThanOrEqual(2);
    }
    expect(result.measured).toBe(result.ok + timeouts);
    expect(result.latency!.maxMs).toBeGreaterThanOrEqual(2999);
    const reasons = result.reasons.map(({ reason }) => reason);
    expect(reasons).toContain('status 500');
    expect(reasons).toContain('body is longer than 1000 bytes');
    expect(reasons).toContain('no full answer in 3000 ms');
  });

  it('counts what could not leave as an error, never drops it', async () => {
    const url = await listen(misbehave);
    const requests = [{ method: 'GET', path: '/hang', weight: 1 }];
    const result = await runLoad(planFor([url], { requests, maxInFlight: 5, timeoutMs: 2000 }), never);
    expect(result.targets[0]!.failed).toEqual({ wrongStatus: 0, transport: 0, timeouts: 5, notSent: 95 });
    expect(result.targets[0]!.sent).toBe(5);
  });

  it('nobody listening: all transport errors, no latency to praise', async () => {
    const url = await listen(misbehave);
    servers.splice(0)[0]!.close();
    const result = (await runLoad(planFor([url], { durationMs: 200 }), never)).targets[0]!;
    expect(result.failed.transport).toBe(40);
    expect(result.latency).toBeNull();
    expect(result.sampleMs).toEqual([]);
    expect(result.reasons[0]!.reason).toContain('ECONNREFUSED');
  });

  it('sends method, headers and body, and takes the statuses the plan expects', async () => {
    const seen: string[] = [];
    const url = await listen((request, response) => {
      request.setEncoding('utf8').on('data', (chunk: string) => {
        seen.push(`${request.method} ${request.headers['x-colour']} ${chunk}`);
        response.writeHead(404).end();
      });
    });
    const request = { method: 'POST', path: '/a', headers: { 'x-colour': 'blue' }, body: '{}', weight: 1 };
    const requests = [{ ...request, expectStatus: [201, 404] }];
    const result = await runLoad(planFor([url], { requests, durationMs: 100 }), never);
    expect(result.targets[0]!.ok).toBe(20);
    expect(new Set(seen)).toEqual(new Set(['POST blue {}']));
  });
});

describe('two targets', () => {
  it('gives both the same requests in turn: old new new old', async () => {
    const seen: string[] = [];
    const record = (name: string) => (request: IncomingMessage, response: ServerResponse) => {
      seen.push(`${name}${request.url}`);
      response.end();
    };
    const urls = [await listen(record('old')), await listen(record('new'))];
    const requests = [3, 2, 1].map((weight) => ({ method: 'GET', path: `/${weight}`, weight }));
    const result = await runLoad(
      planFor(urls, { requests, ratePerSecond: 50, durationMs: 1200, warmupMs: 200 }),
      never,
    );
    const pathsOf = (name: string): string[] =>
      seen.filter((line) => line.startsWith(name)).map((line) => line.slice(3));
    // Sorted: on a busy machine two connections may overtake each other.
    expect(pathsOf('old').toSorted()).toEqual(pathsOf('new').toSorted());
    expect(pathsOf('old').length).toBe(70);
    const turns = Array.from({ length: 8 }, (_, turn) => targetOfTurn(turn, 2));
    expect(turns).toEqual([0, 1, 1, 0, 0, 1, 1, 0]);
    expect(result.targets.map((target) => [target.name, target.due, target.ok])).toEqual([
      ['old', 60, 60],
      ['new', 60, 60],
    ]);
    expect(result.warmup).toEqual({ sent: 20, failed: 0 });
  });
});

describe('refusing and stopping', () => {
  it.each([
    [{ requests: [] }, 'requests'],
    [{ ratePerSecond: 0 }, 'ratePerSecond'],
    [{ durationMs: Number.NaN }, 'durationMs'],
    [{ durationMs: 1 }, 'durationMs'],
    [{ targets: [{ name: 'old', baseUrl: 'nowhere' }] }, 'baseUrl'],
  ])('refuses a plan that would measure nothing: %o', async (change, field) => {
    await expect(runLoad(planFor(['http://127.0.0.1:1'], change), never)).rejects.toThrow(field);
  });

  it('stops sending when aborted', async () => {
    let seen = 0;
    const abort = new AbortController();
    const url = await listen((_request, response) => {
      response.end(String(seen++));
      if (seen === 20) abort.abort(new Error('enough'));
    });
    await expect(runLoad(planFor([url], { durationMs: 5000 }), abort.signal)).rejects.toThrow('enough');
    // What was on its way when it stopped still arrives; then nothing more, of the 1,000 that were planned.
    const settledMs = 500;
    let before = -1;
    while (before !== seen) {
      before = seen;
      await new Promise((resolve) => setTimeout(resolve, settledMs));
    }
    expect(seen).toBeGreaterThanOrEqual(20);
    expect(seen).toBeLessThan(500);
  });
});
