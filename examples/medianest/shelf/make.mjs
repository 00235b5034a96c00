// Lays out one release of the shelf as a folder: this project's own files, changed by what shelf/<name>/ says.
//   node shelf/make.mjs <name> <outDir>
// shelf/<name>/release.json   { version, title, breaks: what is wrong with it, or null }
// shelf/<name>/change.mjs     export const edits = [{ file, find, put }]: `find` must stand in the file exactly once
// shelf/<name>/files/…        files added or replaced whole
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const shelf = fileURLToPath(new URL('.', import.meta.url));
const project = fileURLToPath(new URL('..', import.meta.url));
const parts = [
  ...['backend', 'frontend', 'db', 'scripts', 'test', 'package.json', 'env.schema.yaml', 'greenroom.yaml'],
  ...[
    'greenroom.compose.yaml',
    'docker-compose.staging.yml',
    'docker-compose.production.yml',
    'Dockerfile',
    '.dockerignore',
  ],
];

/** The names on the shelf, good ones first. */
export function listReleases() {
  const names = readdirSync(shelf, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  return names.sort(
    (a, b) => Number(readRelease(a).breaks !== null) - Number(readRelease(b).breaks !== null) || a.localeCompare(b),
  );
}

export function readRelease(name) {
  const file = join(shelf, name, 'release.json');
  if (!/^[a-z0-9.-]+$/.test(name) || !existsSync(file)) throw new Error(`There is no release "${name}" on the shelf.`);
  return { name, ...JSON.parse(readFileSync(file, 'utf8')) };
}

/** Writes the release into `outDir`, which must be empty or absent. Returns { name, version, title, breaks }. The same name gives the same bytes. */
export async function makeRelease(name, outDir) {
  const release = readRelease(name);
  if (existsSync(outDir) && readdirSync(outDir).length > 0) throw new Error(`${outDir} is not empty.`);
  mkdirSync(outDir, { recursive: true });
  try {
    const dotEnv = readdirSync(project).filter((file) => file.startsWith('.env.'));
    for (const part of [...parts, ...dotEnv]) cpSync(join(project, part), join(outDir, part), { recursive: true });
    await overlay(release, outDir);
  } catch (error) {
    rmSync(outDir, { recursive: true, force: true });
    throw error;
  }
  return release;
}

async function overlay({ name, version }, outDir) {
  const files = join(shelf, name, 'files');
  if (existsSync(files)) cpSync(files, outDir, { recursive: true });
  const change = join(shelf, name, 'change.mjs');
  const { edits } = existsSync(change) ? await import(pathToFileURL(change).href) : { edits: [] };
  for (const { file, find, put } of [
    ...edits,
    { file: 'package.json', find: '"version": "1.0.0"', put: `"version": "${version}"` },
  ]) {
    const text = readFileSync(join(outDir, file), 'utf8');
    const pieces = text.split(find);
    if (pieces.length !== 2)
      throw new Error(`${name}: ${JSON.stringify(find)} stands ${pieces.length - 1} times in ${file}, once was meant.`);
    writeFileSync(join(outDir, file), pieces.join(put));
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [name, outDir] = process.argv.slice(2);
  if (!name || !outDir) {
    console.error(`node shelf/make.mjs <name> <outDir>, with one of: ${listReleases().join(', ')}`);
    process.exitCode = 2;
  } else {
    const { version, title } = await makeRelease(name, outDir);
    console.log(`${name}: ${version} "${title}" in ${outDir}`);
  }
}
