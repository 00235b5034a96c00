// Different hashes of 64 bits in their order, 8 bytes each, in memory that threads share. What is new is put in from time to time, a quarter as many at once.

/** Pairs of halves, the lower one first; in the order of the numbers that they are. */
export type Hashes = Uint32Array<SharedArrayBuffer>;

export interface SortedHashes {
  add(low: number, high: number): void;
  join(pairs: Uint32Array): void;
  /** As they stand, with all that was added. What is added later may move them. */
  sorted(): Hashes;
  /** At most until now, with what waited to be put in. */
  sizeBytes(): number;
}

/** Addresses that are kept free for more, half a thousand million hashes; memory is taken as it is needed. */
const MOST_BYTES = 2 ** 32;
const FEWEST_WAITING = 0x100;
const SHARE_WAITING = 1 / 4;

/** Whether the hash at `i` is before (below 0), after, or that one. */
function compare(pairs: Uint32Array, i: number, low: number, high: number, without = 0): number {
  return pairs[i * 2 + 1]! - high || (pairs[i * 2]! >>> without) - (low >>> without);
}

/** Hashes are spread evenly, so that each says where it must be, nearly. `without`: so many of the lowest bits do not count. */
export function holds(pairs: Uint32Array, low: number, high: number, without = 0): boolean {
  let [from, end] = [0, pairs.length / 2];
  let [least, most] = [0, 0x1_0000_0000];
  while (from < end) {
    const at = Math.min(end - 1, from + Math.max(0, Math.floor(((high - least) / (most - least)) * (end - from))));
    const order = compare(pairs, at, low, high, without);
    if (order === 0) return true;
    const here = pairs[at * 2 + 1]!;
    if (order < 0) [from, least] = [at + 1, here];
    else [end, most] = [at, here + 1];
    if (high < least || high >= most) return false;
  }
  return false;
}

/** How many differ, where so many of the lowest bits do not count. */
export function countWithout(pairs: Uint32Array, without: number): number {
  let count = 0;
  for (let i = 0; i < pairs.length / 2; i++)
    if (i === 0 || compare(pairs, i - 1, pairs[i * 2]!, pairs[i * 2 + 1]!, without) !== 0) count += 1;
  return count;
}

export function openSortedHashes(): SortedHashes {
  const memory = new SharedArrayBuffer(0, { maxByteLength: MOST_BYTES });
  const sortedNow = (): Hashes => new Uint32Array(memory, 0, memory.byteLength / 4);
  // Made once and grown: what is thrown away again and again stays with the process.
  const room = new ArrayBuffer(FEWEST_WAITING * 8, { maxByteLength: MOST_BYTES });
  let waiting = new Uint32Array(room, 0, FEWEST_WAITING * 2);
  let waitingCount = 0;
  let mostBytes = 0;

  const makeRoom = (length: number): void => {
    room.resize(length * 4);
    waiting = new Uint32Array(room, 0, length);
  };
  /** Those that are not there yet, each once, to the front; how many. */
  const sift = (there: Hashes): number => {
    let [kept, at] = [0, 0];
    const count = there.length / 2;
    for (let i = 0; i < waitingCount; i++) {
      const [low, high] = [waiting[i * 2]!, waiting[i * 2 + 1]!];
      if (kept > 0 && compare(waiting, kept - 1, low, high) === 0) continue;
      while (at < count && compare(there, at, low, high) < 0) at += 1;
      if (at < count && compare(there, at, low, high) === 0) continue;
      waiting[kept * 2] = low;
      waiting[kept * 2 + 1] = high;
      kept += 1;
    }
    return kept;
  };
  const settle = (): void => {
    if (waitingCount === 0) return;
    new BigUint64Array(waiting.buffer, 0, waitingCount).sort();
    const before = memory.byteLength / 8;
    const kept = sift(sortedNow());
    memory.grow((before + kept) * 8);
    const all = sortedNow();
    let [next, last] = [kept - 1, before - 1];
    // From behind: each place was read before it is written.
    for (let to = before + kept - 1; next >= 0; to--) {
      const isOld = last >= 0 && compare(all, last, waiting[next * 2]!, waiting[next * 2 + 1]!) > 0;
      const [from, at] = isOld ? [all, last--] : [waiting, next--];
      all[to * 2] = from[at * 2]!;
      all[to * 2 + 1] = from[at * 2 + 1]!;
    }
    waitingCount = 0;
    mostBytes = Math.max(mostBytes, memory.byteLength + waiting.byteLength);
    const wanted = Math.ceil((before + kept) * SHARE_WAITING) * 2;
    if (wanted > waiting.length) makeRoom(wanted);
  };
  return {
    add(low, high) {
      waiting[waitingCount * 2] = low;
      waiting[waitingCount * 2 + 1] = high;
      waitingCount += 1;
      if (waitingCount * 2 === waiting.length) settle();
    },
    join(pairs) {
      for (let from = 0; from < pairs.length;) {
        const part = pairs.subarray(from, from + waiting.length - waitingCount * 2);
        waiting.set(part, waitingCount * 2);
        waitingCount += part.length / 2;
        from += part.length;
        if (waitingCount * 2 === waiting.length) settle();
      }
    },
    sorted() {
      settle();
      makeRoom(FEWEST_WAITING * 2);
      return sortedNow();
    },
    sizeBytes: () => mostBytes,
  };
}
