import { writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { FailureError } from '../domain/failure.ts';
import { readIfThere } from '../host/durable-file.ts';

const SQLITE_BUSY = 5;
const POLL_MS = 10;

/**
 * Runs `act` while no other process, and nobody else in this one, holds the lock of that path. The kernel takes the lock back
 * when its holder dies, however it dies; no stale file has to be judged. Node has no door to file locks but the one SQLite
 * keeps for its own files: an empty database in an exclusive transaction that never writes. Throws `GR6408` after `patienceMs`:
 * the holder then is stopped or hangs, and only it can say what it was about to do.
 */
export async function withLock<T>(
  path: string,
  patienceMs: number,
  signal: AbortSignal,
  act: () => Promise<T>,
): Promise<T> {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    const untilMs = performance.now() + patienceMs;
    while (!take(database)) {
      signal.throwIfAborted();
      if (performance.now() > untilMs) await heldByAnother(path, patienceMs);
      await sleep(POLL_MS);
    }
    await writeFile(`${path}.holder`, String(process.pid), { mode: 0o600 });
    return await act();
  } finally {
    database.close();
  }
}

function take(database: DatabaseSync): boolean {
  try {
    // Without a journal nothing is left beside the file when the holder is killed.
    database.exec('PRAGMA journal_mode=OFF; BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}

async function heldByAnother(path: string, patienceMs: number): Promise<never> {
  const holder = (await readIfThere(`${path}.holder`))?.toString('utf8') ?? 'unknown';
  throw new FailureError({
    code: 'GR6408',
    message: `Process ${holder} has held a lock that is needed here for more than ${patienceMs} ms.`,
    where: path,
    do: `Look at it with "ps -o pid,stat,args -p ${holder}"; when it is stopped or hangs, end it, and run this again.`,
  });
}
