// One run of a team's command against a clone, through the one in the middle.
import { byItself, notInTime } from '../domain/rehearsal/failure-words.ts';
import type { Command, CommandEnd } from '../kinds/rehearsals.ts';
import { refuseFull } from './full-scratch.ts';
import { openProxy } from './proxy.ts';
import type { Scratch } from './scratch.ts';
import { watchedSession } from './session.ts';
import { idleWatcher, type Watcher } from './watcher.ts';

/** `failedWith`: null when the command said that it is done; else the last SQLSTATE that it met, `command` without one, or `timeout`. `said`: what it printed last. */
export interface RunEnd {
  readonly failedWith: string | null;
  /** SQLSTATEs in their order. */
  readonly met: readonly string[];
  readonly durationMs: number;
  readonly timedOut: boolean;
  readonly said: string;
}

export async function runCommand({
  scratch,
  command,
  watcher = idleWatcher,
  limitMs,
}: {
  readonly scratch: Scratch;
  readonly command: Command;
  readonly watcher?: Watcher;
  readonly limitMs: number;
}): Promise<RunEnd> {
  const { hostname, port } = new URL(scratch.url());
  const met: string[] = [];
  const proxy = await openProxy(
    { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 5432) },
    watchedSession({
      ...watcher,
      ended: async (migrator, sent, end) => {
        if (end.failedWith !== null) met.push(end.failedWith);
        await watcher.ended(migrator, sent, end);
      },
    }),
  );
  const limit = AbortSignal.timeout(Math.ceil(limitMs));
  const startMs = performance.now();
  try {
    const given = command(scratch.url({ host: '127.0.0.1', port: proxy.port }), limit);
    const over = new Promise<CommandEnd>((resolve) => {
      limit.addEventListener('abort', () => resolve({ isDone: false }), { once: true });
    });
    const { isDone, said = '', timedOut: isCut = false } = await Promise.race([given, over]);
    refuseFull(met);
    const durationMs = performance.now() - startMs;
    const timedOut = isCut || limit.aborted;
    const failedWith = isDone ? null : timedOut ? notInTime : (met.at(-1) ?? byItself);
    return { failedWith, met, durationMs, timedOut, said };
  } finally {
    await proxy.close();
  }
}

/** Breaks the connection before the statement with this number, from 1, as if the command had been killed there. */
export function cuttingWatcher(before: number): Watcher {
  let ended = 0;
  return {
    ...idleWatcher,
    begins: async (_, { isControl }) => (!isControl && ended + 1 >= before ? 'cut' : 'go'),
    ended: async (_, { isControl }) => {
      if (!isControl) ended += 1;
    },
  };
}
