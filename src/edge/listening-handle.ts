import type { ChildProcess } from 'node:child_process';
import net from 'node:net';

/** A bound public address that this process keeps and never accepts on: while it is held, connections wait in the kernel's queue. */
export interface ListeningHandle {
  readonly native: object;
  close(): void;
}

interface NativeTcp {
  getsockname(out: { port?: number }): number;
  close(): void;
}

/** Node's own cluster takes its shared handles this way; there is no documented call that binds without accepting. */
type CreateHandle = (
  host: string | null,
  port: number,
  addressType: 4 | 6 | -1,
  descriptor?: number,
) => NativeTcp | number;

const createHandle = (net as unknown as { readonly _createServerHandle: CreateHandle })._createServerHandle;

/** What a server listens on, to be passed to a process that outlives this one. Null when it does not listen. */
export function descriptorOf(server: net.Server): number | null {
  const descriptor = (server as unknown as { readonly _handle: { readonly fd: number } | null })._handle?.fd ?? -1;
  return descriptor < 0 ? null : descriptor;
}

/** A listening socket this process was started with; null when the descriptor is not one for that port. */
export function inheritHandle(descriptor: number, port: number): ListeningHandle | null {
  const native = createHandle(null, 0, -1, descriptor);
  if (typeof native === 'number') return null;
  const bound: { port?: number } = {};
  if (native.getsockname(bound) === 0 && bound.port === port) return { native, close: () => native.close() };
  native.close();
  return null;
}

/** Errno name when the address cannot be had. */
export function bindHandle(host: string, port: number): ListeningHandle | { readonly errno: string } {
  const native = createHandle(host, port, net.isIPv6(host) ? 6 : 4);
  if (typeof native === 'number') return { errno: errnoName(native) };
  // libuv keeps EADDRINUSE back until it is asked; without this look the worker would listen on a random port.
  const bound: { port?: number } = {};
  const status = native.getsockname(bound);
  if (status === 0 && bound.port === port) return { native, close: () => native.close() };
  native.close();
  return { errno: status === 0 ? 'EADDRINUSE' : errnoName(status) };
}

/** Node passes raw TCP handles between processes; its types know only servers and sockets. */
export function sendHandle(worker: ChildProcess, message: object, handle: ListeningHandle): void {
  worker.send(message, handle.native as net.Server, () => undefined);
}

function errnoName(status: number): string {
  return (
    new Map([
      [-98, 'EADDRINUSE'],
      [-48, 'EADDRINUSE'],
      [-13, 'EACCES'],
      [-99, 'EADDRNOTAVAIL'],
      [-49, 'EADDRNOTAVAIL'],
    ]).get(status) ?? `errno ${status}`
  );
}
