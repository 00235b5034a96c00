// Keyed hashes of originals, 64 bits each: whoever had the set could not tell whose it is. At most 14 bytes for each that is different.
import { FOLDED_BYTES, KEY_LEAK } from '../kernel/layout.ts';
import { useMemory } from '../kernel/memory.ts';
import { hash, hashHigh, hashLow } from '../kernel/siphash.ts';

export interface OriginalSet {
  add(form: string): void;
  has(form: string): boolean;
  count(): number;
  sizeBytes(): number;
}

const FULLEST = 0.85;
const GROWTH = 1.4;
const FEWEST_SLOTS = 1024;
const PLACE = 0x4000;

/** `key`: 16 bytes, drawn for the run, no masker's. Shares the memory of kernels in this thread only while it hashes. */
export function openOriginalSet(key: Uint8Array): OriginalSet {
  const memory = new Uint8Array(PLACE + FOLDED_BYTES * 4);
  memory.set(key, KEY_LEAK);
  const text = memory.subarray(PLACE, PLACE + FOLDED_BYTES);
  const encoder = new TextEncoder();
  let slots = new Uint32Array(FEWEST_SLOTS * 2);
  let count = 0;
  const place = (into: Uint32Array, low: number, high: number): number => {
    const slotCount = into.length / 2;
    let i = low % slotCount;
    while ((into[i * 2] !== 0 || into[i * 2 + 1] !== 0) && (into[i * 2] !== low || into[i * 2 + 1] !== high))
      i = i + 1 === slotCount ? 0 : i + 1;
    return i * 2;
  };
  /** Never both 0, which is a free slot. */
  const hashed = (form: string): readonly [number, number] => {
    useMemory(memory);
    hash(KEY_LEAK, PLACE, encoder.encodeInto(form, text).written);
    const [low, high] = [hashLow >>> 0, hashHigh >>> 0];
    return low === 0 && high === 0 ? [1, 0] : [low, high];
  };
  const grow = (): void => {
    const larger = new Uint32Array(Math.ceil((slots.length / 2) * GROWTH) * 2);
    for (let i = 0; i < slots.length; i += 2) {
      if (slots[i] === 0 && slots[i + 1] === 0) continue;
      const at = place(larger, slots[i]!, slots[i + 1]!);
      [larger[at], larger[at + 1]] = [slots[i]!, slots[i + 1]!];
    }
    slots = larger;
  };
  return {
    add(form) {
      const [low, high] = hashed(form);
      const at = place(slots, low, high);
      if (slots[at] !== 0 || slots[at + 1] !== 0) return;
      [slots[at], slots[at + 1]] = [low, high];
      count += 1;
      if (count > (slots.length / 2) * FULLEST) grow();
    },
    has(form) {
      const [low, high] = hashed(form);
      const at = place(slots, low, high);
      return slots[at] !== 0 || slots[at + 1] !== 0;
    },
    count: () => count,
    sizeBytes: () => slots.byteLength,
  };
}
