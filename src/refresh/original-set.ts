// Keyed hashes of originals, 61 bits and what has masked it each: whoever had the set could not tell whose it is.
import { wordCount } from '../domain/refresh/originals.ts';
import type { Known } from '../kernel/gathering.ts';
import { openHasher } from '../kernel/hasher.ts';
import { KNOWN_BITS } from '../kernel/layout.ts';
import { endsOf, ORIGIN_BITS, ORIGINS, runOf, SHORTEST_FORM } from '../kernel/sought.ts';
import { compiledKernel } from './compiled-kernel.ts';
import { countWithout, holds, openSortedHashes, type Hashes } from './sorted-hashes.ts';

/** In memory that threads share: what it holds may be looked at by all, and is changed by none of them. */
export interface SharedSet {
  readonly hashes: Hashes;
  /** One bit for each of what is known of lengths and ends. */
  readonly ends: Uint8Array<SharedArrayBuffer>;
  /** Of how many words the forms are. */
  readonly wordCounts: readonly number[];
}

/** What a part of the source holds. */
export interface Gathered extends Known {
  /** Pairs of halves. */
  readonly hashes: Uint32Array;
}

export interface Originals {
  has(form: string): boolean;
  /** Whether an original of that origin has the form. */
  isOf(form: string, origin: number): boolean;
  hasHash(low: number, high: number): boolean;
  /** Whether any has this length and these two signs of ASCII (as one number) at its beginning and at its end: says no to nearly every word without a hash. */
  mayHave(length: number, head: number, tail: number): boolean;
}

export interface OriginalSet extends Originals {
  add(form: string, origin: number): void;
  /** Everything of a list under the same key. */
  join(gathered: Gathered): void;
  /** Of different forms, whatever has masked them. */
  count(): number;
  /** At most until now. */
  sizeBytes(): number;
  /** As it stands; nothing may be added afterwards. */
  shared(): SharedSet;
}

/** As the kernel takes it: also with two blanks or points, which is one too many and does no harm. */
const run = /^[\p{L}\p{N}_ .-]+$/u;

const [SPACE, POINT] = [32, 46];
/** Marks what is known of the form. */
function know(ends: Uint8Array, form: string): void {
  const bytes = Buffer.from(form);
  const { length } = bytes;
  if (length < SHORTEST_FORM) return;
  const tail = bytes.readUInt16BE(length - 2);
  const wordTail = bytes[length - 2] === POINT ? tail - ((POINT - SPACE) << 8) : tail;
  const bits = [endsOf(length, bytes.readUInt16BE(0), tail), ...(run.test(form) ? [runOf(length, wordTail)] : [])];
  for (const bit of bits) ends[bit >>> 3]! |= 1 << (bit & 7);
}

let hasher: ReturnType<typeof openHasher> | null = null;

type Hash = (form: string, origin?: number) => readonly [number, number];

function openHash(key: Uint8Array): Hash {
  hasher ??= openHasher(compiledKernel());
  const hash = hasher;
  return (form, origin = 0) => {
    const { low, high } = hash(key, form);
    return [((low & ~ORIGINS) | origin) >>> 0, high];
  };
}

/** Hashes on their way to the set; many of them come again and again. */
export interface FormList {
  addForm(form: string, origin: number): void;
  /** Hashes of forms whose ends and words `learn` is told of. */
  take(hashes: Uint32Array): void;
  learn(known: Known): void;
  /** From now on nothing is gathered yet, and nothing known. */
  clear(): void;
  /** How many hashes there are, of forms that may be the same. */
  count(): number;
  /** In memory that is used again after `clear`. */
  gathered(): Known & { readonly hashes: Hashes };
  /** Hashes alone, which are not gathered any more: a copy. */
  drain(): Uint32Array<ArrayBuffer>;
}

const FEWEST_BYTES = 0x1_0000;
const MOST_BYTES = 2 ** 32;
const MOST_COUNTED_WORDS = 31;

export function openFormList(key: Uint8Array): FormList {
  const hash = openHash(key);
  const ends = new Uint8Array(KNOWN_BITS / 8);
  const wordCounts = new Set<number>();
  const memory = new SharedArrayBuffer(FEWEST_BYTES, { maxByteLength: MOST_BYTES });
  let pairs = new Uint32Array(memory, 0, FEWEST_BYTES / 4);
  let length = 0;
  const take = (hashes: Uint32Array): void => {
    if (length + hashes.length > pairs.length) {
      memory.grow(Math.max(memory.byteLength * 2, (length + hashes.length) * 4));
      pairs = new Uint32Array(memory, 0, memory.byteLength / 4);
    }
    pairs.set(hashes, length);
    length += hashes.length;
  };
  return {
    take,
    addForm(form, origin) {
      take(Uint32Array.from(hash(form, origin)));
      know(ends, form);
      wordCounts.add(wordsOf(form));
    },
    learn(known) {
      join(ends, known.ends);
      addAll(wordCounts, known.wordCounts);
    },
    clear() {
      length = 0;
      ends.fill(0);
      wordCounts.clear();
    },
    count: () => length / 2,
    gathered: () => ({ hashes: pairs.subarray(0, length), ends: ends.slice(), wordCounts: [...wordCounts] }),
    drain() {
      const drained = new Uint32Array(pairs.subarray(0, length));
      length = 0;
      return drained;
    },
  };
}

const wordsOf = (form: string): number => Math.min(MOST_COUNTED_WORDS, wordCount(form));

function addAll(counts: Set<number>, more: readonly number[]): void {
  for (const count of more) counts.add(count);
}

function join(ends: Uint8Array, others: Uint8Array): void {
  for (let i = 0; i < others.length; i++) ends[i]! |= others[i]!;
}

/** What another thread has gathered under the same key. */
export function originalsIn(key: Uint8Array, { hashes, ends }: Omit<SharedSet, 'wordCounts'>): Originals {
  return reading(openHash(key), () => hashes, ends);
}

function reading(hash: Hash, hashes: () => Hashes, ends: Uint8Array): Originals {
  return {
    has: (form) => holds(hashes(), ...hash(form), ORIGIN_BITS),
    isOf: (form, origin) => holds(hashes(), ...hash(form, origin)),
    hasHash: (low, high) => holds(hashes(), low, high, ORIGIN_BITS),
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
  const ends = new Uint8Array(new SharedArrayBuffer(KNOWN_BITS / 8));
  const all = openSortedHashes();
  const wordCounts = new Set<number>();
  return {
    ...reading(hash, all.sorted, ends),
    add(form, origin) {
      all.add(...hash(form, origin));
      know(ends, form);
      wordCounts.add(wordsOf(form));
    },
    join(gathered) {
      all.join(gathered.hashes);
      join(ends, gathered.ends);
      addAll(wordCounts, gathered.wordCounts);
    },
    count: () => countWithout(all.sorted(), ORIGIN_BITS),
    sizeBytes: () => all.sizeBytes() + ends.byteLength,
    shared: () => ({ hashes: all.sorted(), ends, wordCounts: [...wordCounts] }),
  };
}
