// `refresh.yaml` and its lock on disk. A file that is there is never overwritten, only added to.
import { readFileSync, writeFileSync } from 'node:fs';
import { fail, FailureError } from '../domain/failure.ts';
import type { Looked } from '../domain/refresh/changes.ts';
import { writeDurably } from '../host/durable-file.ts';
import { addLines } from './refresh-adding.ts';
import { lockBeside, lockText } from './refresh-lock.ts';

const MODE = 0o644;

/** Throws GR5072 when somebody has written one meanwhile. */
export async function writeFirstRefreshFile(file: string, text: string, looked: Looked): Promise<void> {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: MODE, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') refuseChanged(file);
    throw unwritable(file, error);
  }
  await writeLock(file, looked);
}

/** Adds lines to "columns" and says in the lock what was looked at. `before`: the text that was read when the proposal was made. */
export async function addToRefreshFile(file: string, before: string, lines: readonly string[], looked: Looked) {
  if (lines.length > 0) {
    const text = addLines(before, lines);
    if (!text.ok) throw new FailureError(...text.failures);
    if (readFileSync(file, 'utf8') !== before) refuseChanged(file);
    await writeDurably(file, text.value, MODE).catch((error: unknown) => {
      throw unwritable(file, error);
    });
  }
  await writeLock(file, looked);
}

async function writeLock(file: string, looked: Looked): Promise<void> {
  const lock = lockBeside(file);
  await writeDurably(lock, lockText(looked), MODE).catch((error: unknown) => {
    throw unwritable(lock, error);
  });
}

const refuseChanged = (file: string): never =>
  fail({
    code: 'GR5072',
    message: 'refresh.yaml was written by somebody else meanwhile.',
    where: file,
    do: 'Run it again; nothing was written.',
  });

const unwritable = (file: string, error: unknown): FailureError =>
  new FailureError({
    code: 'GR5075',
    message: `The file cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    where: file,
    do: 'See that this user may write there, and that the disk is not full.',
  });
