// Columns of a table into a pipe, over the connection of a client that does nothing else meanwhile.
import type { Client } from 'pg';
import { borrowStream, cut } from './borrowed-stream.ts';
import { readOut } from './copy-out.ts';
import type { Reading } from './look-at.ts';
import type { RowPipe } from './masking-pipe.ts';

/** `from`: what stands behind FROM. `client`: idle; cut when reading fails. */
export async function readRows(
  client: Client,
  columns: readonly Reading[],
  from: string,
  pipe: RowPipe,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const abort = (): void => cut(client);
  signal.addEventListener('abort', abort, { once: true });
  const reading = borrowStream(client);
  try {
    await readOut(
      reading,
      `COPY (SELECT ${columns.map(({ value }) => value).join(', ')} FROM ${from}) TO STDOUT (FORMAT binary)`,
      from,
      columns.length,
      () => pipe,
    );
    reading.giveBack();
  } catch (error) {
    abort();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
