// Keyed hashes of originals, 64 bits each: whoever had the set could not tell whose it is. At most 14 bytes for each that is different.
import { openHasher } from '../kernel/hasher.ts';
import { compiledKernel } from './compiled-kernel.ts';

export interface OriginalSet {
  add(form: string): void;
  has(form: string): boolean;
  /** Whether any has this length and these signs (UTF-16) at its ends: says no to nearly every word without a hash. */
  mayHave(length: number, first: number, last: number): boolean;
  count(): number;
  sizeBytes(): number;
}

const FULLEST = 0.85;
const GROWTH = 1.4;
const FEWEST_SLOTS = 1024;
/** What is known of lengths and ends: one bit for each of these, whatever the set holds. */
const ENDS = 0x10000;
const endsOf = (length: number, first: number, last: number): number =>
  (Math.imul(length, 2053) ^ Math.imul(first, 97) ^ Math.imul(last, 12289)) & (ENDS - 1);

/** `key`: 16 bytes, drawn for the run, no masker's. */
export function openOriginalSet(key: Uint8Array): OriginalSet {
  const hash = openHasher(key, compiledKernel());
  const ends = new Uint8Array(ENDS / 8);
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
    const { low, high } = hash(form);
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
      const end = endsOf(form.length, form.charCodeAt(0), form.charCodeAt(form.length - 1));
      ends[end >>> 3]! |= 1 << (end & 7);
      count += 1;
      if (count > (slots.length / 2) * FULLEST) grow();
    },
    has(form) {
      const [low, high] = hashed(form);
      const at = place(slots, low, high);
      return slots[at] !== 0 || slots[at + 1] !== 0;
    },
    mayHave(length, first, last) {
      const end = endsOf(length, first, last);
      return (ends[end >>> 3]! & (1 << (end & 7))) !== 0;
    },
    count: () => count,
    sizeBytes: () => slots.byteLength + ends.byteLength,
  };
}
