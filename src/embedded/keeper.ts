// The process that keeps PostgreSQL: started detached by the first that needs it, gone with the last.
//
//   claim the lock ── lost ──► exit
//        │ won
//        ▼
//   programs, data ──► adopt the running server, or start one ◄──┐
//        ▼                                                       │ died, or somebody came while it stopped
//      watch ───────────────────────────────────────────────────┘
//        │ nobody has used it for 1.5 s, SIGTERM, or the home was removed
//        ▼
//   stop the server ──► exit
//
// A keeper that is killed takes nothing along: the next one adopts its server.
import { closeSync, copyFileSync, existsSync, fstatSync, openSync, statSync, truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../domain/failure.ts';
import { FailureError } from '../domain/failure.ts';
import type { Binaries } from './binaries.ts';
import { installBinaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import { openCluster, removeOutsideData } from './cluster.ts';
import type { KeeperLock } from './keeper-lock.ts';
import { claimKeeperLock } from './keeper-lock.ts';
import type { PostgresHome, StoredState } from './postgres-home.ts';
import { hopeless } from './hopeless.ts';
import { openHome, readState, writeJson } from './postgres-home.ts';
import { liveUsers, sweepUsers } from './postgres-users.ts';
import type { Postmaster } from './postmaster.ts';
import { choosePort, clearRemains, findPostmaster, isFree, isReady } from './postmaster.ts';
import { spawnPostmaster, stopPostmaster } from './postmaster.ts';
import { identify, isAlive, ownIdentity } from '../host/process-identity.ts';

const graceMs = 1500;
const tickMs = 200;
const logLimitBytes = 5 * 1024 * 1024;
/** So many starts that fail in a row are reported to those who wait; trying goes on. */
const hopelessStarts = 5;

interface Kept {
  readonly home: PostgresHome;
  readonly lock: KeeperLock;
  readonly binaries: Binaries;
  readonly cluster: Cluster;
  postmaster: Postmaster | null;
  failedStarts: number;
  startedAtMs: number;
}

let stopAsked = false;
let wake: AbortController | null = null;

async function keep(kept: Kept): Promise<void> {
  let usedAtMs = Date.now();
  for (;;) {
    if (stopAsked || homeIsGone(kept)) return stop(kept);
    kept.lock.touch();
    if (liveUsers(kept.home).length > 0) usedAtMs = Date.now();
    // The pid file of a killed server still says that it had been ready: such an end is no failed start.
    if (kept.failedStarts > 0 && isReady(kept.cluster)) kept.failedStarts = 0;
    sweepUsers(kept.home);
    if (Date.now() - usedAtMs > graceMs) {
      if (await stopUnused(kept)) return;
      usedAtMs = Date.now();
    } else if (kept.postmaster === null || !isAlive(kept.postmaster.identity)) {
      await revive(kept);
    }
    limitLog(kept.home);
    await pause();
  }
}

const homeIsGone = ({ home, lock, postmaster }: Kept) =>
  postmaster !== null && [home.stateFile, home.usersDir, lock.file].some((file) => !existsSync(file));

/** Tells removed from moved or unmounted: our own log, which is open, has no name any more. */
async function homeWasRemoved(home: PostgresHome): Promise<boolean> {
  for (let tries = 0; !existsSync(home.stateFile) && existsSync(home.dir) && tries < 20; tries += 1) await sleep(100);
  const log = fstatSync(1);
  return !existsSync(home.dir) && log.isFile() && log.nlink === 0;
}

/**
 * Says first that it stops, then looks for users once more; who joins writes down first that he uses it, then reads
 * how it stands. So one of the two always sees the other, and nobody is handed a server that is about to go.
 * Returns whether the keeper may go too.
 */
async function stopUnused(kept: Kept): Promise<boolean> {
  publish(kept, null);
  if (liveUsers(kept.home).length === 0) await stop(kept);
  else publish(kept, kept.postmaster);
  // Who came while it stopped saw a living keeper and waits for it.
  return liveUsers(kept.home).length === 0;
}

async function pause(): Promise<void> {
  wake = new AbortController();
  await sleep(tickMs, undefined, { signal: wake.signal }).catch(() => undefined);
}

async function revive(kept: Kept): Promise<void> {
  const { home, cluster, binaries } = kept;
  if (Date.now() - kept.startedAtMs < backOffMs(kept.failedStarts)) return;
  kept.startedAtMs = Date.now();
  if (kept.failedStarts >= hopelessStarts) reportFailure(home, hopeless(home, kept.failedStarts));
  kept.failedStarts += 1;
  const running = findPostmaster(cluster);
  if (running !== null) return adopt(kept, running);
  await clearRemains(cluster);
  const port = await portToUse(kept);
  const log = openSync(home.logFile, 'a', 0o600);
  const child = spawnPostmaster(cluster, binaries, port, log);
  closeSync(log);
  const identity = child.pid === undefined ? null : identify(child.pid);
  child.on('error', (error) => say(`PostgreSQL could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    say(`PostgreSQL ${child.pid} ended (${signal ?? `exit code ${code}`})`);
    wake?.abort();
  });
  if (identity === null) return;
  say(`PostgreSQL ${identity.pid} started on port ${port}`);
  kept.postmaster = { identity, port };
  publish(kept, kept.postmaster);
}

function adopt(kept: Kept, running: Postmaster): void {
  say(`PostgreSQL ${running.identity.pid} on port ${running.port} runs already and is kept`);
  kept.postmaster = running;
  publish(kept, running);
}

const backOffMs = (failedStarts: number) => (failedStarts === 0 ? 0 : Math.min(5000, 100 * 2 ** (failedStarts - 1)));

/** Waits a little for the port that apps know; the sockets of a killed server can linger. */
async function portToUse(kept: Kept): Promise<number> {
  const known = kept.postmaster?.port ?? readState(kept.home)?.port ?? null;
  if (known !== null) for (let tries = 0; tries < 20 && !(await isFree(known)); tries += 1) await sleep(100);
  const port = await choosePort(known);
  if (known !== null && port !== known) say(`port ${known} was taken by another program; PostgreSQL moves to ${port}`);
  return port;
}

async function stop(kept: Kept): Promise<void> {
  const { postmaster } = kept;
  if (postmaster === null) return;
  if (!homeIsGone(kept)) publish(kept, null);
  await stopPostmaster(postmaster.identity);
  say(`PostgreSQL ${postmaster.identity.pid} stopped`);
  kept.postmaster = null;
  kept.failedStarts = 0;
  kept.startedAtMs = 0;
}

/** Tells how to reach it; null: not now, but at the same port again. */
function publish(kept: Kept, running: Postmaster | null): void {
  const port = running?.port ?? kept.postmaster?.port;
  if (port === undefined) return;
  const { password, dataDir } = kept.cluster;
  const { binDir, version } = kept.binaries;
  const keeper = ownIdentity();
  const postmaster = running?.identity ?? null;
  const state: StoredState = { port, password, dataDir, binDir, keeper, postmaster, version };
  writeJson(kept.home.stateFile, state);
}

/** The server appends, so the file can be cut under it. One older part is kept. */
function limitLog(home: PostgresHome): void {
  for (const file of [home.logFile, home.keeperLogFile]) {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < logLimitBytes) continue;
    copyFileSync(file, `${file}.1`);
    truncateSync(file);
  }
}

function reportFailure(home: PostgresHome, failure: Failure): void {
  say(`${failure.code} ${failure.message}`);
  writeJson(home.failureFile, { ...failure, atMs: Date.now() });
}

function say(line: string): void {
  console.log(`${new Date().toISOString()} [${process.pid}] ${line}`);
}

async function main(homeDir: string): Promise<void> {
  process.umask(0o022);
  // Removed since we were asked: making it anew would leave an empty one behind.
  if (!existsSync(homeDir)) return;
  const home = openHome(homeDir);
  const lock = claimKeeperLock(home);
  if (lock === null) return;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => askToStop());
  process.on('SIGHUP', () => undefined);
  try {
    limitLog(home);
    const binaries = installBinaries(home);
    const cluster = openCluster(home, binaries);
    const kept: Kept = { home, lock, binaries, cluster, postmaster: null, failedStarts: 0, startedAtMs: 0 };
    await keep(kept).catch(async (error: unknown) => {
      // A home that is being removed fails in the middle of a look; the server must not stay behind.
      if (!homeIsGone(kept)) throw error;
      await stop(kept);
    });
    if (await homeWasRemoved(home)) removeOutsideData(home, cluster);
  } catch (error) {
    const known = error instanceof FailureError ? error.failures[0] : undefined;
    const message = `The keeper of the embedded PostgreSQL failed: ${error instanceof Error ? error.message : String(error)}`;
    const report = known ?? {
      code: 'GR2809',
      message,
      where: home.keeperLogFile,
      do: 'Start again; read that log if it comes back.',
    };
    if (existsSync(home.dir)) reportFailure(home, report);
    process.exitCode = 1;
  }
}

function askToStop(): void {
  stopAsked = true;
  wake?.abort();
}

await main(process.argv[2] ?? '');
process.exit();
