// Starts, finds and stops the one PostgreSQL server of a cluster.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import { spawnAs } from './postgres-account.ts';
import type { ProcessIdentity } from '../host/process-identity.ts';
import { identify, isAlive, signalIdentity } from '../host/process-identity.ts';
import { allCommandLines, commandLine } from '../host/process-table.ts';

export interface Postmaster {
  readonly identity: ProcessIdentity;
  readonly port: number;
}

/** The running server of this cluster, whoever started it; null when there is none. */
export function findPostmaster(cluster: Cluster): Postmaster | null {
  try {
    const lines = readFileSync(path.join(cluster.dataDir, 'postmaster.pid'), 'utf8').split('\n');
    const identity = identify(Number(lines[0]));
    const port = Number(lines[3]);
    // After a restart of the machine the pid in the file may be anybody's.
    if (identity === null || !commandLine(identity.pid).includes(cluster.dataDir)) return null;
    return Number.isInteger(port) && port > 0 ? { identity, port } : null;
  } catch {
    return null;
  }
}

/** Whether it has finished starting, which it notes in the last line of its pid file. */
export function isReady(cluster: Cluster): boolean {
  try {
    return readFileSync(path.join(cluster.dataDir, 'postmaster.pid'), 'utf8').split('\n')[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

/** Detached: a signal to the keeper's group does not reach it. */
export function spawnPostmaster(cluster: Cluster, binaries: Binaries, port: number, log: number): ChildProcess {
  return spawn(path.join(binaries.binDir, 'postgres'), ['-D', cluster.dataDir, ...settings(cluster, port)], {
    ...spawnAs(cluster.account),
    detached: true,
    stdio: ['ignore', log, log],
  });
}

function settings(cluster: Cluster, port: number): string[] {
  const values = {
    cluster_name: cluster.name,
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    fsync: 'on',
    synchronous_commit: 'on',
    max_connections: 200,
    shared_buffers: '64MB',
    logging_collector: 'off',
    log_timezone: 'UTC',
    // Rows' values stand in DETAIL lines and in failing statements; neither belongs in a log.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * Clears the way for a new server after the old one was killed: its children may live on for a while and hold the
 * shared memory, and its pid file may name a pid that is somebody else's by now. Only call it when there is no server.
 */
export async function clearRemains(cluster: Cluster): Promise<void> {
  const orphans = () =>
    allCommandLines().flatMap(({ pid, words }) => {
      const ours =
        words[0]?.startsWith(`postgres: ${cluster.name}: `) || (words[1] === '-D' && words[2] === cluster.dataDir);
      return ours ? (identify(pid) ?? []) : [];
    });
  for (const [signal, waitMs] of [
    ['SIGQUIT', 2000],
    ['SIGKILL', 2000],
  ] as const) {
    const left = orphans();
    for (const orphan of left) signalIdentity(orphan, signal);
    await waitUntilGone(left, waitMs);
  }
  if (process.platform === 'linux') rmSync(path.join(cluster.dataDir, 'postmaster.pid'), { force: true });
}

/** Clean stop that ends connections; harder after ten seconds, since the machine may be going down. */
export async function stopPostmaster(identity: ProcessIdentity): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5000],
    ['SIGKILL', 5000],
  ] as const) {
    signalIdentity(identity, signal);
    if (await waitUntilGone([identity], waitMs)) return;
  }
}

/** The port used before while it is free, so that addresses handed out stay valid; otherwise a random free one. */
export async function choosePort(previous: number | null): Promise<number> {
  if (previous !== null && (await isFree(previous))) return previous;
  for (;;) {
    // Below the range from which the system takes ports of outgoing connections: nobody takes it while PostgreSQL is down.
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

async function waitUntilGone(processes: readonly ProcessIdentity[], waitMs: number): Promise<boolean> {
  const endMs = Date.now() + waitMs;
  while (processes.some(isAlive)) {
    if (Date.now() > endMs) return false;
    await sleep(20);
  }
  return true;
}
