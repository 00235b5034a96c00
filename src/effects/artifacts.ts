import { chmod, cp, glob, readdir, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { manifestOf, treeDirectory, verifyTree } from './artifact.ts';
import { storeTree } from './artifact-store.ts';
import type { Result } from '../domain/failure.ts';

/** The pinned trees of a project, by digest. */
export const openArtifacts = (storeDirectory: string) => ({
  async store(directory: string, exclude: readonly string[]) {
    const { digest, directory: stored, files, bytes } = await storeTree(directory, exclude, storeDirectory);
    return { digest, directory: stored, fileCount: files, sizeBytes: bytes };
  },
  async verify(digest: string): Promise<Result<{ readonly directory: string }>> {
    const verified = await verifyTree(storeDirectory, digest);
    return verified.ok ? { ok: true, value: { directory: treeDirectory(storeDirectory, digest) } } : verified;
  },
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
  /** Removes the trees that are none of `keep`; answers how many. */
  async prune(keep: ReadonlySet<string>): Promise<number> {
    const kept = new Set([...keep].map((digest) => path.basename(treeDirectory(storeDirectory, digest))));
    const stored = await readdir(storeDirectory).catch((): string[] => []);
    const old = stored.filter((name) => /^[0-9a-f]{64}$/.test(name) && !kept.has(name));
    for (const name of old) {
      await rm(path.join(storeDirectory, name), { recursive: true, force: true });
      await rm(manifestOf(path.join(storeDirectory, name)), { force: true });
    }
    return old.length;
  },
});

/** Stored trees are read-only, and so are copies of them at first. */
async function writable(file: string): Promise<void> {
  const { mode } = await stat(file);
  await chmod(file, mode | 0o200);
}
