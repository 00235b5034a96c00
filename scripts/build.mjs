// Builds dist/: every program of src with what it needs, in few files, which load three times as fast as a thousand. Does nothing while dist is newer than the sources.
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundle } from './bundle.mjs';
import { alone, root } from './install.mjs';
import { compileKernel, isCompiled } from './kernel.mjs';
import { licencesOf } from './licences.mjs';

/** Started as processes or threads of their own; `programFile` in src/host finds each. */
const programs = [
  ...['cli/main', 'edge/main', 'effects/supervisor', 'embedded/keeper', 'load/child', 'load/metronome'],
  ...['refresh/copy-thread', 'refresh/dump-thread', 'refresh/prove-thread'],
];
const sources = ['src', 'package-lock.json'];
const built = path.join(root, 'dist');
/** `readKernelFile` in src/host finds it. */
const kernel = 'kernel/kernel.wasm';

/** When a file came to be what it is: unlike its time of change, nobody can set this one back. */
const becameMs = (file) => statSync(file).ctimeMs;

function newestMs(place) {
  if (!statSync(place).isDirectory()) return becameMs(place);
  const below = readdirSync(place, { withFileTypes: true, recursive: true });
  return Math.max(becameMs(place), ...below.map((each) => becameMs(path.join(each.parentPath, each.name))));
}

/** bin/greenroom asks the same, in shell: a build stands for what was there when it began. */
function isBuilt() {
  const began = statSync(path.join(built, 'began'), { throwIfNoEntry: false });
  return began !== undefined && sources.every((each) => newestMs(path.join(root, each)) < began.mtimeMs);
}

async function build() {
  const fresh = path.join(root, '.tmp', 'build');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  writeFileSync(path.join(fresh, 'began'), '');
  const modules = await bundle(Object.fromEntries(programs.map((name) => [name, `src/${name}.ts`])), fresh);
  writeFileSync(path.join(fresh, 'LICENCES'), licencesOf(modules));
  await putKernel(path.join(fresh, kernel));
  const old = `${fresh}-old`;
  rmSync(old, { recursive: true, force: true });
  if (statSync(built, { throwIfNoEntry: false })) renameSync(built, old);
  renameSync(fresh, built);
  rmSync(old, { recursive: true, force: true });
}

/** The one of the last build serves as long as nothing of the kernel changed. */
async function putKernel(file) {
  const last = path.join(built, kernel);
  if (!isCompiled(last)) return compileKernel(file);
  const { atime, mtime } = statSync(last);
  mkdirSync(path.dirname(file), { recursive: true });
  copyFileSync(last, file);
  utimesSync(file, atime, mtime);
}

try {
  if (!isBuilt()) await alone(() => (isBuilt() ? undefined : build()));
} catch (error) {
  console.error(`greenroom: dist could not be built: ${error.message}`);
  process.exitCode = 1;
}
