import { createServer, ServerResponse, type Server } from 'node:http';
import type { EdgeConfig } from './edge-state.ts';
import type { FromWorker, ToWorker } from './edge-messages.ts';
import { Exchange, type Listener } from './exchange.ts';
import { startSuccessor } from './successor.ts';
import { Switchboard } from './switchboard.ts';

const backlog = 1_024;
const clientIdleTimeoutMs = 65_000;

/** The part of the edge that carries traffic. It owns nothing that must outlive it: listeners and state are the watchdog's. */
export function runWorker(config: EdgeConfig, stateDirectory: string): void {
  const board = new Switchboard();
  const startedAt = Date.now();
  const trustedProxies = new Set(config.trustedProxies);
  const servers = new Map<string, Server>();
  let settled = false;
  // Without its watchdog nobody could switch it any more.
  process.on('disconnect', () => {
    if (settled) startSuccessor({ config, stateDirectory, servers, board });
    else process.exit(0);
  });
  // Ctrl-C in the terminal that started it is not meant for the edge.
  process.on('SIGINT', () => undefined);
  process.on('message', (message: ToWorker, handle: unknown) => {
    switch (message.kind) {
      case 'listen':
        servers.set(message.service, publicServer({ service: message.service, board, trustedProxies }));
        return listen(servers.get(message.service)!, message.service, handle);
      case 'settled':
        settled = true;
        return;
      case 'point':
        return tell({ kind: 'pointed', id: message.id, state: board.point(message.state) });
      case 'maintain':
        board.wish = message.wish;
        return tell({ kind: 'maintained', id: message.id, epoch: board.wish.epoch });
      case 'load': {
        const load = {
          workerPid: process.pid,
          countersSinceAt: startedAt,
          unserved: board.unserved,
          lanes: board.load(),
        };
        return tell({ kind: 'loaded', id: message.id, load });
      }
      case 'close-sessions':
        return tell({ kind: 'sessions-closed', id: message.id, sessions: board.closeSessions(message.colour) });
      default:
        message satisfies never;
    }
  });
  tell({ kind: 'up' });
}

function publicServer(listener: Listener): Server {
  const server = createServer(
    {
      keepAliveTimeout: clientIdleTimeoutMs,
      // A long upload is not an attack; slow headers are, and stay limited.
      requestTimeout: 0,
      headersTimeout: 60_000,
      noDelay: true,
      // Everything else that offers an upgrade (h2c) is answered as plain HTTP/1.1.
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    },
    (request, response) => new Exchange(listener, request, response, null).start(),
  );
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
    response.on('finish', () => socket.end());
    new Exchange(listener, request, response, { socket, head }).start();
  });
  return server;
}

function listen(server: Server, service: string, handle: unknown): void {
  server.once('error', (error: NodeJS.ErrnoException) => {
    tell({ kind: 'listen-failed', service, errno: error.code ?? error.message });
  });
  server.listen(handle, backlog, () => tell({ kind: 'listening', service }));
}

function tell(message: FromWorker): void {
  process.send?.(message);
}
