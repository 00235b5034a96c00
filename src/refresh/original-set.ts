// Keyed hashes of originals, 64 bits each: whoever had the set could not tell whose it is. At most 15 bytes for each that is different.
import { wordCount } from '../domain/refresh/originals.ts';
import type { Keeper } from '../kernel/ask.ts';
import { openHasher } from '../kernel/hasher.ts';
import { ENDS_BITS } from '../kernel/layout.ts';
import { endsOf } from '../kernel/sought.ts';
import { compiledKernel } from './compiled-kernel.ts';

/** In memory that threads share: what it holds may be looked at by all, and is changed by none of them. */
export interface SharedSet {
  /** Pairs of halves of a hash; a free slot is twice 0. */
  readonly slots: Uint32Array<SharedArrayBuffer>;
  /** One bit for each of what is known of lengths and ends. */
  readonly ends: Uint8Array<SharedArrayBuffer>;
}

export interface Originals {
  has(form: string): boolean;
  hasHash(low: number, high: number): boolean;
  /** Whether any has this length and these signs (UTF-16) at its ends: says no to nearly every word without a hash. */
  mayHave(length: number, first: number, last: number): boolean;
}

export interface OriginalSet extends Originals {
  add(form: string): void;
  /** Everything of a list under the same key. In the order of the hashes they would crowd at one end of the set until it has grown. */
  join(slots: Uint32Array, ends: Uint8Array): void;
  count(): number;
  sizeBytes(): number;
  /** As it stands; nothing may be added afterwards. */
  shared(): SharedSet;
}

const FULLEST = 0.7;
const GROWTH = 1.25;
const FEWEST_SLOTS = 1024;
const makeSlots = (count: number) => new Uint32Array(new SharedArrayBuffer(count * 8));

/** Where the hash stands, or the free slot that would be its place. In the order of the hashes, so that a larger set is filled from one end to the other. */
function place(slots: Uint32Array, low: number, high: number): number {
  const slotCount = slots.length / 2;
  let i = Math.floor((low / 0x1_0000_0000) * slotCount);
  while ((slots[i * 2] !== 0 || slots[i * 2 + 1] !== 0) && (slots[i * 2] !== low || slots[i * 2 + 1] !== high))
    i = i + 1 === slotCount ? 0 : i + 1;
  return i * 2;
}

const isTaken = (slots: Uint32Array, at: number): boolean => slots[at] !== 0 || slots[at + 1] !== 0;

let hasher: ReturnType<typeof openHasher> | null = null;

/** Never both 0, which is a free slot. */
function openHash(key: Uint8Array): (form: string) => readonly [number, number] {
  hasher ??= openHasher(compiledKernel());
  const hash = hasher;
  return (form) => {
    const { low, high } = hash(key, form);
    return low === 0 && high === 0 ? [1, 0] : [low, high];
  };
}

/** Hashes on their way to the set, those that came last not twice. */
export interface FormList extends Keeper {
  addForm(form: string): void;
  readonly gathered: () => { readonly slots: Uint32Array; readonly ends: Uint8Array; readonly wordCounts: number[] };
}

const LATEST = 0x8000;
const MOST_COUNTED_WORDS = 31;

export function openFormList(key: Uint8Array): FormList {
  const hash = openHash(key);
  const ends = new Uint8Array(ENDS_BITS / 8);
  const latest = new Uint32Array(LATEST * 2);
  const wordCounts = new Uint8Array(MOST_COUNTED_WORDS + 1);
  let pairs = new Uint32Array(FEWEST_SLOTS);
  let length = 0;
  const add = (low: number, high: number, end: number, words: number): void => {
    const at = (low & (LATEST - 1)) * 2;
    if (latest[at] === low && latest[at + 1] === high) return;
    latest[at] = low;
    latest[at + 1] = high;
    if (length === pairs.length) {
      const longer = new Uint32Array(length * 2);
      longer.set(pairs);
      pairs = longer;
    }
    pairs[length] = low;
    pairs[length + 1] = high;
    length += 2;
    ends[end >>> 3]! |= 1 << (end & 7);
    wordCounts[words] = 1;
  };
  return {
    ...{ add, has: () => false },
    addForm(form) {
      const end = endsOf(form.length, form.charCodeAt(0), form.charCodeAt(form.length - 1));
      add(...hash(form), end, Math.min(MOST_COUNTED_WORDS, wordCount(form)));
    },
    gathered: () => ({
      ...{ slots: pairs.slice(0, length), ends },
      wordCounts: [...wordCounts.keys()].filter((count) => wordCounts[count] === 1),
    }),
  };
}

/** What another thread has gathered under the same key. */
export function originalsIn(key: Uint8Array, { slots, ends }: SharedSet): Originals {
  return reading(openHash(key), () => slots, ends);
}

function reading(hash: ReturnType<typeof openHash>, slots: () => Uint32Array, ends: Uint8Array): Originals {
  const hasHash = (low: number, high: number): boolean => isTaken(slots(), place(slots(), low, high));
  return {
    has(form) {
      const [low, high] = hash(form);
      return hasHash(low, high);
    },
    hasHash,
    mayHave(length, first, last) {
      const end = endsOf(length, first, last);
      return (ends[end >>> 3]! & (1 << (end & 7))) !== 0;
    },
  };
}

/** `key`: 16 bytes, drawn for the run, no masker's. */
export function openOriginalSet(key: Uint8Array): OriginalSet {
  const hash = openHash(key);
  const ends = new Uint8Array(new SharedArrayBuffer(ENDS_BITS / 8));
  let slots = makeSlots(FEWEST_SLOTS);
  let count = 0;
  const grow = (): void => {
    const larger = makeSlots(Math.ceil((slots.length / 2) * GROWTH));
    for (let i = 0; i < slots.length; i += 2) {
      if (!isTaken(slots, i)) continue;
      const at = place(larger, slots[i]!, slots[i + 1]!);
      larger[at] = slots[i]!;
      larger[at + 1] = slots[i + 1]!;
    }
    slots = larger;
  };
  const addHash = (low: number, high: number): boolean => {
    const at = place(slots, low, high);
    if (isTaken(slots, at)) return false;
    slots[at] = low;
    slots[at + 1] = high;
    count += 1;
    if (count > (slots.length / 2) * FULLEST) grow();
    return true;
  };
  return {
    ...reading(hash, () => slots, ends),
    add(form) {
      const [low, high] = hash(form);
      if (!addHash(low, high)) return;
      const end = endsOf(form.length, form.charCodeAt(0), form.charCodeAt(form.length - 1));
      ends[end >>> 3]! |= 1 << (end & 7);
    },
    join(others, theirEnds) {
      for (let i = 0; i < others.length; i += 2) if (isTaken(others, i)) addHash(others[i]!, others[i + 1]!);
      for (const [i, bits] of theirEnds.entries()) ends[i]! |= bits;
    },
    count: () => count,
    sizeBytes: () => slots.byteLength + ends.byteLength,
    shared: () => ({ slots, ends }),
  };
}
