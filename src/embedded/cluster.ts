// The data of the embedded PostgreSQL: finds it, or makes it on first use so that a kill in between leaves nothing.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync } from 'node:fs';
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fail } from '../domain/failure.ts';
import type { Binaries } from './binaries.ts';
import { noPlace, rootFolder } from './binaries.ts';
import type { Account } from './postgres-account.ts';
import { accountFor, canEnter, giveTo, isRoot, spawnAs } from './postgres-account.ts';
import type { PostgresHome } from './postgres-home.ts';
import { isRecord, readJson } from './postgres-home.ts';

export interface Cluster {
  readonly dataDir: string;
  /** Of the superuser `postgres`. */
  readonly password: string;
  /** Stands in the title of every process of this cluster, so that orphans can be told from other PostgreSQLs. */
  readonly name: string;
  readonly account: Account | null;
}

/** Lies inside the data, so that password and data come and go together. */
const secretName = 'greenroom.json';

/** Throws GR2804 (data gone), GR2805 (other major version), GR2806 (initdb failed), GR2807 (not Greenroom's). */
export function openCluster(home: PostgresHome, binaries: Binaries): Cluster {
  removeLeftovers(home);
  const dataDir = dataDirOf(home);
  if (!existsSync(dataDir)) {
    if (existsSync(home.stateFile)) refuseMissing(home, dataDir);
    return makeCluster(dataDir, binaries);
  }
  const secret = readJson(path.join(dataDir, secretName));
  if (!isRecord(secret) || typeof secret['password'] !== 'string' || typeof secret['name'] !== 'string') {
    return fail({
      code: 'GR2807',
      message: 'The folder of the embedded PostgreSQL holds something that Greenroom did not make.',
      where: dataDir,
      do: 'Move it away, or set DATABASE_URL to a PostgreSQL of your own.',
    });
  }
  refuseOtherMajor(dataDir, binaries);
  return { dataDir, password: secret['password'], name: secret['name'], account: accountFor(dataDir) };
}

/** In the home, or behind a link where root's home is closed to the user that PostgreSQL runs as. */
function dataDirOf(home: PostgresHome): string {
  const there = lstatSync(home.dataLink, { throwIfNoEntry: false });
  if (there?.isSymbolicLink()) return readlinkSync(home.dataLink);
  if (there !== undefined || !isRoot() || canEnter(home.dir)) return home.dataLink;
  const place = mkdtempSync(path.join(rootFolder() ?? noPlace(), 'data-'));
  giveTo(accountFor(null), place);
  writeFileSync(path.join(place, 'belongs-to'), `${home.dir}\n`, { mode: 0o600 });
  const dataDir = path.join(place, 'postgres-data');
  symlinkSync(dataDir, home.dataLink);
  return dataDir;
}

/** Data behind a link goes with the home it belongs to, as data inside of it would. */
export function removeOutsideData(home: PostgresHome, cluster: Cluster): void {
  const place = path.dirname(cluster.dataDir);
  const owner = readText(path.join(place, 'belongs-to'));
  if (owner?.trim() === home.dir) rmSync(place, { recursive: true, force: true });
}

function readText(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** initdb runs beside the place of the data; the rename at its end is what makes the cluster exist. */
function makeCluster(dataDir: string, binaries: Binaries): Cluster {
  const account = accountFor(null);
  const draft = mkdtempSync(path.join(path.dirname(dataDir), 'postgres-init-'));
  const made = path.join(draft, 'data');
  const passwordFile = path.join(draft, 'password');
  const secret = {
    password: randomBytes(24).toString('base64url'),
    name: `greenroom-${randomBytes(6).toString('hex')}`,
  };
  try {
    mkdirSync(made, { mode: 0o700 });
    writeFileSync(passwordFile, `${secret.password}\n`, { mode: 0o600 });
    for (const owned of [draft, made, passwordFile]) giveTo(account, owned);
    runInitdb(binaries, account, made, passwordFile);
    writeFileSync(path.join(made, secretName), JSON.stringify(secret), { mode: 0o600 });
    giveTo(account, path.join(made, secretName));
    renameSync(made, dataDir);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return { dataDir, ...secret, account };
}

function runInitdb(binaries: Binaries, account: Account | null, dataDir: string, passwordFile: string): void {
  // C.UTF-8 sorts by code point, the same on every machine; where the system has no such locale PostgreSQL brings its own.
  const locale =
    process.platform === 'linux'
      ? ['--locale=C.UTF-8']
      : ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const fixed = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--no-sync', '--no-instructions'];
  const done = spawnSync(
    path.join(binaries.binDir, 'initdb'),
    [`--pgdata=${dataDir}`, `--pwfile=${passwordFile}`, ...fixed, ...locale],
    { ...spawnAs(account), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  if (done.status === 0) return;
  const said = (done.error?.message ?? done.stderr).trim().split('\n').slice(-5).join('\n');
  fail({
    code: 'GR2806',
    message: `The embedded PostgreSQL could not make its data (initdb, ${done.signal ?? `exit code ${done.status}`}):\n${said}`,
    where: dataDir,
    do: 'Look at free disk space and the rights of that folder, or set DATABASE_URL to a PostgreSQL of your own.',
  });
}

/** What a killed initdb left. Only the keeper comes here, so no living one is disturbed. */
function removeLeftovers(home: PostgresHome): void {
  const link = lstatSync(home.dataLink, { throwIfNoEntry: false });
  const place = link?.isSymbolicLink() ? path.dirname(readlinkSync(home.dataLink)) : home.dir;
  if (!existsSync(place)) return;
  for (const name of readdirSync(place).filter((entry) => entry.startsWith('postgres-init-'))) {
    try {
      rmSync(path.join(place, name), { recursive: true, force: true });
    } catch {
      // An initdb whose keeper was killed may still be writing there; the next keeper takes what remains.
    }
  }
}

function refuseMissing(home: PostgresHome, dataDir: string): never {
  return fail({
    code: 'GR2804',
    message: 'The data of the embedded PostgreSQL is gone.',
    where: dataDir,
    do: `Put it back, or remove ${home.stateFile} to begin with an empty database.`,
  });
}

function refuseOtherMajor(dataDir: string, binaries: Binaries): void {
  const major = readFileSync(path.join(dataDir, 'PG_VERSION'), 'utf8').trim();
  if (binaries.version.startsWith(`${major}.`)) return;
  fail({
    code: 'GR2805',
    message: `The data was made by PostgreSQL ${major}; this Greenroom brings ${binaries.version}.`,
    where: dataDir,
    do: `Use the Greenroom that made it, or move the data over with pg_dump of a PostgreSQL ${major}.`,
  });
}
