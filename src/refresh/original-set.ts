// Keyed hashes of originals, 64 bits each: whoever had the set could not tell whose it is.
import { wordCount } from '../domain/refresh/originals.ts';
import type { Keeper } from '../kernel/ask.ts';
import { openHasher } from '../kernel/hasher.ts';
import { ENDS_BITS } from '../kernel/layout.ts';
import { endsOf, pair, SHORTEST_FORM } from '../kernel/sought.ts';
import { compiledKernel } from './compiled-kernel.ts';
import { holds, openSortedHashes, type Hashes } from './sorted-hashes.ts';

/** In memory that threads share: what it holds may be looked at by all, and is changed by none of them. */
export interface SharedSet {
  readonly hashes: Hashes;
  /** One bit for each of what is known of lengths and ends. */
  readonly ends: Uint8Array<SharedArrayBuffer>;
}

export interface Originals {
  has(form: string): boolean;
  hasHash(low: number, high: number): boolean;
  /** Whether any has this length and these two signs of ASCII (as one number) at its beginning and at its end: says no to nearly every word without a hash. */
  mayHave(length: number, head: number, tail: number): boolean;
}

export interface OriginalSet extends Originals {
  add(form: string): void;
  /** Everything of a list under the same key. */
  join(hashes: Uint32Array, ends: Uint8Array): void;
  count(): number;
  /** At most until now. */
  sizeBytes(): number;
  /** As it stands; nothing may be added afterwards. */
  shared(): SharedSet;
}

const signAt = (form: string, i: number): number => form.charCodeAt(i) & 0xff;
const endOf = (form: string): number =>
  endsOf(
    form.length,
    pair(signAt(form, 0), signAt(form, 1)),
    pair(signAt(form, form.length - 2), signAt(form, form.length - 1)),
  );

let hasher: ReturnType<typeof openHasher> | null = null;

/** Never both 0, as in the kernel. */
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
  /** From now on nothing is gathered yet, and nothing known. */
  clear(): void;
  /** In memory that is used again after `clear`. */
  readonly gathered: () => {
    readonly hashes: Hashes;
    readonly ends: Uint8Array;
    readonly wordCounts: number[];
  };
}

const FEWEST_BYTES = 0x1_0000;
const MOST_BYTES = 2 ** 32;
const LATEST = 0x8000;
const MOST_COUNTED_WORDS = 31;

export function openFormList(key: Uint8Array): FormList {
  const hash = openHash(key);
  const ends = new Uint8Array(ENDS_BITS / 8);
  const latest = new Uint32Array(LATEST * 2);
  const wordCounts = new Uint8Array(MOST_COUNTED_WORDS + 1);
  const memory = new SharedArrayBuffer(FEWEST_BYTES, { maxByteLength: MOST_BYTES });
  let pairs = new Uint32Array(memory, 0, FEWEST_BYTES / 4);
  let length = 0;
  const add = (low: number, high: number, end: number, words: number): void => {
    const at = (low & (LATEST - 1)) * 2;
    if (latest[at] === low && latest[at + 1] === high) return;
    latest[at] = low;
    latest[at + 1] = high;
    if (length === pairs.length) {
      memory.grow(memory.byteLength * 2);
      pairs = new Uint32Array(memory, 0, memory.byteLength / 4);
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
      const end = endOf(form);
      add(...hash(form), end, Math.min(MOST_COUNTED_WORDS, wordCount(form)));
    },
    clear() {
      length = 0;
      latest.fill(0);
      ends.fill(0);
      wordCounts.fill(0);
    },
    gathered: () => ({
      ...{ hashes: pairs.subarray(0, length), ends: ends.slice() },
      wordCounts: [...wordCounts.keys()].filter((count) => wordCounts[count] === 1),
    }),
  };
}

/** What another thread has gathered under the same key. */
export function originalsIn(key: Uint8Array, { hashes, ends }: SharedSet): Originals {
  return reading(openHash(key), () => hashes, ends);
}

function reading(hash: ReturnType<typeof openHash>, hashes: () => Hashes, ends: Uint8Array): Originals {
  return {
    has: (form) => holds(hashes(), ...hash(form)),
    hasHash: (low, high) => holds(hashes(), low, high),
    mayHave(length, head, tail) {
      if (length < SHORTEST_FORM) return false;
      const end = endsOf(length, head, tail);
      return (ends[end >>> 3]! & (1 << (end & 7))) !== 0;
    },
  };
}

/** `key`: 16 bytes, drawn for the run, no masker's. */
export function openOriginalSet(key: Uint8Array): OriginalSet {
  const hash = openHash(key);
  const ends = new Uint8Array(new SharedArrayBuffer(ENDS_BITS / 8));
  const all = openSortedHashes();
  return {
    ...reading(hash, all.sorted, ends),
    add(form) {
      all.add(...hash(form));
      const end = endOf(form);
      ends[end >>> 3]! |= 1 << (end & 7);
    },
    join(hashes, theirEnds) {
      all.join(hashes);
      for (let i = 0; i < theirEnds.length; i++) ends[i]! |= theirEnds[i]!;
    },
    count: () => all.sorted().length / 2,
    sizeBytes: () => all.sizeBytes() + ends.byteLength,
    shared: () => ({ hashes: all.sorted(), ends }),
  };
}
