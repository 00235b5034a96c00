// pg_dump as WebAssembly, in a thread of its own because it waits for every answer.
import { parentPort, workerData } from 'node:worker_threads';
import { pgDump } from '@electric-sql/pglite-tools/pg_dump';
import { CONTROL_BYTES, LENGTH, MORE, READY, type DumpOrder, type FromDump } from './dump-exchange.ts';

const { shared, args } = workerData as DumpOrder;
const control = new Int32Array(shared, 0, 4);
const bytes = new Uint8Array(shared, CONTROL_BYTES);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
const tell = (message: FromDump): void => parentPort!.postMessage(message);

/** Says it and gives every piece of the answer. */
function exchange(said: Uint8Array, onPiece: (piece: Uint8Array) => void): void {
  let ask: FromDump = { kind: 'say', bytes: Uint8Array.from(said) };
  for (let isMore = true; isMore;) {
    Atomics.store(control, READY, 0);
    tell(ask);
    Atomics.wait(control, READY, 0);
    if (control[LENGTH]! > 0) onPiece(bytes.slice(0, control[LENGTH]));
    isMore = control[MORE] === 1;
    ask = { kind: 'more' };
  }
}

/** What pgDump asks of the database it was written for; it only wants the bytes to go to and fro. */
const pg = {
  query: async () => ({ rows: [{ search_path: 'public' }] }),
  exec: async () => {},
  execProtocolRawStream: (said: Uint8Array, { onRawData }: { onRawData(piece: Uint8Array): void }) =>
    exchange(said, onRawData),
};

try {
  const file = await pgDump({ pg: pg as unknown as Parameters<typeof pgDump>[0]['pg'], args: [...args] });
  tell({ kind: 'done', sql: await file.text() });
} catch (error) {
  tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
}
