import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { seededUniform } from '../../domain/statistics/seeded.ts';

/** When the server stood still, in epoch milliseconds, by its own account. */
export interface Freeze {
  startedAt: number;
  endedAt: number;
}

export interface FreezingServer {
  baseUrl: string;
  /** Stops the whole server for so long once it has been asked so often; resolves when it goes on. */
  freeze: (durationMs: number, afterRequests: number) => Promise<Freeze>;
  stop: () => void;
}

/** A server process that answers after 0.5 to 1.5 times `usualMs` (and a timer's millisecond), except while frozen. */
export async function startFreezingServer(usualMs = 1): Promise<FreezingServer> {
  const child = fork(fileURLToPath(import.meta.url), ['serve', String(usualMs)], { execArgv: [] });
  const next = <T>(): Promise<T> =>
    new Promise((resolve) => void child.once('message', (message: T) => resolve(message)));
  const { port } = await next<{ port: number }>();
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    freeze: (durationMs, afterRequests) => {
      const answer = next<Freeze>();
      child.send({ durationMs, afterRequests });
      return answer;
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

/**
 * The latency percentile (ms) an observer without error would see: every request intended during a freeze waits for
 * its end, every other one `usualMs`.
 */
export function trueLatencyMs(
  percentile: number,
  run: { startedAt: number; ratePerSecond: number; due: number },
  freezes: readonly Freeze[],
  usualMs: number,
): number {
  const latencies = Array.from({ length: run.due }, (_, slot) => {
    const intendedAt = run.startedAt + (slot * 1000) / run.ratePerSecond;
    const freeze = freezes.find(({ startedAt, endedAt }) => intendedAt >= startedAt && intendedAt < endedAt);
    return usualMs + (freeze === undefined ? 0 : freeze.endedAt - intendedAt);
  });
  latencies.sort((a, b) => a - b);
  return latencies[Math.ceil((latencies.length * percentile) / 100) - 1]!;
}

function serve(usualMs: number): void {
  const uniform = seededUniform(1);
  let asked = 0;
  let order: { durationMs: number; afterRequests: number } | undefined;
  const server = createServer((_request, response) => {
    setTimeout(() => response.end('ok'), usualMs * (0.5 + uniform()));
    asked++;
    if (order !== undefined && asked >= order.afterRequests) {
      standStill(order.durationMs);
      order = undefined;
    }
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.on('message', (message: { durationMs: number; afterRequests: number }) => void (order = message));
  process.on('disconnect', () => process.exit(0));
}

function standStill(durationMs: number): void {
  const nowAt = (): number => performance.timeOrigin + performance.now();
  const startedAt = nowAt();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
  process.send?.({ startedAt, endedAt: nowAt() });
}

if (process.argv[2] === 'serve' && process.argv[1] === fileURLToPath(import.meta.url)) serve(Number(process.argv[3]));
