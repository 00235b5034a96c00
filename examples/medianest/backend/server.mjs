// The backend: HTTP API and WebSocket echo on PORT, JSON log on standard output, leaves on SIGTERM.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { BodyTooLarge, readJson } from './body.mjs';
import { openCache } from './cache.mjs';
import { createCatalogue } from './catalogue.mjs';
import { clientAddress } from './client-address.mjs';
import { isConnectionLoss, openDatabase } from './database.mjs';
import { BadRequest } from './library.mjs';
import { createLog } from './log.mjs';
import { createMetrics } from './metrics.mjs';
import { createRoutes, findRoute } from './routes.mjs';
import { readSettings } from './settings.mjs';
import { shutDown } from './shutdown.mjs';

const startedAtMs = performance.now();
const settings = readSettings(process.env);
const log = createLog(settings.logLevel, { service: 'backend', release: settings.release });
const database = openDatabase(settings, log);
const cache = openCache(settings.redisUrl);
const metrics = createMetrics({ release: settings.release, poolInUse: database.inUse });
const routes = createRoutes({ settings, catalogue: createCatalogue(database), cache, database, metrics, startedAtMs });
let inFlight = 0;
let leaving = false;

async function answer(request) {
  if (!URL.canParse(request.url, 'http://backend')) throw new BadRequest('The address cannot be read.');
  const url = new URL(request.url, 'http://backend');
  const route = findRoute(routes, request.method, url.pathname);
  const client = clientAddress(request.headers, request.socket.remoteAddress);
  const readBody = () => readJson(request, settings.bodyLimitBytes);
  return {
    client,
    ...(await route.answer({ id: route.id, query: url.searchParams, headers: request.headers, readBody })),
  };
}

function refusal(error) {
  if (error instanceof BadRequest) return { status: 400, body: { error: error.message } };
  if (error instanceof BodyTooLarge) return { status: 413, body: { error: error.message } };
  if (isConnectionLoss(error))
    return { status: 503, body: { error: 'The database is not reachable.' }, headers: { 'retry-after': '1' } };
  return { status: 500, body: { error: 'Something broke on our side.' } };
}

const server = createServer(async (request, response) => {
  const beganAtMs = performance.now();
  inFlight += 1;
  response.on('close', () => (inFlight -= 1));
  const reply = await answer(request).catch((error) => ({ ...refusal(error), error }));
  const isText = typeof reply.body === 'string';
  const payload = reply.body === undefined ? '' : isText ? reply.body : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'content-type': isText ? 'text/plain; version=0.0.4; charset=utf-8' : 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-release': settings.release,
    ...(reply.status === 204 ? {} : { 'content-length': Buffer.byteLength(payload) }),
    ...(leaving || reply.status === 413 ? { connection: 'close' } : {}),
    ...reply.headers,
  });
  response.end(payload);
  const durationMs = Math.round((performance.now() - beganAtMs) * 100) / 100;
  metrics.observe(reply.status, durationMs / 1000);
  const entry = {
    method: request.method,
    path: request.url.split('?')[0],
    status: reply.status,
    durationMs,
    client: reply.client,
  };
  if (reply.status >= 500 && reply.error)
    log.error('request failed', { ...entry, reason: reply.error.message, stack: reply.error.stack });
  else log.debug('request', entry);
});

const sockets = new WebSocketServer({ server, path: '/ws', maxPayload: 64 * 1024 });
sockets.on('headers', (headers) => headers.push(`x-release: ${settings.release}`));
sockets.on('connection', (client) => {
  client.on('error', () => {});
  client.on('message', (message) => client.send(`${settings.release}:${message}`));
});

async function leave(signal) {
  if (leaving) return;
  leaving = true;
  log.info('leaving', { signal, inFlight, sockets: sockets.clients.size });
  const close = async () => (cache.close(), database.close());
  const finished = await shutDown({ server, sockets, inFlight: () => inFlight, close, graceMs: settings.graceMs });
  log.info('left', { finished });
  process.exit(0);
}
process.on('SIGTERM', leave);
process.on('SIGINT', leave);

server.keepAliveTimeout = 65_000; // longer than a proxy keeps its connections, so that the proxy closes first
server.listen(settings.port, settings.host, () => {
  log.info('listening', {
    host: settings.host,
    port: server.address().port,
    version: settings.version,
    pid: process.pid,
  });
});
