// One worker: two connections and a kernel of its own, one piece of a table after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { FailureError, type Failure } from '../domain/failure.ts';
import { openKernel } from '../kernel/kernel.ts';
import { compiledKernel } from './compiled-kernel.ts';
import { connect, quoted } from './connect.ts';
import { copyTable } from './copy-table.ts';
import type { CopyOrder, FromCopy, PieceOrder } from './copy-exchange.ts';
import { teachNames } from './known-names.ts';
import { joinSnapshot } from './snapshot.ts';

const { sourceUrl, targetUrl, database, snapshot, keys, names } = workerData as CopyOrder;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
const tell = (message: FromCopy): void => parentPort!.postMessage(message);

/** What is no failure of ours may hold a value: only its code is told. */
function told(error: unknown): readonly Failure[] {
  if (error instanceof FailureError) return error.failures;
  const { code } = error as { code?: unknown };
  const known = typeof code === 'string' ? code : 'of its own';
  return [
    {
      code: 'GR5049',
      message: `A worker of the copy broke (error ${known}). Nothing was published.`,
      do: 'Run it again; if it stays, look at the logs of both servers.',
    },
  ];
}

async function open() {
  const source = await connect({ url: sourceUrl, what: 'the source' }, true);
  await joinSnapshot(source, snapshot);
  const target = await connect({ url: targetUrl, what: 'the target' }, false, database);
  await target.query('SET synchronous_commit = off');
  // Long values are packed several times as fast. A server before 14, or built without it, packs as it can.
  await target.query("SET default_toast_compression = 'lz4'").catch((error: { code?: string }) => {
    if (!['42704', '22023'].includes(error.code ?? '')) throw error;
  });
  const kernel = openKernel(keys, compiledKernel());
  teachNames(kernel, names);
  return { source, target, kernel };
}

/** `ctid` is where a row lies: a block and a place in it. */
function rowsOf({ piece, columns }: PieceOrder): string {
  const { storedIn, fromBlock, toBlock } = piece;
  const from = fromBlock > 0 ? [`ctid >= '(${fromBlock},0)'::tid`] : [];
  const to = toBlock === null ? [] : [`ctid < '(${toBlock},0)'::tid`];
  const limits = [...from, ...to].join(' AND ');
  return `(SELECT ${columns.map(quoted).join(', ')} FROM ONLY ${storedIn}${limits === '' ? '' : ` WHERE ${limits}`})`;
}

const never = new AbortController().signal;
try {
  const { source, target, kernel } = await open();
  parentPort!.on('message', (order: PieceOrder) => {
    const { piece, columns, program } = order;
    const { table } = piece;
    copyTable({ source, target, kernel, table, columns, program, from: rowsOf(order), into: table, signal: never })
      .then(({ rowCount, byteCount }) => tell({ kind: 'copied', piece, rowCount, byteCount }))
      .catch((error: unknown) => tell({ kind: 'failed', failures: told(error) }));
  });
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'failed', failures: told(error) });
}
