import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LaunchOrder, Launched } from '../host/launch-order.ts';
import { identify, isAlive, type RecordedIdentity } from '../host/process-identity.ts';
import { commandLine } from '../host/process-table.ts';

// How a process is started that must be on record before it does anything:
//   sh waits at a gate (a pipe) → its pid and start time are written down → "go" opens the gate → sh becomes the command.
// exec keeps pid, start time, session and group. When the launcher is killed before "go", the pipe ends and sh ends with it:
// no command ever runs that is not on record.
const MARK = 'greenroom-gate';
const GATE =
  'IFS= read -r GREENROOM_GATE <&3 && [ "$GREENROOM_GATE" = go ] || exit 111; exec 3<&-; unset GREENROOM_GATE; exec "$@"';
const POLL_MS = 2;
const REAP_MS = 1_000;

/** Starts a process in its own session behind the gate, both outputs appended to the log. */
export async function launch(order: LaunchOrder): Promise<Launched> {
  const log = openSync(order.logPath, 'a', 0o600);
  try {
    const logFrom = fstatSync(log).size;
    const child = spawn('/bin/sh', ['-c', GATE, MARK, ...order.argv], {
      cwd: order.directory,
      env: order.variables,
      detached: true,
      stdio: ['ignore', log, log, 'pipe'],
    });
    const failure = await new Promise<Error | null>((resolve) => {
      child.once('spawn', () => resolve(null));
      child.once('error', resolve);
    });
    if (failure) return { status: 'not-started', reason: failure.message };
    const identity = identify(child.pid!);
    if (identity === null) return { status: 'not-started', reason: 'it was ended from outside before it began' };
    child.unref();
    return { status: 'waiting', identity, logFrom, go: () => openGate(child, identity) };
  } finally {
    closeSync(log);
  }
}

/** Whether it still is the shell at its gate; the kernel shows an empty argv for a moment while it becomes the command. */
export function isAtGate(identity: RecordedIdentity): boolean {
  const argv = commandLine(identity.pid).join(' ');
  return argv.trim() === '' ? isAlive(identity) : argv.includes(GATE);
}

async function openGate(child: ChildProcess, identity: RecordedIdentity) {
  const gate = child.stdio[3] as Writable;
  gate.on('error', () => undefined);
  gate.end('go\n');
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  while (!ended() && isAlive(identity) && isAtGate(identity)) await sleep(POLL_MS);
  if (isAlive(identity)) return { status: 'running' as const };
  // The kernel tells the parent a moment later than /proc does.
  for (let waitedMs = 0; !ended() && waitedMs < REAP_MS; waitedMs += POLL_MS) await sleep(POLL_MS);
  return { status: 'ended' as const, exitCode: child.exitCode };
}
