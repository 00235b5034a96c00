// What the embedded PostgreSQL keeps in Greenroom's home, and how those files are read and written.
//
//   postgres.json          how to reach it, 0600            postgres-data      the data, or a link to it
//   postgres-users/        one file per living user         postgres-lock/     who is the keeper
//   postgres.log           what PostgreSQL says             postgres-keeper.log what its keeper says
//   postgres-failure.json  why the keeper gave up last time
import { mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Failure } from '../domain/failure.ts';
import { FailureError } from '../domain/failure.ts';
import { writeDurablySync } from '../host/durable-file.ts';
import { diskFailure } from '../host/full-disk.ts';
import type { ProcessIdentity } from '../host/process-identity.ts';

export interface PostgresHome {
  readonly dir: string;
  readonly stateFile: string;
  readonly usersDir: string;
  readonly lockDir: string;
  readonly dataLink: string;
  readonly logFile: string;
  readonly keeperLogFile: string;
  readonly failureFile: string;
}

/** Content of postgres.json. The port stays the same for as long as nobody else takes it while PostgreSQL is down. */
export interface StoredState {
  readonly port: number;
  readonly password: string;
  readonly dataDir: string;
  readonly binDir: string;
  readonly keeper: ProcessIdentity;
  /** null while PostgreSQL is down. */
  readonly postmaster: ProcessIdentity | null;
  /** Version of the package the binaries came from. */
  readonly version: string;
}

/** Creates the folders that are missing. Throws GR2801 when the home cannot be written. */
export function openHome(homeDir: string): PostgresHome {
  try {
    mkdirSync(homeDir, { recursive: true });
    const home = homePaths(realpathSync(homeDir));
    mkdirSync(home.usersDir, { recursive: true, mode: 0o700 });
    mkdirSync(home.lockDir, { recursive: true, mode: 0o700 });
    return home;
  } catch (error) {
    throw homeFailure(homeDir, error);
  }
}

export function homePaths(dir: string): PostgresHome {
  const at = (name: string) => path.join(dir, name);
  return {
    dir,
    stateFile: at('postgres.json'),
    usersDir: at('postgres-users'),
    lockDir: at('postgres-lock'),
    dataLink: at('postgres-data'),
    logFile: at('postgres.log'),
    keeperLogFile: at('postgres-keeper.log'),
    failureFile: at('postgres-failure.json'),
  };
}

/** null when there is none or it is not whole. Throws when it may not be read. */
export function readState(home: PostgresHome): StoredState | null {
  const value = readJson(home.stateFile);
  return isStoredState(value) ? value : null;
}

/** Why the keeper gave up, when it did so after the given instant. */
export function readFailure(home: PostgresHome, sinceMs: number): Failure | null {
  const value = readJson(home.failureFile);
  if (!isRecord(value) || typeof value['atMs'] !== 'number' || value['atMs'] < sinceMs) return null;
  const { code, message, where, do: next } = value;
  if (typeof code !== 'string' || typeof message !== 'string') return null;
  return { code, message, ...(typeof where === 'string' && { where }), ...(typeof next === 'string' && { do: next }) };
}

/** Readers see the old file or the new one, whole, also after a power cut. Mode 0600. Throws GR2801 when it may not be written. */
export function writeJson(file: string, value: unknown): void {
  try {
    writeDurablySync(file, `${JSON.stringify(value, null, 2)}\n`);
  } catch (error) {
    throw isForbidden(error) ? homeFailure(path.dirname(file), error) : error;
  }
}

/** null when the file is absent or no JSON. Throws FailureError GR2801 when it may not be read. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (isForbidden(error)) throw homeFailure(file, error);
    return null;
  }
}

/** The last lines of a log, for people who ask why. */
export function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

export function isIdentity(value: unknown): value is ProcessIdentity {
  return isRecord(value) && Number.isInteger(value['pid']) && typeof value['startedTicks'] === 'string';
}

export function errorCode(error: unknown): string | undefined {
  return isRecord(error) && typeof error['code'] === 'string' ? error['code'] : undefined;
}

function isStoredState(value: unknown): value is StoredState {
  if (!isRecord(value) || !Number.isInteger(value['port']) || !isIdentity(value['keeper'])) return false;
  if (value['postmaster'] !== null && !isIdentity(value['postmaster'])) return false;
  return ['password', 'dataDir', 'binDir', 'version'].every((name) => typeof value[name] === 'string');
}

const isForbidden = (error: unknown) => ['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '');

function homeFailure(place: string, error: unknown): FailureError {
  const full = diskFailure(error);
  if (full) return new FailureError(full);
  const owner = ownerOf(place);
  return new FailureError({
    code: 'GR2801',
    message: `The home of the embedded PostgreSQL cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
    where: place,
    do: `Give it to the user who runs Greenroom${owner === null ? '' : ` (it belongs to uid ${owner})`}, or set DATABASE_URL to a PostgreSQL of your own.`,
  });
}

function ownerOf(place: string): number | null {
  return statSync(place, { throwIfNoEntry: false })?.uid ?? null;
}
