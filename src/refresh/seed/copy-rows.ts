// Rows that are made here, into PostgreSQL as the text form of COPY: a chunk at a time, no faster than it takes them.
import { once } from 'node:events';
import type { Client } from 'pg';
import { copyLine } from '../../domain/seed/copy-line.ts';
import type { Values } from '../../domain/seed/rows.ts';
import { borrowStream, cut } from '../borrowed-stream.ts';
import { quoted } from '../connect.ts';
import { openCopyIn } from '../copy-in.ts';

const CHUNK_CHARACTERS = 64 * 1024;

export interface RowCopy {
  /** Idle; cut when the copy fails. */
  readonly client: Client;
  /** As people read it. */
  readonly table: string;
  /** Quoted. */
  readonly into: string;
  readonly columns: readonly string[];
  readonly signal: AbortSignal;
}

/** Gives how many rows PostgreSQL has taken. Rejects with the name of the constraint, never with a value. */
export async function copyRows(copy: RowCopy, rows: Iterable<Values>): Promise<number> {
  const { client, table, into, columns, signal } = copy;
  signal.throwIfAborted();
  const borrowed = borrowStream(client);
  const { stream } = borrowed;
  const abort = (): void => cut(client);
  signal.addEventListener('abort', abort, { once: true });
  const list = columns.length === 0 ? '' : `(${columns.map(quoted).join(', ')})`;
  const writing = openCopyIn(borrowed, `COPY ${into} ${list} FROM STDIN`, columns.length, table, 'text');
  try {
    await writing.ready;
    let text = '';
    const send = async (): Promise<void> => {
      if (!stream.write(frameOf(text))) await Promise.race([once(stream, 'drain'), writing.done]);
      text = '';
    };
    for (const values of rows) {
      text += copyLine(values);
      if (text.length > CHUNK_CHARACTERS) await send();
    }
    if (text !== '') await send();
    writing.end();
    const count = await writing.done;
    borrowed.giveBack();
    return count;
  } catch (error) {
    abort();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function frameOf(text: string): Buffer {
  const frame = Buffer.allocUnsafe(5 + Buffer.byteLength(text));
  frame[0] = 100;
  frame.writeInt32BE(frame.length - 1, 1);
  frame.write(text, 5);
  return frame;
}
