// Installs what is missing: runs `npm ci` when node_modules is absent or older than the lock. Plain JavaScript for any Node from 20 on.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');
const modules = path.join(root, 'node_modules');
const installing = path.join(root, '.tmp', 'installing');

const changedAt = (file) => statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** npm writes its own copy of the lock last, so one that is there and not older stands for a whole installation. */
const isInstalled = () => changedAt('node_modules/.package-lock.json') >= changedAt('package-lock.json');

export async function install() {
  if (isInstalled()) return;
  await alone(() => {
    if (isInstalled()) return;
    console.error('greenroom: installing dependencies (npm ci) …');
    const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
    if (done.error) fail(`npm could not be started: ${done.error.message}`);
    if (done.status !== 0) fail(`npm ci ended with exit code ${done.status}`);
  });
}

/** Two commands started at once on a fresh checkout must not install, or build, into each other. */
export async function alone(work) {
  mkdirSync(path.dirname(installing), { recursive: true });
  while (!claim()) {
    if (!isOwned()) rmSync(installing, { recursive: true, force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  }
  try {
    await work();
  } finally {
    rmSync(installing, { recursive: true, force: true });
  }
}

function claim() {
  try {
    mkdirSync(installing);
    writeFileSync(path.join(installing, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function isOwned() {
  try {
    process.kill(Number(readFileSync(path.join(installing, 'pid'), 'utf8')), 0);
    return true;
  } catch (error) {
    // Claimed a moment ago and not signed yet, or signed by another user's process.
    return error.code === 'EPERM' || Date.now() - changedAt('.tmp/installing') < 2_000;
  }
}

function fail(message) {
  console.error(`greenroom: ${message}.\n  do     Run "npm ci" in ${root} and read what it prints.`);
  rmSync(installing, { recursive: true, force: true });
  process.exit(2);
}

/** The pinned Node when its package is installed for this platform, otherwise the one that runs now. */
export function pinnedNode() {
  const pinned = path.join(modules, '.bin', 'node');
  return existsSync(pinned) ? pinned : process.execPath;
}

if (process.argv[1] === import.meta.filename) await install();
