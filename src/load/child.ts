import { setPriority } from 'node:os';
import { runLoad } from './open-loop.ts';
import type { LoadPlan } from './plan.ts';
import type { LoadResult } from './result.ts';

/** What the child answers, once. */
export type ChildAnswer = { kind: 'result'; result: LoadResult } | { kind: 'failed'; message: string };

try {
  // Ahead of busy neighbours, so that starts are not late; it uses little of the processor itself.
  setPriority(-10);
} catch {
  // Only root may; without it late starts are more, and reported.
}

// Whoever asked is gone: nobody reads the result, and load without a master must not go on.
process.on('disconnect', () => process.exit(1));

process.once('message', (plan: LoadPlan) => {
  void runLoad(plan, new AbortController().signal)
    .then((result): ChildAnswer => ({ kind: 'result', result }))
    .catch((error: unknown): ChildAnswer => ({ kind: 'failed', message: String(error) }))
    .then((answer) => process.send?.(answer, () => process.disconnect()));
});
