// The embedded PostgreSQL: several Greenroom processes and the apps they started share one, per home.
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import { keeperOf } from './keeper-lock.ts';
import type { PostgresHome, StoredState } from './postgres-home.ts';
import { errorCode, homePaths, lastLines, openHome, readFailure, readState } from './postgres-home.ts';
import type { PostgresUser } from './postgres-users.ts';
import { addJoining, addUser, liveUsers } from './postgres-users.ts';
import { isAlive, ownIdentity } from '../host/process-identity.ts';
import { programFile } from '../host/program.ts';

export type { PostgresUser } from './postgres-users.ts';

const keeperProgram = programFile('embedded/keeper');
const joinTimeoutMs = 30_000;
const watchMs = 1000;

export interface EmbeddedPostgres {
  /** URL of the maintenance database, as superuser. */
  readonly adminUrl: string;
  urlFor(database: string): string;
  readonly port: number;
  /** Of the running server, such as `18.4`. */
  readonly version: string;
  /** Leaves as a user; the keeper stops PostgreSQL when the last user has left or died. */
  leave(): Promise<void>;
}

export interface PostgresState {
  readonly running: boolean;
  readonly port: number;
  readonly version: string;
  readonly dataDir: string;
  readonly keeperPid: number | null;
  readonly postmasterPid: number | null;
  readonly users: readonly PostgresUser[];
}

/**
 * Starts PostgreSQL when nobody has, and stays its user until `leave` or the end of this process. While joined, this
 * process also starts a new keeper when the keeper was killed. Throws FailureError GR2801–GR2810.
 */
export async function joinPostgres(options: {
  homeDir: string;
  label: string;
  onProgress?: (line: string) => void;
}): Promise<EmbeddedPostgres> {
  const home = openHome(options.homeDir);
  // First: a keeper that is about to stop sees it and stays.
  const userFile = addJoining(home, { ...ownIdentity(), label: options.label });
  try {
    const { state, version } = await untilReachable(home, options.onProgress ?? (() => undefined));
    // Not all at once, so that mostly one of several processes starts the new keeper.
    const watch = setInterval(() => replaceKeeper(home), watchMs * (0.5 + Math.random())).unref();
    const leave = async () => {
      clearInterval(watch);
      rmSync(userFile, { force: true });
    };
    const urlFor = (database: string) => urlOf(state, database);
    return { adminUrl: urlFor('postgres'), urlFor, port: state.port, version, leave };
  } catch (error) {
    rmSync(userFile, { force: true });
    throw error;
  }
}

/** A process that keeps its data there is a user too: PostgreSQL stays until it has ended. */
export async function registerUser(homeDir: string, user: PostgresUser): Promise<void> {
  addUser(openHome(homeDir), user);
}

/** Creates the database when it is missing, also when others do so at the same moment. Returns its URL. */
export async function ensureDatabase(postgres: EmbeddedPostgres, name: string): Promise<string> {
  // PostgreSQL silently cuts longer names, and clients disagree on how these signs stand in a URL.
  if (name.length === 0 || Buffer.byteLength(name) > 63 || /[/?#\0]|^\.+$/.test(name)) {
    fail({
      code: 'GR2811',
      message: `"${name}" cannot name a database.`,
      do: 'Use 1 to 63 bytes without "/", "?" and "#".',
    });
  }
  const client = new Client({ connectionString: postgres.adminUrl });
  client.on('error', () => undefined); // the query in flight fails of it
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    // template0 takes no connections, so nobody's session on the template can be in the way.
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)} template template0`);
  } catch (error) {
    const madeByOthers = errorCode(error) === '42P04' || errorCode(error) === '23505';
    if (!madeByOthers) throw error;
  } finally {
    await client.end();
  }
  return postgres.urlFor(name);
}

/** How it stands, without touching it; null when this home never had one. */
export function postgresState(homeDir: string): PostgresState | null {
  const home = homePaths(homeDir);
  const state = readState(home);
  if (state === null) return null;
  const running = state.postmaster !== null && isAlive(state.postmaster);
  return {
    running,
    port: state.port,
    version: state.version,
    dataDir: state.dataDir,
    keeperPid: keeperOf(home)?.pid ?? null,
    postmasterPid: running ? (state.postmaster?.pid ?? null) : null,
    users: liveUsers(home),
  };
}

const urlOf = (state: StoredState, database: string) =>
  `postgresql://postgres:${encodeURIComponent(state.password)}@127.0.0.1:${state.port}/${encodeURI(database)}`;

async function untilReachable(
  home: PostgresHome,
  onProgress: (line: string) => void,
): Promise<{ state: StoredState; version: string }> {
  const beganMs = Date.now();
  const before = readState(home)?.postmaster;
  // One that lost its keeper still answers: a new keeper adopts it, and nothing is started.
  const starts = keeperOf(home) === null && !(before && isAlive(before));
  if (starts) onProgress('Starting the embedded PostgreSQL.');
  let lastAnswer = 'nothing listens yet';
  while (Date.now() - beganMs < joinTimeoutMs) {
    // In this order: a keeper seen dead has written why before.
    const keeper = keeperOf(home);
    const failure = readFailure(home, beganMs);
    if (failure !== null) fail(failure);
    if (keeper === null) await startKeeper(home);
    const state = readState(home);
    if (state?.postmaster && isAlive(state.postmaster)) {
      const tried = await tryConnection(urlOf(state, 'postgres'));
      if (tried.status === 'connected') {
        if (starts) onProgress(`The embedded PostgreSQL ${tried.version} answers on 127.0.0.1:${state.port}.`);
        return { state, version: tried.version };
      }
      lastAnswer = tried.reason;
    }
    await sleep(25);
  }
  const said = [lastLines(home.keeperLogFile, 4), lastLines(home.logFile, 4)].filter((text) => text !== '').join('\n');
  return fail({
    code: 'GR2810',
    message: `The embedded PostgreSQL did not answer within ${joinTimeoutMs / 1000} s (${lastAnswer}). Last lines of its logs:\n${said}`,
    where: home.logFile,
    do: 'Read postgres.log and postgres-keeper.log there, or set DATABASE_URL to a PostgreSQL of your own.',
  });
}

async function tryConnection(
  url: string,
): Promise<{ status: 'connected'; version: string } | { status: 'refused'; reason: string }> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const answer = await client.query<{ server_version: string }>('show server_version');
    return { status: 'connected', version: answer.rows[0]?.server_version ?? 'unknown' };
  } catch (error) {
    return { status: 'refused', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await client.end().catch(() => undefined);
  }
}

const startingKeepers = new Set<string>();

function replaceKeeper(home: PostgresHome): void {
  try {
    if (keeperOf(home) === null) startKeeper(home).catch(() => undefined);
  } catch {
    // The home was removed under us: there is nothing left to keep.
  }
}

/** Resolves when the new keeper holds the lock, has lost it to another or has ended. */
async function startKeeper(home: PostgresHome): Promise<void> {
  if (startingKeepers.has(home.dir)) return void (await sleep(25));
  startingKeepers.add(home.dir);
  const log = openSync(home.keeperLogFile, 'a', 0o600);
  try {
    const keeper = spawn(process.execPath, [keeperProgram, home.dir], {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      env: keeperEnvironment(),
    });
    const ended = new AbortController();
    for (const event of ['error', 'exit']) keeper.on(event, () => ended.abort());
    keeper.unref();
    while (!ended.signal.aborted && keeperOf(home) === null) await sleep(10);
    if (keeperOf(home) === null) await sleep(200);
  } finally {
    closeSync(log);
    startingKeepers.delete(home.dir);
  }
}

/** The keeper outlives us and needs none of our secrets. */
function keeperEnvironment(): NodeJS.ProcessEnv {
  const passed = ['PATH', 'HOME', 'XDG_CACHE_HOME', 'LANG', 'TMPDIR'];
  return Object.fromEntries(
    passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
