// Parts of the copy over several workers, which share one moment of the source.
import { FailureError } from '../domain/failure.ts';
import { startThread } from '../host/thread.ts';
import type { CopyOrder, FromCopy, PartOrder } from './copy-exchange.ts';
import type { LastingCopied } from './lasting-copy.ts';
import type { Gathered } from './original-set.ts';

/**
 * Rows pass through the memory of the kernel, outside of this; what a thread holds beside it is the same for any table, but for a value of JSON of up to 16 MiB that the rules of
 * the proof must read. More is a defect, and ends the thread instead of the machine. What it makes is soon gone: a young generation as large as V8 would have it is only memory.
 */
const resourceLimits = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 8 } as const;

export interface CopyListener<Part> {
  /** So much of it was read. */
  onPassed(part: Part, byteCount: number): void;
  /** Originals of the part at hand; all of them come before it is copied. */
  onGathered?(gathered: Gathered): void;
  onCopied(part: Part, copied: LastingCopied): void;
}

/** The first failure of a worker ends all. `parts` in the order that they are begun in. */
export async function copyAll<Part extends PartOrder>(
  order: CopyOrder,
  parts: readonly Part[],
  workerCount: number,
  signal: AbortSignal,
  listener: CopyListener<Part>,
): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const waiting = [...parts];
  let left = parts.length;
  if (left === 0) resolve();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  const workers = Array.from({ length: Math.min(workerCount, parts.length) }, () => {
    let part: Part | undefined;
    const worker = startThread('refresh/copy-thread', { workerData: order, resourceLimits });
    const hear = (message: FromCopy): void => {
      if (message.kind === 'failed') return reject(new FailureError(...message.failures));
      if (message.kind === 'gathered') {
        listener.onGathered?.(message);
        Atomics.sub(order.backlog, 0, 1);
        return;
      }
      if (message.kind === 'passed') return listener.onPassed(part!, message.byteCount);
      if (message.kind === 'copied') {
        listener.onCopied(part!, message);
        left -= 1;
        if (left === 0) return resolve();
      }
      part = waiting.shift();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      if (part) worker.postMessage(part);
    };
    worker.on('message', (message: FromCopy) => {
      try {
        hear(message);
      } catch (error) {
        reject(error);
      }
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
