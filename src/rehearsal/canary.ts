// The old version's statements, asked again and again while the migration runs, each in a transaction that is rolled back.
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { endOf } from './statement-end.ts';

export interface Canary {
  /** Ends after the questions that are under way. */
  stop(): Promise<Song>;
}

export interface Song {
  /** Longest wait of each statement, and how often it was asked. */
  readonly stalls: readonly { readonly text: string; readonly longestMs: number; readonly count: number }[];
  /** For the drawing: the longest wait that began in each tenth of a second, in ms since the beginning. */
  readonly line: readonly { readonly atMs: number; readonly longestMs: number }[];
}

const everyMs = 5;
const slotMs = 100;

/** Each statement has a connection of its own, so that one that waits keeps no other from being asked. Resolves when each was asked once. `beganMs`: instant of `performance` that the drawing counts from. */
export async function startCanary(
  statements: readonly string[],
  connect: () => Promise<pg.Client>,
  beganMs = performance.now(),
): Promise<Canary> {
  const slots = new Map<number, number>();
  const state = { isStopped: false };
  const singers = await Promise.all(
    statements.map(async (text) => {
      const client = await connect();
      await ask(client, text); // the first one also fills caches
      return { client, stall: { text, longestMs: 0, count: 0 } };
    }),
  );
  const sing = async ({ client, stall }: (typeof singers)[number]) => {
    while (!state.isStopped) {
      const atMs = performance.now() - beganMs;
      const waitedMs = await ask(client, stall.text);
      stall.count += 1;
      stall.longestMs = Math.max(stall.longestMs, waitedMs);
      const slot = Math.floor(atMs / slotMs);
      slots.set(slot, Math.max(slots.get(slot) ?? 0, waitedMs));
      await sleep(everyMs);
    }
  };
  const singing = singers.map(sing);
  return {
    stop: async () => {
      state.isStopped = true;
      await Promise.all(singing);
      const line = [...slots].toSorted(([a], [b]) => a - b);
      return {
        stalls: singers.map(({ stall }) => stall),
        line: line.map(([slot, longestMs]) => ({ atMs: slot * slotMs, longestMs })),
      };
    },
  };
}

/** The wait is the statement's alone. A failure is an answer: whether it may fail is asked after the migration. */
async function ask(client: pg.Client, text: string): Promise<number> {
  let waitedMs = 0;
  await endOf(client, async () => {
    const startMs = performance.now();
    try {
      return await client.query(text);
    } finally {
      waitedMs = performance.now() - startMs;
    }
  });
  return waitedMs;
}
