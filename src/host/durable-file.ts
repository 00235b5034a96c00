import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { about } from './full-disk.ts';

// A temporary file is written and synced, takes the name in one step, and the folder is synced: after any crash or power
// cut the file holds the old text or the new one, never a part.

/** Replaces a file. Readable by its owner only, unless `mode` says more. */
export async function writeDurably(path: string, text: string, mode = 0o600): Promise<void> {
  const temporary = await writeTemporary(path, text, mode);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw about(path, error);
  }
  await syncFolderOf(path);
}

/** As `writeDurably`, but only one of many callers wins: false when the file is there already. */
export async function claimDurably(path: string, text: string): Promise<boolean> {
  const temporary = await writeTemporary(path, text, 0o600);
  try {
    await link(temporary, path);
    await syncFolderOf(path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** As `writeDurably`, for places that cannot wait, such as a handler of the process's end. */
export function writeDurablySync(path: string, text: string): void {
  const temporary = temporaryOf(path);
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw about(path, error);
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } catch {
    // See syncFolderOf.
  } finally {
    closeSync(folder);
  }
}

/** Null when there is no such file. */
export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

const temporaryOf = (path: string): string => `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;

async function writeTemporary(path: string, text: string, mode: number): Promise<string> {
  const temporary = temporaryOf(path);
  const handle = await open(temporary, 'wx', mode).catch((error: unknown) => {
    throw about(path, error);
  });
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw about(path, error);
  } finally {
    await handle.close();
  }
  return temporary;
}

/** Waits until the names in the folder of a file are on disk, such as one that a rename has just given away. */
export async function syncFolderOf(path: string): Promise<void> {
  const handle = await open(dirname(path), 'r');
  // Some file systems refuse to sync a folder; the rename is atomic there all the same.
  await handle.sync().catch(() => undefined);
  await handle.close();
}
