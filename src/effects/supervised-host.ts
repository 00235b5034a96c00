import { randomInt } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyDirectory } from './artifact.ts';
import { inheritedVariables } from './supervised.ts';
import { readIfThere, writeDurably } from '../host/durable-file.ts';
import { deliver, isAlive, type RecordedIdentity, signalIdentity } from '../host/process-identity.ts';
import { markedMembers } from '../host/process-table.ts';
import { isAtGate, launch } from './supervised-launch.ts';
import { withLock } from './supervised-lock.ts';

const PORT_TRIES = 200;
const LOWEST_PORT = 20_000;

/** This machine, as the process driver is given it. `lockPatienceMs`: how long another may hold the lock of an environment. */
export const supervisedHost = (lockPatienceMs = 10_000) => ({
  verifyTree: verifyDirectory,
  /** Text of a file; null when there is none. */
  async read(path: string): Promise<string | null> {
    return (await readIfThere(path))?.toString('utf8') ?? null;
  },
  write: writeDurably,
  remove: (path: string): Promise<void> => rm(path, { force: true }),
  async makeFolder(path: string): Promise<void> {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },
  /** Names in a folder; none when it is not there. */
  async list(path: string): Promise<readonly string[]> {
    return readdir(path).catch(() => []);
  },
  lock: <T>(path: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> =>
    withLock(path, lockPatienceMs, signal, act),
  freePort,
  isPortFree,
  launch,
  /** `at-gate`: started, not yet allowed to become its command. */
  status(identity: RecordedIdentity): 'running' | 'at-gate' | 'gone' {
    if (!isAlive(identity)) return 'gone';
    return isAtGate(identity) ? 'at-gate' : 'running';
  },
  signal: signalIdentity,
  /** SIGKILL for a process and what remains of its group and session; answers how many were left. */
  endGroup(identity: RecordedIdentity, mark: string): number {
    // Found before the leader dies: afterwards only the mark tells the group from a later one of the same number.
    const members = markedMembers(identity.pid, mark);
    if (isAlive(identity)) deliver(-identity.pid, 'SIGKILL');
    return members.filter((pid) => deliver(pid, 'SIGKILL')).length;
  },
  /** PATH begins with the folder of the node that runs us, so that `node` is the pinned one. */
  inheritedVariables(): Record<string, string> {
    const ours = inheritedVariables();
    return {
      ...ours,
      PATH: `${dirname(process.execPath)}${delimiter}${ours['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}`,
    };
  },
  now: (): number => Date.now(),
  elapsed: (): number => performance.now(),
  sleep: (durationMs: number, signal: AbortSignal): Promise<void> => sleep(durationMs, undefined, { signal }),
});

/**
 * A port below the range the kernel takes for outgoing connections: one from inside it can be gone before the service, which
 * boots for seconds, binds it — under load generators it often is.
 */
async function freePort(host: string, avoid: ReadonlySet<number>): Promise<number> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '49152');
  const ephemeral = Number(range.trim().split(/\s+/)[0]);
  const above = ephemeral > LOWEST_PORT + PORT_TRIES ? ephemeral : 65_536;
  for (let tries = 0; tries < PORT_TRIES; tries += 1) {
    const port = randomInt(LOWEST_PORT, above);
    if (!avoid.has(port) && (await isPortFree(host, port))) return port;
  }
  throw new Error(`no free port between ${LOWEST_PORT} and ${above} on ${host} in ${PORT_TRIES} tries`);
}

async function isPortFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => resolve(true));
  });
  if (free) await new Promise<void>((resolve) => server.close(() => resolve()));
  return free;
}
