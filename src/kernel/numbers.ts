// Ids are permuted, so that every reference still finds its row; amounts are moved within a band.
import { BLOCK, KEY_ID, KEY_NUMBER, KEY_UUID } from './layout.ts';
import { band64, load16, load32, load8, move, remainder, store32, store8 } from './memory.ts';
import { put, put32, putBytes, reserve } from './output.ts';
import { hash, hashHigh, hashLow } from './siphash.ts';

const ROUNDS: i32 = 8;

/** What a round adds to one half, from the other. */
function say(round: i32, width: i32, half: i32): i32 {
  store32(BLOCK, (width << 8) | round);
  store32(BLOCK + 4, half);
  hash(KEY_ID, BLOCK, 8);
  return hashLow;
}

let high: i32 = 0;
let low: i32 = 0;

/** Permutes the numbers of `wide` + `narrow` bits that stand in `high` and `low`, or takes that back. */
function permuteBits(wide: i32, narrow: i32, back: i32): void {
  const upper = wide === 32 ? -1 : (1 << wide) - 1;
  const lower = narrow === 32 ? -1 : (1 << narrow) - 1;
  for (let r = 0; r < ROUNDS; r++) {
    const round = back === 0 ? r : ROUNDS - 1 - r;
    if ((round & 1) === 0) high ^= say(round, wide, low) & upper;
    else low ^= say(round, wide, high) & lower;
  }
}

/** Numbers of 16, 32 or 64 bits; those below zero stay below zero. What fits 31 bits, or 53, fits them afterwards, so int and bigint agree. `back` writes what the number was made of instead. */
export function maskId(at: i32, length: i32, back: i32): i32 {
  if (length !== 2 && length !== 4 && length !== 8) return 0;
  let top = length === 8 ? load32(at) : length === 4 ? load32(at) >> 31 : load16(at) >> 31;
  let bottom = length === 8 ? load32(at + 4) : length === 4 ? load32(at) : load16(at);
  const isNegative = top < 0;
  if (isNegative) {
    top = ~top;
    bottom = ~bottom;
  }
  if (length === 2) {
    high = bottom >>> 8;
    low = bottom & 255;
    permuteBits(7, 8, back);
    top = 0;
    bottom = (high << 8) | low;
  } else if (top === 0 && bottom >= 0) {
    high = bottom >>> 16;
    low = bottom & 0xffff;
    permuteBits(15, 16, back);
    top = 0;
    bottom = (high << 16) | low;
  } else {
    // Walks on while it stands among the smaller ones, which have a permutation of their own.
    const isSmall = top < 1 << 21;
    high = top;
    low = bottom;
    while (true) {
      permuteBits(isSmall ? 21 : 31, 32, back);
      if (isSmall ? high !== 0 || low < 0 : high >= 1 << 21) break;
    }
    top = high;
    bottom = low;
  }
  if (isNegative) {
    top = ~top;
    bottom = ~bottom;
  }
  if (length === 8) put32(top);
  if (length !== 2) put32(bottom);
  else {
    put((bottom >> 8) & 255);
    put(bottom & 255);
  }
  return 1;
}

/** Keeps the version and the variant, permutes the other 122 bits. */
export function maskUuid(at: i32, length: i32): i32 {
  if (length !== 16) return 0;
  const out = reserve(16);
  if (out === 0) return 1;
  move(out, at, 16);
  for (let r = 0; r < ROUNDS; r++) {
    const to = (r & 1) === 0 ? out : out + 8;
    store32(BLOCK, r);
    move(BLOCK + 4, (r & 1) === 0 ? out + 8 : out, 8);
    hash(KEY_UUID, BLOCK, 12);
    for (let i = 0; i < 8; i++) {
      const bits = ((i & 4) === 0 ? hashLow : hashHigh) >>> ((i & 3) << 3);
      const fixed = to === out ? (i === 6 ? 0x0f : 0xff) : i === 0 ? 0x3f : 0xff;
      store8(to + i, load8(to + i) ^ (bits & fixed));
    }
  }
  return 1;
}

/** From -`most` to `most`, by what the value says. */
export function within(key: i32, at: i32, length: i32, most: i32): i32 {
  hash(key, at, length);
  return remainder(hashLow & 0x7fffffff, 2 * most + 1) - most;
}

/** Moves the 64 bits in BLOCK into BLOCK + 8; 0 when that is no number of `length` bytes. */
function moveBy(length: i32, thousandths: i32): i32 {
  if (band64(BLOCK + 8, BLOCK, thousandths) === 0) return 0;
  const top = load32(BLOCK + 8);
  const bottom = load32(BLOCK + 12);
  if (length === 8) return 1;
  if (top !== bottom >> 31) return 0;
  return length === 4 || (bottom >= -32768 && bottom <= 32767) ? 1 : 0;
}

/** At most `thousandths` of it away, and nearer to zero where the type ends before; where that is less than one, it stays. */
export function bandInteger(at: i32, length: i32, thousandths: i32): i32 {
  if (length !== 2 && length !== 4 && length !== 8) return 0;
  const by = within(KEY_NUMBER, at, length, thousandths);
  if (length === 8) move(BLOCK, at, 8);
  else {
    const value = length === 4 ? load32(at) : load16(at);
    store32(BLOCK, value >> 31);
    store32(BLOCK + 4, value);
  }
  if (moveBy(length, by) === 0) moveBy(length, -by);
  putBytes(BLOCK + 16 - length, length);
  return 1;
}
