import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, FailureError, failed, ok, type Result } from '../domain/failure.ts';
import { describeTree, digestOf, listTree } from './artifact-tree.ts';

export interface TreeDigest {
  /** `tree:sha256:` + 64 hex. */
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Names a folder by what is in it: sorted relative paths, the owner's executable bit, link targets and contents, nothing of
 * times or owners. `exclude` holds names (`.git`, `.env*`) and globs from the root (`reports/**`). Throws `GR6501`, `GR6502`.
 */
export async function digestTree(directory: string, exclude: readonly string[]): Promise<TreeDigest> {
  const { digest, files, bytes } = await readTree(directory, exclude);
  return { digest, files, bytes };
}

export async function readTree(directory: string, exclude: readonly string[]) {
  const entries = await listTree(directory, exclude);
  const description = await describeTree(directory, entries);
  const bytes = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.sizeBytes : 0), 0);
  return { digest: digestOf(description), files: entries.length, bytes, entries, description };
}

/** Where a stored tree lies. */
export function treeDirectory(storeDir: string, digest: string): string {
  const hex = /^tree:sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex) return join(storeDir, hex);
  throw new FailureError({
    code: 'GR6504',
    message: `"${digest}" is not the digest of a release tree.`,
    do: 'Make the release again.',
  });
}

/** Hashes a stored tree again: what was proven must be byte for byte what is started. Fails with `GR6503` when it differs. */
export async function verifyTree(storeDir: string, digest: string): Promise<Result<TreeDigest>> {
  try {
    return await verifyDirectory(treeDirectory(storeDir, digest), digest);
  } catch (error) {
    if (error instanceof FailureError) return failed(...error.failures);
    throw error;
  }
}

/** `verifyTree` for a caller who knows the folder only. */
export async function verifyDirectory(directory: string, digest: string): Promise<Result<TreeDigest>> {
  try {
    const seen = await readTree(directory, []);
    if (seen.digest === digest) return ok({ digest, files: seen.files, bytes: seen.bytes });
    return failed(await differs(directory, digest, seen));
  } catch (error) {
    if (error instanceof FailureError) return failed(...error.failures);
    throw error;
  }
}

async function differs(directory: string, digest: string, seen: { digest: string; description: string }) {
  const kept = await readFile(manifestOf(directory), 'utf8').catch(() => '');
  // The description is only believed when it hashes to the digest itself.
  const changes = digestOf(kept) === digest ? changedPaths(kept, seen.description) : [];
  const named = changes.slice(0, 10).join(', ') + (changes.length > 10 ? ` and ${changes.length - 10} more` : '');
  return {
    code: 'GR6503',
    message: `The release tree is not the one that was proven: it hashes to ${seen.digest}, not to ${digest}${named && ` (${named})`}.`,
    where: directory,
    do: 'Nothing was started. Remove this folder and make the release again from its commit.',
  } satisfies Failure;
}

/** Text that the digest was made of, beside the stored tree; only used to say what differs. */
export const manifestOf = (directory: string): string => `${directory}.manifest`;

function changedPaths(before: string, after: string): string[] {
  const [old, now] = [pathLines(before), pathLines(after)];
  const gone = [...old].filter(([path]) => !now.has(path)).map(([path]) => `missing ${path}`);
  const other = [...now]
    .filter(([path, line]) => old.get(path) !== line)
    .map(([path]) => `${old.has(path) ? 'changed' : 'added'} ${path}`);
  return [...other, ...gone];
}

function pathLines(description: string): Map<string, string> {
  const lines = description.split('\n').slice(1, -1);
  return new Map(lines.map((line) => [/^\w+ ("(?:[^"\\]|\\.)*")/.exec(line)?.[1] ?? line, line]));
}
