// The source's schema as SQL: pg_dump runs as WebAssembly in a thread and speaks through our own connection, so nothing needs to be installed,
// and passwords and TLS are the business of the client that Greenroom uses anyway.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import { startThread } from '../host/thread.ts';
import { borrowStream } from './borrowed-stream.ts';
import { settingsTold } from './connect.ts';
import { CONTROL_BYTES, LENGTH, MORE, PIECE_BYTES, READY, type DumpOrder, type FromDump } from './dump-exchange.ts';

const LONGEST_MS = 10 * 60_000;

/** Of the moment of the snapshot. The connection is idle, only for this, and of no further use. Throws GR5046. */
export async function dumpSchema(client: Client, snapshot: string, signal: AbortSignal): Promise<string> {
  const shared = new SharedArrayBuffer(CONTROL_BYTES + PIECE_BYTES);
  const [control, window] = [new Int32Array(shared, 0, 4), new Uint8Array(shared, CONTROL_BYTES)];
  const args = [
    ...['--schema-only', '--no-owner', '--no-privileges', '--no-publications', '--no-subscriptions'],
    ...['--no-security-labels', '--no-tablespaces', `--snapshot=${snapshot}`],
    ...['-d', 'dbname=source host=/ignored sslmode=disable gssencmode=disable'],
  ];
  const order: DumpOrder = { shared, args };
  const borrowed = borrowStream(client);
  const worker = startThread('refresh/dump-thread', { workerData: order });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let answer: Buffer = Buffer.alloc(0);
  let isWaiting = false;

  const give = (): void => {
    isWaiting = false;
    const piece = answer.subarray(0, PIECE_BYTES);
    answer = answer.subarray(piece.length);
    window.set(piece);
    control[LENGTH] = piece.length;
    control[MORE] = answer.length > 0 ? 1 : 0;
    Atomics.store(control, READY, 1);
    Atomics.notify(control, READY);
  };
  const say = (bytes: Uint8Array): void => {
    const isFirst = bytes.length > 8 && bytes[0] === 0;
    if (isFirst) answer = greeting(client);
    if (isFirst || bytes[0] === 'X'.charCodeAt(0)) return give();
    isWaiting = true;
    borrowed.stream.write(bytes);
  };
  const lose = (): void => reject(new Error('the connection was cut'));
  borrowed.stream.on('data', (chunk: Buffer) => {
    answer = Buffer.concat([answer, chunk]);
    if (isWaiting && isWhole(answer)) give();
  });
  borrowed.onLost(lose);
  worker.on('message', (message: FromDump) => {
    if (message.kind === 'say') say(message.bytes);
    else if (message.kind === 'more') give();
    else if (message.kind === 'done') resolve(message.sql);
    else reject(new Error(message.reason));
  });
  worker.on('error', reject);
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => reject(new Error(`it took longer than ${LONGEST_MS / 60_000} minutes`)), LONGEST_MS);
  try {
    return await promise;
  } catch (error) {
    signal.throwIfAborted();
    return fail(notDumped(error instanceof Error ? error.message : String(error)));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    await worker.terminate();
    borrowed.stream.destroy();
  }
}

/** What a server says to somebody whom it has let in: this connection is open already. */
function greeting(client: Client): Buffer {
  const message = (type: string, body: Buffer): Buffer => {
    const head = Buffer.from(`${type}\0\0\0\0`);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const settings = [...settingsTold(client)].map(([name, value]) => message('S', Buffer.from(`${name}\0${value}\0`)));
  return Buffer.concat([
    message('R', Buffer.alloc(4)),
    ...settings,
    message('K', Buffer.alloc(8)),
    message('Z', Buffer.from('I')),
  ]);
}

/** An answer ends with ReadyForQuery. */
function isWhole(bytes: Buffer): boolean {
  let at = 0;
  while (at + 5 <= bytes.length) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    if (end === bytes.length && bytes[at] === 'Z'.charCodeAt(0)) return true;
    at = end;
  }
  return false;
}

/** pg_dump speaks of objects and never of rows; its first words are enough. */
const notDumped = (reason: string) => ({
  code: 'GR5046',
  message: `The schema of the source could not be read: ${reason.replaceAll(/\s+/g, ' ').slice(0, 400)}.`,
  do: 'The role of the source must be allowed to SELECT from every table and sequence: GRANT pg_read_all_data to it, or GRANT SELECT.',
});
