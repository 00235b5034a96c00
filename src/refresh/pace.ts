// How fast the source is read: a rate that is kept over a while, and a gate that somebody else may shut. Pure but for the gate.

/** How long to wait before more is read, after so many bytes. */
export type Pace = (byteCount: number, atMs: number) => number;

/** What was not used is saved for so long. */
const SAVED_MS = 250;
/** Shorter waits cost more than they spare. */
const SHORTEST_MS = 15;
/** How often a shut gate is looked at. */
const LOOK_MS = 200;
const SHUT = 1;

/** Shared by the threads: the gate stands in the first place. */
export type Gate = Int32Array<SharedArrayBuffer>;
export const openGate = (): Gate => new Int32Array(new SharedArrayBuffer(4));
export const isShut = (gate: Gate): boolean => Atomics.load(gate, 0) === SHUT;
export const setGate = (gate: Gate, shut: boolean): void => void Atomics.store(gate, 0, shut ? SHUT : 0);

/** Null: as fast as it comes. */
export function openPace(bytesPerSecond: number | null, gate: Gate): Pace {
  let paidUntilMs = 0;
  return (byteCount, atMs) => {
    if (isShut(gate)) return LOOK_MS;
    if (bytesPerSecond === null) return 0;
    paidUntilMs = Math.max(paidUntilMs, atMs - SAVED_MS) + (byteCount / bytesPerSecond) * 1000;
    const waitMs = paidUntilMs - atMs;
    return waitMs < SHORTEST_MS ? 0 : waitMs;
  };
}

export interface Hold {
  isHeld(): boolean;
  /** So much has come. */
  take(byteCount: number): void;
}

/** Pauses as long as the pace says; what has come goes on meanwhile. */
export function openHold(pace: Pace | undefined, stream: { pause(): unknown }, onOver: () => void): Hold {
  let held = false;
  const take = (byteCount: number): void => {
    const waitMs = held ? 0 : (pace?.(byteCount, performance.now()) ?? 0);
    if (waitMs === 0) return;
    held = true;
    stream.pause();
    setTimeout(() => {
      held = false;
      take(0);
      onOver();
    }, waitMs);
  };
  return { isHeld: () => held, take };
}
