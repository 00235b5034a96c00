/**
 * The app the proxies are tried on: HTTP and WebSocket, no database, graceful on SIGTERM.
 *   PORT, HOST, RELEASE or GREENROOM_RELEASE; KEEP_ALIVE_MS idle limit of connections; CLOSE_IDLE=1 closes idle connections at random moments.
 *   / · /slow?ms= · /status?code= · /bytes?size= · /echo (body back) · /count (POST, body length) · /headers · /stalled · /unread (nothing of the body is read) · /seen · /break (500 from now on) · WebSocket echo on any path
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';

const release = process.env.RELEASE ?? process.env.GREENROOM_RELEASE ?? 'none';
const filler = 'x'.repeat(900);
const chunk = Buffer.alloc(64 * 1_024, 97);
let stopping = false;
let broken = false;
let aborted = 0;
let firstAt = 0;
let lastAt = 0;
let requests = 0;

const server = createServer((request, response) => {
  const at = performance.timeOrigin + performance.now();
  const url = new URL(request.url ?? '/', 'http://app');
  if (url.pathname !== '/seen') {
    requests += 1;
    firstAt ||= at;
    lastAt = at;
  }
  // A graceful app tells its callers that this connection ends.
  if (stopping) response.setHeader('connection', 'close');
  response.setHeader('x-release', release);
  // When this request arrived, on the clock that all processes of the machine share.
  response.setHeader('x-received-at', at.toFixed(3));
  response.on('close', () => {
    if (!response.writableFinished) aborted += 1;
    // One that was under way when the stop came has no such header, and would idle on.
    if (stopping) setImmediate(() => server.closeIdleConnections());
  });
  answer(url, request, response);
});
server.keepAliveTimeout = Number(process.env.KEEP_ALIVE_MS ?? 5_000);

function answer(url: URL, request: IncomingMessage, response: ServerResponse): void {
  if (broken) response.statusCode = 500;
  switch (url.pathname) {
    case '/slow':
      setTimeout(() => response.end(`slow ${release}`), Number(url.searchParams.get('ms') ?? 2_000));
      return;
    case '/status':
      response.statusCode = Number(url.searchParams.get('code'));
      response.end([204, 304].includes(response.statusCode) ? undefined : `status ${release}`);
      return;
    case '/bytes':
      return sendBytes(response, Number(url.searchParams.get('size')));
    case '/echo':
      request.pipe(response);
      return;
    case '/early':
      // Answers before it has read the body.
      response.statusCode = 413;
      response.end('too much');
      return;
    case '/unread':
      request.pause();
      return;
    case '/stalled':
      response.write('begin');
      return;
    case '/headers':
      response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.rawHeaders }));
      return;
    case '/break':
      broken = true;
      response.end('from now on');
      return;
    case '/seen':
      response.end(JSON.stringify({ release, pid: process.pid, requests, aborted, firstAt, lastAt }));
      return;
    default:
      return hello(request, response);
  }
}

function hello(request: IncomingMessage, response: ServerResponse): void {
  let sizeBytes = 0;
  request.on('data', (part: Buffer) => (sizeBytes += part.length));
  request.on('end', () => response.end(`hello ${release} ${sizeBytes} ${filler}`));
}

function sendBytes(response: ServerResponse, sizeBytes: number): void {
  let left = sizeBytes;
  response.setHeader('content-length', sizeBytes);
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      const part = chunk.subarray(0, Math.min(left, chunk.length));
      left -= part.length;
      if (!response.write(part)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
}

const sessions = new WebSocketServer({ server, perMessageDeflate: false });
sessions.on('connection', (session) => {
  session.on('message', (data) => session.send(`${release}:${String(data)}`));
  session.on('error', () => undefined);
});

if (process.env.CLOSE_IDLE === '1') closeIdleAtRandom();

/** Closes connections between requests without a word, as backends and firewalls do. */
function closeIdleAtRandom(): void {
  const idle = new Set<Socket>();
  server.on('connection', (socket: Socket) => socket.on('close', () => idle.delete(socket)));
  server.on('request', (request, response) => {
    idle.delete(request.socket);
    response.on('finish', () => idle.add(request.socket));
  });
  setInterval(() => {
    for (const socket of idle) if (Math.random() < 0.3) socket.destroy();
  }, 3);
}

process.on('SIGTERM', () => {
  if (stopping) return;
  stopping = true;
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  for (const session of sessions.clients) session.close(1012);
  setTimeout(() => server.closeAllConnections(), 10_000).unref();
});
process.on('disconnect', () => process.exit(0));

server.listen(Number(process.env.PORT ?? 0), process.env.HOST ?? '127.0.0.1', 1_024, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
