import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { tcp } from './tcp.ts';
import { afterThis, deadService, testContext } from './testing/world.ts';

async function listening(onSocket: (socket: Socket) => void): Promise<{ host: string; port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterThis(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}
const mail = () => listening((socket) => socket.write('220 mail ready\r\n'));

checkContract(tcp, {
  testUrl: import.meta.url,
  good: async () => ({ config: { ...(await mail()), 'answer-matches': '^220 ' }, context: testContext() }),
  dead: () => ({ config: { service: 'backend' }, context: testContext({ services: [deadService] }) }),
  slow: async () => ({
    config: { ...(await listening(() => {})), 'answer-matches': 'x', within: '30s' },
    context: testContext(),
  }),
});

describe('tcp', () => {
  const context = testContext();
  test('a connection alone is enough when nothing is asked', async () => {
    expect(await ask(tcp, { config: await listening(() => {}), context })).toMatchObject({ outcome: 'pass' });
  });
  test('something sent is answered', async () => {
    const echo = await listening((socket) => socket.pipe(socket));
    expect(await ask(tcp, { config: { ...echo, send: 'ping\n', 'answer-matches': 'ping' }, context })).toMatchObject({
      outcome: 'pass',
    });
  });
  test('a wrong answer fails with what came', async () => {
    const judgement = await ask(tcp, {
      config: { ...(await mail()), 'answer-matches': '^554', within: '100ms' },
      context,
    });
    expect(judgement).toMatchObject({
      outcome: 'fail',
      reason: expect.stringContaining('answer was "220 mail ready", expected a match of ^554'),
    });
  });
  test('the public address belongs to another release: nothing is measured', async () => {
    const config = await listening(() => {});
    const ports = [{ name: 'backend', host: config.host, port: config.port, heldByUs: true }];
    expect(await ask(tcp, { config, context: testContext({ ports }) })).toMatchObject({ outcome: 'error' });
    const mapped = { ...config, host: '::ffff:127.0.0.1' };
    expect(await ask(tcp, { config: mapped, context: testContext({ ports }) })).toMatchObject({ outcome: 'error' });
  });

  test('a service that is not there cannot be judged; host without port is refused', async () => {
    expect(await ask(tcp, { config: { service: 'x' }, context })).toMatchObject({ outcome: 'error' });
    expect(tcp.schema.safeParse({ host: 'a' }).success).toBe(false);
    expect(tcp.schema.safeParse({ host: 'a', port: 1, service: 'b' }).success).toBe(false);
  });
});
