import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Exchange } from './exchange.ts';
import { Switchboard } from './switchboard.ts';
import { until } from './testing/rig.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => servers.forEach((server) => server.closeAllConnections()));

async function serve(handler: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('F076 a release that was silent for the longest wait is not asked once more, which nobody would count for as long again', async () => {
  const asked: string[] = [];
  const backend = await serve((request, response) => {
    asked.push(request.url!);
    if (request.url !== '/silent') response.end('well');
  });
  const board = new Switchboard();
  const services = { web: { host: '127.0.0.1', port: backend } };
  board.point({ epoch: 1, colour: 'blue', release: 'one', services, pointedAt: 1, colours: {} });
  const exchanges: Exchange[] = [];
  const port = await serve((request, response) => {
    const exchange = new Exchange({ service: 'web', board, trustedProxies: new Set() }, request, response, null);
    exchanges.push(exchange);
    exchange.start();
  });
  const ask = async (path: string) => ((await once(get({ port, path }), 'response')) as [IncomingMessage])[0].resume();
  expect((await ask('/')).statusCode).toBe(200);
  const silent = ask('/silent');
  await until(() => asked.length === 2);
  exchanges[1]!.onResponseError(null, Object.assign(new Error('silent'), { code: 'UND_ERR_HEADERS_TIMEOUT' }));
  await until(() => board.load()[0]!.requests === 2);
  expect((await silent).statusCode).toBe(504);
  expect(asked).toEqual(['/', '/silent']);
  expect(board.load()[0]).toMatchObject({ requests: 2, transportErrors: 1, retries: 0, httpInFlight: 0 });
});
