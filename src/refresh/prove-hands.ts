// Who reads for the leak proof: threads, each with two connections of its own, or the thread that asks.
import { FailureError, type Failure } from '../domain/failure.ts';
import { startThread } from '../host/thread.ts';
import type { Keys } from '../kernel/kernel.ts';
import { proveTask, type Proof, type ProveAnswer, type ProveTask } from './prove-tasks.ts';

/** Nearly everything that a reader makes is gone with the next value; more room would only be memory. */
const YOUNG_MB = 8;

/** One task at a time. */
export interface Hand {
  do(task: ProveTask): Promise<ProveAnswer>;
  close(): Promise<void>;
}

export interface ProveOrder {
  readonly sourceUrl: string;
  readonly targetUrl: string;
  /** The database beside the target. */
  readonly database: string;
  readonly snapshot: string;
  readonly keys: Keys;
}

export type FromProve =
  | { readonly kind: 'done'; readonly answer: ProveAnswer }
  | { readonly kind: 'failed'; readonly failures: readonly Failure[] };

/** The thread that asks, with the connections that it has. */
export const handOf = (proof: Proof): Hand => ({
  do: (task) => proveTask(proof, task),
  close: async () => {},
});

/** A thread that breaks, and an abort, fail what it was asked for. */
export function openHands(order: ProveOrder, count: number, signal: AbortSignal): readonly Hand[] {
  return Array.from({ length: count }, () => {
    const worker = startThread('refresh/prove-thread', {
      workerData: order,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => {}); // whoever asks is told
    const breakOff = (error: unknown): void => broken.reject(error);
    const abort = (): void => breakOff(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    for (const event of ['error', 'exit'] as const) worker.on(event, () => breakOff(new FailureError(threadBroke)));
    return {
      async do(task) {
        signal.throwIfAborted();
        const answered = Promise.withResolvers<ProveAnswer>();
        worker.once('message', (message: FromProve) => {
          if (message.kind === 'done') answered.resolve(message.answer);
          else answered.reject(new FailureError(...message.failures));
        });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage(task);
        return Promise.race([answered.promise, broken.promise]);
      },
      async close() {
        signal.removeEventListener('abort', abort);
        await worker.terminate();
      },
    };
  });
}

type Kind = ProveAnswer['kind'];

/** Each hand takes the next task, in their order; the first failure ends all. Returns only when each task has its answer, of that kind. */
export async function overHands<K extends Kind>(
  hands: readonly Hand[],
  tasks: readonly ProveTask[],
  kind: K,
  onAnswer: (answer: Extract<ProveAnswer, { kind: K }>) => void,
): Promise<void> {
  const waiting = [...tasks];
  let left = tasks.length;
  await Promise.all(
    hands.map(async (hand) => {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
        const answer = await hand.do(task);
        if (answer.kind !== kind) throw new Error(`a reader answered "${answer.kind}" instead of "${kind}"`);
        onAnswer(answer as Extract<ProveAnswer, { kind: K }>);
        left -= 1;
      }
    }),
  );
  if (left > 0) throw new Error(`${left} pieces were read by nobody`);
}

const threadBroke: Failure = {
  code: 'GR5049',
  message: 'A worker of the refresh broke. Nothing was published.',
  do: 'Look whether this machine has memory left, then run it again.',
};
