import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execFile } from 'node:child_process';

export interface SourceFacts {
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly version: string | null;
  readonly migrations: string | null;
}

/** What a source folder says of itself: git commit, version of package.json, and a hash over its migration files. */
export async function lookAtSource(
  directory: string,
  versionFrom: 'package.json' | 'git' | 'none',
): Promise<SourceFacts> {
  // A folder that git ignores, such as a build, is not what the commit around it says.
  const isIgnored = (await git(directory, 'check-ignore', '--quiet', '.')) !== null;
  const commit = isIgnored ? null : await git(directory, 'rev-parse', 'HEAD');
  const changes = commit === null ? null : await git(directory, 'status', '--porcelain', '--', '.');
  return {
    commit,
    dirty: changes !== null && changes !== '',
    version: await versionOf(directory, versionFrom, commit),
    migrations: await migrationsOf(directory),
  };
}

async function versionOf(
  directory: string,
  from: 'package.json' | 'git' | 'none',
  commit: string | null,
): Promise<string | null> {
  if (from === 'git') return (await git(directory, 'describe', '--tags', '--always')) ?? commit?.slice(0, 12) ?? null;
  if (from === 'none') return null;
  try {
    const { version } = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8')) as {
      version?: unknown;
    };
    return typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}

/** Folders in which the migration tools keep what they apply. */
const migrationFolders = ['db/migrations', 'migrations', 'prisma/migrations', 'drizzle', 'alembic/versions'];

async function migrationsOf(directory: string): Promise<string | null> {
  const { glob } = await import('node:fs/promises');
  const hash = createHash('sha256');
  const files: string[] = [];
  for (const folder of migrationFolders)
    for await (const entry of glob(`${folder}/**/*.{sql,py,js,mjs,ts}`, { cwd: directory })) files.push(entry);
  if (files.length === 0) return null;
  for (const file of files.toSorted()) hash.update(`${file}\0`).update(await readFile(path.join(directory, file)));
  return `sha256:${hash.digest('hex')}`;
}

function git(directory: string, ...args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile('git', ['-C', directory, ...args], { timeout: 10_000, maxBuffer: 8 * 1024 * 1024 }, (error, stdout) =>
      resolve(error ? null : stdout.trim()),
    );
  });
}

/** Who runs this, as git knows them; the login name otherwise. Claimed, not proven. */
export async function claimedIdentity(directory: string, fallback: string): Promise<string> {
  const [name, email] = await Promise.all([
    git(directory, 'config', 'user.name'),
    git(directory, 'config', 'user.email'),
  ]);
  if (name && email) return `${name} <${email}>`;
  // An identity that is set to nothing names nobody.
  return name || email || fallback;
}
