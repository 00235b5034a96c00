import net from 'node:net';
import tls from 'node:tls';
import type { Tcp } from '../kinds/effects.ts';
import { gateOf, type Gate } from './avoid.ts';
import type { Redactor } from './redaction.ts';
import { portOwner } from './tcp/port-owner.ts';
import { unreachable } from './unreachable.ts';

export function createTcp(redactor: Redactor): Tcp {
  return {
    async exchange(target, options, signal) {
      signal.throwIfAborted();
      const gate = await gateOf(options.avoid);
      const startedAt = performance.now();
      const durationMs = (): number => Math.round((performance.now() - startedAt) * 100) / 100;
      const deadline = AbortSignal.timeout(options.timeoutMs);
      const result = await converse(connect(target), gate, options, AbortSignal.any([signal, deadline]));
      signal.throwIfAborted();
      if (result.status === 'connected') {
        return { status: 'connected', received: redactor.text(result.received), durationMs: durationMs() };
      }
      return { ...result, reason: redactor.text(result.reason), durationMs: durationMs() };
    },
    async isFree(host, port) {
      const errorCode = await tryListening(host, port);
      if (errorCode === null) return { free: true, owner: null };
      const owner = errorCode === 'EADDRINUSE' ? await portOwner(port) : null;
      return { free: false, owner: owner === null ? null : redactor.text(owner) };
    },
  };
}

type Target = Parameters<Tcp['exchange']>[0];
type Options = Parameters<Tcp['exchange']>[1];
type Result =
  | { readonly status: 'connected'; readonly received: string }
  | { readonly status: 'unreachable'; readonly reason: string; readonly errorCode: string };

function connect(target: Target): { socket: net.Socket; ready: 'connect' | 'secureConnect' } {
  const { host, port } = target;
  if (!target.tls) return { socket: net.connect({ host, port }), ready: 'connect' };
  const servername = net.isIP(host) ? {} : { servername: host };
  return { socket: tls.connect({ host, port, ...servername }), ready: 'secureConnect' };
}

function converse(
  { socket, ready }: ReturnType<typeof connect>,
  gate: Gate,
  options: Options,
  signal: AbortSignal,
): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<Result>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  let connected = false;
  const finish = (): void => {
    if (connected) resolve({ status: 'connected', received: Buffer.concat(chunks).toString() });
    else resolve({ status: 'unreachable', reason: 'no connection came about in time', errorCode: 'ETIMEDOUT' });
  };
  socket.once(ready, () => {
    const refused = gate(socket);
    if (refused) return resolve({ status: 'unreachable', ...unreachable(refused) });
    connected = true;
    if (options.send !== undefined) socket.write(options.send);
    // With nothing to wait for, a connection is the whole answer.
    if (options.send === undefined && options.until === undefined) finish();
  });
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk.subarray(0, options.maxBytes - bytes));
    bytes += chunk.length;
    if (bytes >= options.maxBytes || options.until?.(Buffer.concat(chunks).toString()) === true) finish();
  });
  socket.once('end', finish);
  socket.once('error', (error) => (connected ? finish() : resolve({ status: 'unreachable', ...unreachable(error) })));
  socket.once('close', finish);
  signal.addEventListener('abort', finish, { once: true });
  if (signal.aborted) finish();
  return promise.finally(() => {
    signal.removeEventListener('abort', finish);
    socket.on('error', () => {}); // a reset after the answer is nobody's business
    socket.destroy();
  });
}

/** Answers null when a listener came up there, else the system's code. */
function tryListening(host: string, port: number): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const server = net.createServer();
  server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'UNKNOWN'));
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  return promise;
}
