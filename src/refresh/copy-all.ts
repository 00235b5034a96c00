// Every piece of every table over several workers, which share one moment of the source.
import { Worker } from 'node:worker_threads';
import { FailureError } from '../domain/failure.ts';
import type { Piece } from '../domain/refresh/pieces.ts';
import { programFile } from '../host/program.ts';
import type { CopyOrder, FromCopy, PieceOrder } from './copy-exchange.ts';
import type { LastingCopied } from './lasting-copy.ts';

/** Rows pass through the memory of the kernel, outside of this; what a thread holds beside it is the same for any table. More is a defect, and ends the thread instead of the machine. */
const resourceLimits = { maxOldGenerationSizeMb: 192 } as const;

export interface CopiedPiece extends LastingCopied {
  readonly piece: Piece;
}

/** The first failure of a worker ends all. `orders` in the order that they are begun in. */
export async function copyAll(
  order: CopyOrder,
  orders: readonly PieceOrder[],
  workerCount: number,
  signal: AbortSignal,
  onCopied: (copied: CopiedPiece) => void,
): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const waiting = [...orders];
  let left = orders.length;
  if (left === 0) resolve();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  const workers = Array.from({ length: Math.min(workerCount, orders.length) }, () => {
    const worker = new Worker(programFile('refresh/copy-thread'), { workerData: order, execArgv: [], resourceLimits });
    worker.on('message', (message: FromCopy) => {
      if (message.kind === 'failed') return reject(new FailureError(...message.failures));
      if (message.kind === 'copied') {
        onCopied(message);
        left -= 1;
        if (left === 0) return resolve();
      }
      const next = waiting.shift();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      if (next) worker.postMessage(next);
    });
    worker.on('error', () =>
      reject(
        new FailureError({
          code: 'GR5049',
          message: 'A worker of the copy broke. Nothing was published.',
          do: 'Look whether this machine has memory left, then run it again.',
        }),
      ),
    );
    return worker;
  });
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
