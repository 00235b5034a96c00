import { spawn } from 'node:child_process';
import { Server as NetServer } from 'node:net';
import type { Server } from 'node:http';
import type { TookOver } from './edge-messages.ts';
import type { EdgeConfig } from './edge-state.ts';
import { descriptorOf } from './listening-handle.ts';
import type { Switchboard } from './switchboard.ts';

const takeOverTimeoutMs = 10_000;
const leaveTimeoutMs = 12_000;

export interface Orphan {
  readonly config: EdgeConfig;
  readonly stateDirectory: string;
  readonly servers: ReadonlyMap<string, Server>;
  readonly board: Switchboard;
}

/**
 * A worker whose watchdog died starts another and hands it the listeners, so that the public addresses are never given up:
 *
 *   serving ── watchdog gone ──▶ serving, successor starts ── took-over ──▶ leaving: accepts nothing, passes on what still comes
 *                                        └─ it fails ──▶ exit                        └─ last connection gone, or 12 s ──▶ exit
 */
export function startSuccessor(orphan: Orphan): void {
  const { stateDirectory, servers } = orphan;
  const listeners = [...servers.values()].map((server) => descriptorOf(server) ?? ('ignore' as const));
  const child = spawn(process.execPath, [process.argv[1] ?? '', stateDirectory, ...servers.keys()], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...listeners],
  });
  const giveUp = (): void => process.exit(1);
  const timer = setTimeout(giveUp, takeOverTimeoutMs);
  child.on('error', giveUp);
  child.on('exit', giveUp);
  child.on('message', (message: TookOver) => {
    if (message.kind !== 'took-over') return;
    clearTimeout(timer);
    child.off('exit', giveUp);
    child.unref();
    leave(orphan);
  });
}

function leave({ config, servers, board }: Orphan): void {
  // The call of net: that of http would cut idle clients, some of which are just sending.
  for (const server of servers.values()) NetServer.prototype.close.call(server);
  board.leave(
    Object.fromEntries(
      Object.entries(config.services).map(([name, { host, port }]) => [name, { host: reachable(host), port }]),
    ),
  );
  const untilMs = performance.now() + leaveTimeoutMs;
  setInterval(() => {
    let open = 0;
    for (const server of servers.values()) server.getConnections((_, count) => (open += count));
    // Counts come at once for servers of this process, just not before this turn ends.
    setImmediate(() => (open === 0 || performance.now() > untilMs) && process.exit(0));
  }, 100);
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
