import { chmod, copyFile, mkdir, mkdtemp, open, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { FailureError } from '../domain/failure.ts';
import { manifestOf, readTree, treeDirectory, type TreeDigest } from './artifact.ts';
import { sweep, workPrefix } from './artifact-leftovers.ts';
import { inParallel, isExcluded, type TreeEntry } from './artifact-tree.ts';
import { writeDurably } from '../host/durable-file.ts';

export interface StoredTree extends TreeDigest {
  readonly directory: string;
}

/**
 * Copies a tree to `<storeDir>/<hex of its digest>/`, files without write permission. The folder appears whole or not at all;
 * storing the same again changes nothing, and two at once agree. Throws `GR6501`, `GR6502`, `GR6505` (the tree changed meanwhile),
 * `GR6506` (the store lies inside the tree).
 */
export async function storeTree(directory: string, exclude: readonly string[], storeDir: string): Promise<StoredTree> {
  refuseStoreInside(directory, exclude, storeDir);
  const source = await readTree(directory, exclude);
  const target = treeDirectory(storeDir, source.digest);
  const stored = { digest: source.digest, files: source.files, bytes: source.bytes, directory: target };
  await mkdir(storeDir, { recursive: true });
  await sweep(storeDir);
  if (await isDirectory(target)) return stored;
  const incoming = await mkdtemp(join(storeDir, workPrefix('incoming')));
  try {
    await copyEntries(directory, source.entries, incoming);
    const copy = await readTree(incoming, []);
    if (copy.digest !== source.digest) changedMeanwhile(directory, source.digest, copy.digest);
    await writeDurably(manifestOf(target), source.description);
    await rename(incoming, target).catch(async (error: unknown) => {
      if (!(await isDirectory(target))) throw error;
    });
    await syncFolder(storeDir);
    return stored;
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

async function copyEntries(from: string, entries: readonly TreeEntry[], to: string): Promise<void> {
  const folders = [...new Set(entries.map((entry) => dirname(join(to, entry.path))))];
  await inParallel(folders, (folder) => mkdir(folder, { recursive: true }));
  await inParallel(entries, async (entry) => {
    const path = join(to, entry.path);
    if (entry.kind === 'link') return symlink(entry.target, path);
    await copyFile(join(from, entry.path), path);
    await chmod(path, entry.executable ? 0o755 : 0o644);
    const handle = await open(path, 'r+');
    await handle.datasync();
    await handle.close();
    await chmod(path, entry.executable ? 0o555 : 0o444);
  });
  await inParallel([...folders, to], syncFolder);
}

function refuseStoreInside(directory: string, exclude: readonly string[], storeDir: string): void {
  const inside = relative(resolve(directory), resolve(storeDir));
  const parts = inside.split('/');
  if (parts[0] === '..') return;
  if (inside !== '' && parts.some((_, index) => isExcluded(parts.slice(0, index + 1).join('/'), exclude))) return;
  throw new FailureError({
    code: 'GR6506',
    message: `The release tree would hold its own store, ${storeDir}.`,
    where: directory,
    do: 'Name the folder of the store in artifact.exclude.',
  });
}

function changedMeanwhile(directory: string, before: string, after: string): never {
  throw new FailureError({
    code: 'GR6505',
    message: `The tree changed while it was being stored: ${before} when read first, ${after} in the copy.`,
    where: directory,
    do: 'Wait until builds and editors are done, then make the release again.',
  });
}

const isDirectory = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() ?? false;

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().catch(() => undefined);
  await handle.close();
}
