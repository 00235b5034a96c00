import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, type Failure } from '../domain/failure.ts';
import { writeDurably } from '../host/durable-file.ts';
import { readRecord } from './read-record.ts';
import { runSchema } from './edge-schemas.ts';
import type { EdgeConfig, EdgeRun } from './edge-state.ts';
import { commandLine } from '../host/process-table.ts';
import { programFile } from '../host/program.ts';
import { edgeProcesses } from './edge-processes.ts';
import { findPortOwner } from './port-owner.ts';
import { isAlive } from '../host/process-identity.ts';

const startTimeoutMs = 12_000;
const comingTimeoutMs = 4_000;
/** How long an address may stay taken by nobody we can see: an edge just killed, or another just starting. */
const unseenOwnerMs = 1_500;
/** See `edge-process.ts`, which is not loaded here for the sake of a quick start. */
const addressExitCode = 4;
const largestLogBytes = 5 * 1_024 * 1_024;

/** The running edge of a state directory, or null. A file left by a dead one does not count. */
export async function readRun(stateDirectory: string): Promise<EdgeRun | null> {
  const run = await readRecord(join(stateDirectory, 'run.json'), runSchema).catch(() => null);
  return run && isAlive(run) ? run : null;
}

/**
 * Starts the edge in a session of its own and waits until it accepts. Two at once are safe: the public address is the lock, and
 * who loses takes the winner's edge. Throws GR7401 when it does not come up, GR7402 when somebody else has an address.
 */
export async function launch(stateDirectory: string, config: EdgeConfig): Promise<EdgeRun> {
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  await writeDurably(join(stateDirectory, 'edge.json'), JSON.stringify(config, null, 2));
  const startedMs = performance.now();
  const coming = await awaitComing(stateDirectory, config);
  if (coming) return coming;
  let child = spawnEdge(stateDirectory);
  while (performance.now() - startedMs < startTimeoutMs) {
    const run = await readRun(stateDirectory);
    if (run) return run;
    if (child.exitCode === addressExitCode) {
      const taken = takenAddress(config, stateDirectory, performance.now() - startedMs > unseenOwnerMs);
      if (taken) fail(taken);
      await sleep(50);
      if (!(await readRun(stateDirectory))) child = spawnEdge(stateDirectory);
    } else if (child.exitCode !== null || child.signalCode !== null) {
      fail(didNotStart(stateDirectory, `it ended with ${child.exitCode ?? child.signalCode}`));
    }
    await sleep(20);
  }
  child.kill('SIGKILL');
  return fail(didNotStart(stateDirectory, `it was not ready after ${startTimeoutMs / 1_000} s`));
}

/** Somebody else may be starting it already, or a worker that lost its watchdog. Null when nothing comes of that. */
async function awaitComing(stateDirectory: string, config: EdgeConfig): Promise<EdgeRun | null> {
  const untilMs = performance.now() + comingTimeoutMs;
  while (performance.now() < untilMs && somebodyComes(stateDirectory, config)) {
    const run = await readRun(stateDirectory);
    if (run) return run;
    await sleep(20);
  }
  return readRun(stateDirectory);
}

function somebodyComes(stateDirectory: string, config: EdgeConfig): boolean {
  const processes = edgeProcesses(stateDirectory);
  if (processes.some(({ role }) => role === 'watchdog')) return true;
  if (processes.length === 0) return false;
  // A worker that still listens will start a watchdog; one that is leaving does not.
  return Object.values(config.services).some(({ port }) => {
    const owner = findPortOwner(port);
    return owner !== null && processes.some(({ pid }) => pid === owner.pid);
  });
}

function spawnEdge(stateDirectory: string): ChildProcess {
  const logFile = join(stateDirectory, 'edge.log');
  const tooLong = (statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > largestLogBytes;
  const log = openSync(logFile, tooLong ? 'w' : 'a', 0o600);
  // Nothing of the caller's environment: it may hold secrets, and the edge lives on for weeks.
  const { PATH = '', HOME = '/' } = process.env;
  const child = spawn(process.execPath, [programFile('edge/main'), stateDirectory], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH, HOME },
  });
  child.on('error', () => undefined);
  child.unref();
  closeSync(log);
  return child;
}

function takenAddress(config: EdgeConfig, stateDirectory: string, waitedLong: boolean): Failure | null {
  for (const [service, { host, port }] of Object.entries(config.services)) {
    const owner = findPortOwner(port);
    if (!owner || isOurs(owner.pid, stateDirectory)) continue;
    return portTaken(service, host, port, `process ${owner.pid} (${owner.command})`);
  }
  if (!waitedLong) return null;
  const [service, address] = Object.entries(config.services)[0] ?? ['?', { host: '?', port: 0 }];
  return portTaken(service, address.host, address.port, 'a process that cannot be seen from here');
}

function portTaken(service: string, host: string, port: number, owner: string): Failure {
  return {
    code: 'GR7402',
    message: `The public address ${host}:${port} of "${service}" is taken by ${owner}.`,
    where: `services.${service}`,
    do: 'Stop that process, or give the service another public port.',
  };
}

function didNotStart(stateDirectory: string, what: string): Failure {
  return {
    code: 'GR7401',
    message: `The edge did not start: ${what}.`,
    where: join(stateDirectory, 'edge.log'),
    do: 'The end of that file says why.',
  };
}

function isOurs(pid: number, stateDirectory: string): boolean {
  const words = commandLine(pid);
  return words.length === 0 || words.includes(stateDirectory);
}
