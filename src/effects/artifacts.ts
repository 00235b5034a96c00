import { chmod, cp, glob, mkdir, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { digestTree, manifestOf, treeDirectory, verifyTree } from './artifact.ts';
import { fingerprintBeside } from './artifact-beside.ts';
import { workPrefix } from './artifact-leftovers.ts';
import { storeTree } from './artifact-store.ts';
import { withLock } from './supervised-lock.ts';
import { FailureError, ok, type Result } from '../domain/failure.ts';

/** A large tree is copied, hashed and synced in less. */
const MAKING_MS = 120_000;

/** The pinned trees of a project, by digest. */
export const openArtifacts = (storeDirectory: string) => ({
  async store(directory: string, exclude: readonly string[]) {
    const { digest, directory: stored, files, bytes } = await storeTree(directory, exclude, storeDirectory);
    return { digest, directory: stored, fileCount: files, sizeBytes: bytes };
  },
  async verify(digest: string): Promise<Result<{ directory: string; fileCount: number; sizeBytes: number }>> {
    const verified = await verifyTree(storeDirectory, digest);
    if (!verified.ok) return verified;
    const { files, bytes } = verified.value;
    return ok({ directory: treeDirectory(storeDirectory, digest), fileCount: files, sizeBytes: bytes });
  },
  /** Digest of what lies in the place of a tree, whatever it should be; null when nothing there can be read. */
  async measure(digest: string): Promise<string | null> {
    try {
      return (await digestTree(treeDirectory(storeDirectory, digest), [])).digest;
    } catch {
      return null;
    }
  },
  beside: (digest: string): Promise<string | null> => fingerprintBeside(treeDirectory(storeDirectory, digest)),
  directoryOf: (digest: string): string => treeDirectory(storeDirectory, digest),
  async copyTo(digest: string, directory: string): Promise<void> {
    const tree = treeDirectory(storeDirectory, digest);
    const packages: string[] = [];
    const filter = (source: string): boolean => {
      if (path.basename(source) !== 'node_modules') return true;
      packages.push(source);
      return false;
    };
    await cp(tree, directory, { recursive: true, verbatimSymlinks: true, filter });
    // Installed packages are many and only read: a link serves.
    for (const source of packages) await symlink(source, path.join(directory, path.relative(tree, source)));
    for await (const entry of glob('**/*', { cwd: directory, withFileTypes: true }))
      if (!entry.isSymbolicLink()) await writable(path.join(entry.parentPath, entry.name));
  },
  /**
   * Alone with the trees among all processes: what `act` stores is not pruned before it is on record. Throws `GR6408` when another
   * process keeps them for more than two minutes.
   */
  alone: <T>(act: () => Promise<T>): Promise<T> => withTrees(storeDirectory, MAKING_MS, act),
  /** Removes the trees that are none of what is `needed`, which is asked while nobody stores one; answers how many. Somebody who does just now keeps all: 0. */
  async prune(needed: () => Promise<ReadonlySet<string>>): Promise<number> {
    try {
      return await withTrees(storeDirectory, 0, async () => pruneTrees(storeDirectory, await needed()));
    } catch (error) {
      if (error instanceof FailureError && error.failures[0]?.code === 'GR6408') return 0;
      throw error;
    }
  },
});

async function withTrees<T>(storeDirectory: string, patienceMs: number, act: () => Promise<T>): Promise<T> {
  await mkdir(storeDirectory, { recursive: true });
  return withLock(path.join(storeDirectory, '.lock'), patienceMs, new AbortController().signal, act);
}

async function pruneTrees(storeDirectory: string, needed: ReadonlySet<string>): Promise<number> {
  const kept = new Set([...needed].map((digest) => path.basename(treeDirectory(storeDirectory, digest))));
  const old = (await readdir(storeDirectory)).filter((name) => /^[0-9a-f]{64}$/.test(name) && !kept.has(name));
  for (const name of old) {
    const leaving = path.join(storeDirectory, `${workPrefix('leaving')}${name}`);
    // Gone at once: half a tree in its place would be taken for a stored one.
    await rename(path.join(storeDirectory, name), leaving);
    await rm(manifestOf(path.join(storeDirectory, name)), { force: true });
    await rm(leaving, { recursive: true, force: true });
  }
  return old.length;
}

/** Stored trees are read-only, and so are copies of them at first. */
async function writable(file: string): Promise<void> {
  const { mode } = await stat(file);
  await chmod(file, mode | 0o200);
}
