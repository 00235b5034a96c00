import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { startThread } from '../host/thread.ts';

interface Beat {
  startNs: bigint;
  gapMs: number;
  beats: number;
}

/** Beats closer than this are merged: whoever listens sends all that is due. */
const SHORTEST_GAP_MS = 0.5;

/**
 * Calls `onBeat` soon (about 0.1 ms) after each of `beats` times, `gapMs` apart, the first at `startMs` on the
 * `performance.now()` clock. A thread that sleeps in the kernel beats: timers of the event loop are a millisecond or
 * two late, and turning the loop instead of sleeping takes the processor from the very server that is measured.
 * Returns what stops it. `onFailure` hears of a thread that died.
 */
export function startMetronome(
  beat: { startMs: number; gapMs: number; beats: number },
  onBeat: () => void,
  onFailure: (error: Error) => void,
): () => void {
  const startNs = process.hrtime.bigint() + BigInt(Math.round((beat.startMs - performance.now()) * 1e6));
  const merged = Math.max(1, Math.ceil(SHORTEST_GAP_MS / beat.gapMs));
  const data: Beat = { startNs, gapMs: beat.gapMs * merged, beats: Math.ceil(beat.beats / merged) + 1 };
  const worker = startThread('load/metronome', { workerData: data });
  worker.on('message', onBeat);
  worker.on('error', onFailure);
  return () => void worker.terminate();
}

function sleepAndBeat({ startNs, gapMs, beats }: Beat): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let turn = 0; turn < beats; turn++) {
    const dueNs = startNs + BigInt(Math.round(turn * gapMs * 1e6));
    const waitMs = Number(dueNs - process.hrtime.bigint()) / 1e6;
    if (waitMs > 0) Atomics.wait(never, 0, 0, waitMs);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
    parentPort?.postMessage(turn);
  }
}

if (!isMainThread && isBeat(workerData)) sleepAndBeat(workerData);

/** This file may also be imported inside somebody else's worker. */
function isBeat(data: unknown): data is Beat {
  return typeof data === 'object' && data !== null && 'startNs' in data && 'beats' in data;
}
