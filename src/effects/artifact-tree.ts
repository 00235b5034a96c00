import { createReadStream } from 'node:fs';
import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { createHash, hash } from 'node:crypto';
import { dirname, isAbsolute, join, matchesGlob, relative, resolve } from 'node:path';
import { type Failure, FailureError } from '../domain/failure.ts';

/** What a release tree is made of. Empty folders are no part of it, as in git, so that two checkouts of one commit hash alike. */
export type TreeEntry =
  | { readonly kind: 'file'; readonly path: string; readonly executable: boolean; readonly sizeBytes: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

/** Files that are read at once: enough to keep a disk busy, few enough for a limit of 256 open files. */
const PARALLEL_READS = 16;
/** Larger files are streamed, so that memory stays bounded by `PARALLEL_READS` times this. */
const WHOLE_READ_BYTES = 4 * 1024 * 1024;
const REFUSALS_SHOWN = 20;

/**
 * Entries of a tree, sorted by path. Throws `GR6502` for everything in it that cannot be pinned: devices, sockets and pipes,
 * links that leave the tree or lead nowhere in it, names that are not UTF-8.
 */
export async function listTree(directory: string, exclude: readonly string[]): Promise<readonly TreeEntry[]> {
  const root = await realpath(directory).catch((cause: unknown) => {
    throw new FailureError({
      code: 'GR6501',
      message: `The release tree cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      where: directory,
      do: 'Check artifact.directory; for a stored release, make the release again.',
    });
  });
  const entries: TreeEntry[] = [];
  const refusals: Failure[] = [];
  await collect(root, '', exclude, entries, refusals);
  entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const known = withFolders(entries);
  for (const entry of entries) {
    const reason = entry.kind === 'link' ? await wrongLink(root, entry, known) : null;
    if (reason) refusals.push(refusal(root, entry.path, reason));
  }
  if (refusals.length > 0) throw new FailureError(...refusals.slice(0, REFUSALS_SHOWN));
  return entries;
}

/** One line per entry; its SHA-256 is the digest, and the text itself tells later which file differs. */
export async function describeTree(directory: string, entries: readonly TreeEntry[]): Promise<string> {
  const lines = await inParallel(entries, async (entry) =>
    entry.kind === 'link'
      ? `link ${JSON.stringify(entry.path)} ${JSON.stringify(entry.target)}`
      : `file ${JSON.stringify(entry.path)} ${entry.executable ? 'x' : '-'} ${await hashFile(join(directory, entry.path), entry.sizeBytes)}`,
  );
  return `greenroom-tree 1\n${lines.map((line) => `${line}\n`).join('')}`;
}

export const digestOf = (description: string): string => `tree:sha256:${hash('sha256', description)}`;

/** Answers in the order of `items`, at most `PARALLEL_READS` at once; the first failure ends it. */
export async function inParallel<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      answers[index] = await act(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_READS, items.length) }, worker));
  return answers;
}

/** A pattern without `/` names any part of a path (`.git`, `.env*`); one with `/` is a glob from the root (`docs/**`). */
export function isExcluded(path: string, exclude: readonly string[]): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return exclude.some((raw) => {
    const pattern = raw.replace(/\/+$/, '');
    return pattern.includes('/') ? matchesGlob(path, pattern.replace(/^\.?\//, '')) : matchesGlob(name, pattern);
  });
}

async function collect(
  root: string,
  folder: string,
  exclude: readonly string[],
  entries: TreeEntry[],
  refusals: Failure[],
): Promise<void> {
  const children = await readdir(join(root, folder), { withFileTypes: true });
  await inParallel(children, async (child) => {
    const path = folder === '' ? child.name : `${folder}/${child.name}`;
    if (isExcluded(path, exclude)) return;
    if (child.name.includes('\uFFFD')) refusals.push(refusal(root, path, 'has a name that is not UTF-8'));
    else if (child.isDirectory()) await collect(root, path, exclude, entries, refusals);
    else if (child.isSymbolicLink()) entries.push({ kind: 'link', path, target: await readlink(join(root, path)) });
    else if (child.isFile()) {
      const { mode, size } = await stat(join(root, path));
      entries.push({ kind: 'file', path, executable: (mode & 0o100) !== 0, sizeBytes: size });
    } else refusals.push(refusal(root, path, 'is a device, a socket or a pipe'));
  });
}

/**
 * Lexically inside is not enough (`up/../x` leaves the tree when `up` is a link upwards), nor is really inside (a path that
 * leaves and comes back breaks in the copy): both must lead to the same entry of the tree.
 */
async function wrongLink(root: string, link: { path: string; target: string }, known: ReadonlySet<string>) {
  if (isAbsolute(link.target)) return `links to the absolute path ${link.target}`;
  if (leaves(link)) return `links out of the tree, to ${link.target}`;
  const lexical = resolve(root, dirname(link.path), link.target);
  const [reached, expected] = await Promise.all([
    realpath(join(root, link.path)).catch(() => null),
    realpath(lexical).catch(() => null),
  ]);
  if (reached === null) return `links to ${link.target}, which does not exist`;
  const inside = relative(root, reached);
  if (inside.split('/')[0] === '..' || reached !== expected) return `links out of the tree, to ${link.target}`;
  return known.has(inside) ? null : `links to ${link.target}, which is excluded from the release`;
}

/** Whether the path climbs above the root anywhere on its way. */
function leaves(link: { path: string; target: string }): boolean {
  let depth = link.path.split('/').length - 1;
  return link.target.split('/').some((part) => {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    return depth < 0;
  });
}

function withFolders(entries: readonly TreeEntry[]): ReadonlySet<string> {
  const known = new Set(['']);
  for (const { path } of entries) {
    known.add(path);
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) known.add(path.slice(0, at));
  }
  return known;
}

const refusal = (root: string, path: string, reason: string): Failure => ({
  code: 'GR6502',
  message: `${JSON.stringify(path)} ${reason}; a release can only hold files, and links inside its own tree.`,
  where: join(root, path),
  do: 'Remove it or name it in artifact.exclude.',
});

async function hashFile(path: string, sizeBytes: number): Promise<string> {
  if (sizeBytes <= WHOLE_READ_BYTES) return hash('sha256', await readFile(path));
  const sum = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) sum.update(chunk);
  return sum.digest('hex');
}
