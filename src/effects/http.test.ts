import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { HttpAnswer } from '../kinds/effects.ts';
import { makeCertificate, type Certificate } from './testing/certificate.ts';
import { createHttp } from './http.ts';
import { createRedactor } from './redaction.ts';

const http = createHttp(createRedactor(['s3cret-token-value']));
const never = new AbortController().signal;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener, certificate?: Certificate): Promise<string> {
  const server = certificate ? createTlsServer(certificate, listener) : createServer(listener);
  servers.push(server as Server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `${certificate ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const get = (
  url: string,
  more: { timeoutMs?: number; maxBytes?: number; followRedirects?: boolean } = {},
): Promise<HttpAnswer> => http.request({ method: 'GET', url, timeoutMs: 2_000, maxBytes: 1_000, ...more }, never);

describe('an HTTP request', () => {
  test('F119 a compressed answer is not unpacked: its bytes are counted as they came', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const url = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect(await get(url, { timeoutMs: 30_000, maxBytes: 1_000_000 })).toMatchObject({
      ...{ status: 'answered', bodyBytes: bomb.length, truncated: false },
    });
  });

  test('answers code, headers and body, with secrets hidden', async () => {
    const url = await serve((request, response) => {
      response.setHeader('x-echo', `t=${request.headers['x-token']}`);
      response.writeHead(500).end(`method ${request.method} token s3cret-token-value`);
    });
    const answer = await http.request(
      {
        method: 'POST',
        url: `${url}/a?b=1`,
        headers: { 'x-token': 's3cret-token-value' },
        body: 'x',
        timeoutMs: 2_000,
        maxBytes: 1_000,
      },
      never,
    );
    expect(answer).toMatchObject({
      status: 'answered',
      code: 500,
      body: 'method POST token ***',
      truncated: false,
      tls: null,
    });
    expect(answer.status === 'answered' && answer.headers['x-echo']).toBe('t=***');
    expect(answer.durationMs).toBeGreaterThan(0);
  });

  test('keeps no more of a body than asked, counts the rest, and times the last byte', async () => {
    const url = await serve((_, response) => {
      response.write('a'.repeat(600));
      setTimeout(() => response.end('b'.repeat(600)), 120);
    });
    const answer = await get(url);
    expect(answer).toMatchObject({ status: 'answered', truncated: true, bodyBytes: 1_200 });
    expect(answer.status === 'answered' && answer.body).toBe('a'.repeat(600) + 'b'.repeat(400));
    expect(answer.durationMs).toBeGreaterThan(100);
  });

  test('a server that never ends its answer is unreachable after the timeout', async () => {
    const url = await serve((_, response) => response.write('x'));
    const answer = await get(url, { timeoutMs: 150 });
    expect(answer).toMatchObject({ status: 'unreachable', errorCode: 'ETIMEDOUT' });
    expect(answer.durationMs).toBeLessThan(1_000);
  });

  test('a refused connection, an unknown host and a cut connection are values', async () => {
    expect(await get('http://127.0.0.1:1/')).toMatchObject({ status: 'unreachable', errorCode: 'ECONNREFUSED' });
    expect(await get('http://does-not-exist.invalid/')).toMatchObject({ status: 'unreachable' });
    const url = await serve((request) => request.socket.destroy());
    expect(await get(url)).toMatchObject({ status: 'unreachable', errorCode: 'UND_ERR_SOCKET' });
  });

  test('follows redirects only when asked', async () => {
    const url = await serve((request, response) =>
      request.url === '/' ? response.writeHead(302, { location: '/there' }).end() : response.end('there'),
    );
    expect(await get(url)).toMatchObject({ code: 302 });
    expect(await get(url, { followRedirects: true })).toMatchObject({ code: 200, body: 'there' });
  });

  test('an abort rejects with its reason at once', async () => {
    const url = await serve(() => {});
    const controller = new AbortController();
    const request = http.request({ method: 'GET', url, timeoutMs: 5_000, maxBytes: 10 }, controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 30);
    await expect(request).rejects.toThrow('enough');
  });

  test('an address that is none is a failure people can read', async () => {
    await expect(get('ftp://s3cret-token-value/')).rejects.toThrow('GR6611 "ftp://***/" is not an address');
  });
});

describe('TLS', () => {
  let certificate: Certificate;
  beforeAll(async () => {
    certificate = await makeCertificate(40);
  });

  test('a self-signed certificate is refused, and told when any is trusted', async () => {
    const url = await serve((_, response) => response.end('ok'), certificate);
    expect(await get(url)).toMatchObject({ status: 'unreachable', errorCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    const answer = await http.request(
      { method: 'GET', url, timeoutMs: 2_000, maxBytes: 10, tls: { trust: 'any' } },
      never,
    );
    expect(answer).toMatchObject({ status: 'answered', body: 'ok', tls: { authorized: false, protocol: 'TLSv1.3' } });
  });

  test('a private authority can be trusted; the answer says until when the certificate is valid', async () => {
    const url = await serve((_, response) => response.end('ok'), certificate);
    const answer = await http.request(
      { method: 'GET', url, timeoutMs: 2_000, maxBytes: 10, tls: { authorities: [certificate.cert] } },
      never,
    );
    expect(answer).toMatchObject({ status: 'answered', tls: { authorized: true } });
    const validToAt = answer.status === 'answered' ? (answer.tls?.validToAt ?? 0) : 0;
    expect(Math.round((validToAt - Date.now()) / 86_400_000)).toBe(40);
  });
});
