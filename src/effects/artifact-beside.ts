import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { inParallel } from './artifact-tree.ts';

/** No package has a name with a dot before it: these hold packages all the same. The others are what tools write there while they run. */
const storesOfPackages = new Set(['.pnpm', '.prisma', '.store']);
const isOfTools = (name: string): boolean => name.startsWith('.') && !storesOfPackages.has(name);

/**
 * Node looks for packages in every folder above a program. For a tree without packages of its own: a fingerprint of those it finds
 * beside itself, by path, size and time of each file; null when there are none, or the tree has its own.
 */
export async function fingerprintBeside(tree: string): Promise<string | null> {
  if (existsSync(path.join(tree, 'node_modules'))) return null;
  const folders = packagesAbove(tree);
  if (folders.length === 0) return null;
  const lines = (await Promise.all(folders.map((folder) => describe(folder)))).flat();
  return `beside:sha256:${createHash('sha256').update(lines.join('\n')).digest('hex')}`;
}

/** Every `node_modules` in which Node looks for packages of a program in `folder`, beside its own; the nearest first. */
export const packagesAbove = (folder: string): readonly string[] =>
  foldersAbove(folder)
    .map((above) => path.join(above, 'node_modules'))
    .filter((packages) => existsSync(packages));

function foldersAbove(folder: string): readonly string[] {
  const above = path.dirname(folder);
  return above === folder ? [] : [above, ...foldersAbove(above)];
}

async function describe(packages: string): Promise<readonly string[]> {
  const names = (await readdir(packages)).filter((name) => !isOfTools(name));
  const files = (await inParallel(names, (name) => filesOf(path.join(packages, name)))).flat().toSorted();
  return inParallel(files, async (file) => {
    const { size, mtimeMs, mode } = await lstat(file);
    return `${JSON.stringify(file)} ${size} ${mtimeMs} ${mode}`;
  });
}

async function filesOf(place: string): Promise<readonly string[]> {
  if (!(await lstat(place)).isDirectory()) return [place];
  const entries = await readdir(place, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name));
}
