import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { ProbeStream } from './probes.ts';

let server: Server | null = null;
afterEach(() => void server?.close());

/** Answers a few, then only hangs up. */
const listen = (good: number): Promise<number> =>
  new Promise((resolve) => {
    let count = 0;
    server = createServer((request, response) => {
      count += 1;
      if (count > good) return void request.socket.destroy();
      response.setHeader('x-release', 'one');
      response.end('well');
    });
    server.listen(0, '127.0.0.1', () => resolve((server!.address() as { port: number }).port));
  });

test('a failure says how long its connection had been idle', async () => {
  const stream = new ProbeStream([await listen(5)]);
  while (stream.failures().length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  await stream.stop();
  expect(stream.probes.filter(({ error }) => error === null).length).toBe(5);
  const [first] = stream.failures();
  expect(first).toMatchObject({ error: 'ECONNRESET', release: null, idleMs: expect.any(Number) });
  expect(stream.probes[0]!.idleMs).toBeNull();
});
