import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { createClock } from './clock.ts';
import { createRedactor } from './redaction.ts';
import { createTcp } from './tcp.ts';
import { makeCertificate } from './testing/certificate.ts';

const tcp = createTcp(createRedactor(['s3cret-greeting']));
const never = new AbortController().signal;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const serve = (onSocket: (socket: Socket) => void): Promise<number> =>
  listen(createServer((socket) => onSocket(socket.on('error', () => {}))));
const host = '127.0.0.1';

describe('exchange', () => {
  test('sends, and reads until it is told enough', async () => {
    const port = await serve((socket) =>
      socket.on('data', (data) => socket.write(`echo ${data} s3cret-greeting\nmore`)),
    );
    const options = { send: 'hi', until: (text: string) => text.includes('\n'), maxBytes: 100, timeoutMs: 1_000 };
    const answer = await tcp.exchange({ host, port }, options, never);
    expect(answer).toMatchObject({ status: 'connected', received: 'echo hi ***\nmore' });
  });
  test('ends at the byte limit, at the end, and at the timeout with what came', async () => {
    const flood = await serve((socket) => socket.write('y'.repeat(10_000)));
    const options = { until: () => false, maxBytes: 50, timeoutMs: 1_000 };
    expect(await tcp.exchange({ host, port: flood }, options, never)).toMatchObject({ received: 'y'.repeat(50) });
    const polite = await serve((socket) => socket.end('bye'));
    expect(await tcp.exchange({ host, port: polite }, options, never)).toMatchObject({ received: 'bye' });
    const silent = await serve((socket) => socket.write('part'));
    const answer = await tcp.exchange({ host, port: silent }, { ...options, timeoutMs: 100 }, never);
    expect(answer).toMatchObject({ status: 'connected', received: 'part' });
  });
  test('a refused connection is a value; an abort rejects', async () => {
    const options = { maxBytes: 10, timeoutMs: 1_000 };
    expect(await tcp.exchange({ host, port: 1 }, options, never)).toMatchObject({
      status: 'unreachable',
      errorCode: 'ECONNREFUSED',
    });
    const port = await serve(() => {});
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 30);
    const waiting = tcp.exchange({ host, port }, { ...options, until: () => false }, controller.signal);
    await expect(waiting).rejects.toThrow('enough');
  });
  test('over TLS the certificate must be good', async () => {
    const port = await listen(createTlsServer(await makeCertificate(2), (socket) => socket.end('hi')));
    const answer = await tcp.exchange({ host, port, tls: true }, { maxBytes: 10, timeoutMs: 1_000 }, never);
    expect(answer).toMatchObject({ status: 'unreachable', errorCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });
});

describe('isFree', () => {
  test('a free port is free, a held one names who holds it', async () => {
    const port = await serve(() => {});
    const held = await tcp.isFree(host, port);
    expect(held.free).toBe(false);
    if (process.platform === 'linux') expect(held.owner).toMatch(new RegExp(`\\(pid ${process.pid}\\)$`));
    const server = servers.pop()!;
    await new Promise((resolve) => server.close(resolve));
    expect(await tcp.isFree(host, port)).toEqual({ free: true, owner: null });
  });
  test('an address of another machine is not free here', async () => {
    expect(await tcp.isFree('192.0.2.1', 4001)).toEqual({ free: false, owner: null });
  });
});

test('the clock sleeps, and wakes with the reason of an abort', async () => {
  const clock = createClock();
  const before = clock.elapsed();
  await clock.sleep(30);
  expect(clock.elapsed() - before).toBeGreaterThan(28);
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(100);
  await expect(clock.sleep(5_000, AbortSignal.timeout(20))).rejects.toThrow('timeout');
});
