// The web page on PORT: reads the library from BACKEND_URL and draws it on the server.
import { Agent, createServer, get } from 'node:http';
import { escape, libraryPage, troublePage } from './page.mjs';

const release = process.env.GREENROOM_RELEASE ?? 'unreleased';
const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3001);
const backendUrl = process.env.BACKEND_URL ?? 'http://127.0.0.1:4001';
const graceMs = Number(process.env.SHUTDOWN_GRACE_MS ?? 10_000);
const backendTimeoutMs = 3_000;
const agent = new Agent({ keepAlive: true, maxSockets: 50, timeout: 4_000 });
let inFlight = 0;

function log(level, event, fields = {}) {
  process.stdout.write(
    `${JSON.stringify({ at: new Date().toISOString(), level, event, service: 'frontend', release, ...fields })}\n`,
  );
}

// The caller's address travels on, so that the backend's log names the reader and not this process.
function readLibrary(headers) {
  const forwarded = headers['x-forwarded-for'] ? { 'x-forwarded-for': headers['x-forwarded-for'] } : {};
  const options = { agent, headers: forwarded, signal: AbortSignal.timeout(backendTimeoutMs) };
  return new Promise((resolve, reject) => {
    const request = get(new URL('/api/library?limit=24', backendUrl), options, async (response) => {
      try {
        const text = (await response.setEncoding('utf8').toArray()).join('');
        if (response.statusCode !== 200) throw new Error(`the backend answered ${response.statusCode}`);
        resolve(JSON.parse(text));
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
  });
}

async function answer(request) {
  const path = request.url.split('?')[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') return [405, 'text/plain', 'Only GET is possible here.\n'];
  if (path === '/healthz') return [200, 'application/json', JSON.stringify({ status: 'ok', release })];
  // As much as the page does, and nothing that a reader would look at: what is asked through the public address stays open beneath a page for maintenance.
  if (path === '/healthz/page') return pageHealth(request.headers);
  if (path !== '/') return [404, 'text/plain', `There is nothing at ${escape(path)}.\n`];
  try {
    return [200, 'text/html', libraryPage(await readLibrary(request.headers), release)];
  } catch (error) {
    log('error', 'library unreachable', { reason: error.message });
    return [502, 'text/html', troublePage(release)];
  }
}

async function pageHealth(headers) {
  try {
    const drawn = Buffer.byteLength(libraryPage(await readLibrary(headers), release));
    return [200, 'application/json', JSON.stringify({ status: 'ok', release, drawn })];
  } catch (error) {
    log('error', 'library unreachable', { reason: error.message });
    return [502, 'application/json', JSON.stringify({ status: 'failing', release })];
  }
}

const server = createServer(async (request, response) => {
  inFlight += 1;
  response.on('close', () => (inFlight -= 1));
  const [status, type, body] = await answer(request);
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    'cache-control': 'no-store',
    'x-release': release,
    ...(server.listening ? {} : { connection: 'close' }),
  });
  response.end(body);
});

function leave(signal) {
  if (!server.listening) return;
  log('info', 'leaving', { signal, inFlight });
  const deadline = performance.now() + graceMs;
  server.close();
  server.closeIdleConnections();
  setInterval(() => {
    if (inFlight > 0 && performance.now() < deadline) return;
    server.closeAllConnections();
    process.exit(0);
  }, 25);
}
process.on('SIGTERM', leave);
process.on('SIGINT', leave);

server.keepAliveTimeout = 65_000;
server.listen(port, host, () => log('info', 'listening', { host, port: server.address().port, pid: process.pid }));
