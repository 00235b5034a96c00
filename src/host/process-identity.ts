import { readFileSync, readlinkSync } from 'node:fs';
import { processRow } from './process-table.ts';

/** A pid alone may be given to somebody else; with the kernel's start time it names one process until the machine restarts. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Linux: clock ticks from boot to start. Elsewhere the start time as `ps` prints it. */
  readonly startedTicks: string;
}

/** An identity that also holds when it is read after a restart of the machine. */
export interface RecordedIdentity extends ProcessIdentity {
  /** The boot that the ticks count from; null where start times are absolute. */
  readonly boot: string | null;
}

const boot = readBootId();

/** Who has this pid now; null when nobody does. A zombie is dead. */
export function identify(pid: number): RecordedIdentity | null {
  const row = processRow(pid);
  return row && !row.isDead ? { pid, startedTicks: row.startedTicks, boot } : null;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startedTicks: processRow(process.pid)?.startedTicks ?? '' };
}

export function isAlive(identity: ProcessIdentity | RecordedIdentity): boolean {
  if ('boot' in identity && identity.boot !== boot) return false;
  const now = identify(identity.pid);
  return now !== null && now.startedTicks === identity.startedTicks;
}

/** Names the boot: pids written down before a restart of the machine mean nothing after it. `unknown` where it has no name. */
export const bootId = (): string => boot ?? 'unknown';

/** Names the world of pids: a container that shares a folder with another does not see the other's processes. */
export function pidWorld(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return 'unknown';
  }
}

/** True when the signal was delivered to exactly this process; false when it is gone or its pid belongs to another. */
export function signalIdentity(identity: ProcessIdentity | RecordedIdentity, name: NodeJS.Signals): boolean {
  return isAlive(identity) && deliver(identity.pid, name);
}

/** `kill(2)`; a negative number means the group. False when nobody is there any more. */
export function deliver(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

function readBootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
