// Rows of one statement into a pipe, over the connection of a client that does nothing else meanwhile.
import type { Client } from 'pg';
import { borrowStream, cut } from './borrowed-stream.ts';
import { readOut } from './copy-out.ts';
import type { RowPipe } from './masking-pipe.ts';

/** `statement`: a COPY, binary. `client`: idle; cut when reading fails. */
export async function readRows(
  client: Client,
  statement: string,
  table: string,
  columnCount: number,
  pipe: RowPipe,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const abort = (): void => cut(client);
  signal.addEventListener('abort', abort, { once: true });
  const reading = borrowStream(client);
  try {
    await readOut(reading, statement, table, columnCount, () => pipe);
    reading.giveBack();
  } catch (error) {
    abort();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
