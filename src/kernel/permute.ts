// A Feistel network over the symbols of a value. Each symbol keeps its kind (a digit stays a digit), so form and length stand, and
// because every round can be taken back, two values never become one.
import { CHOICES, LEFT, MOST_SYMBOLS, RIGHT, BLOCK } from './layout.ts';
import { load8, remainder, store32, store8 } from './memory.ts';
import { reserve } from './output.ts';
import { hash, hashHigh, hashLow } from './siphash.ts';

export const DIGITS: i32 = 1;
export const LETTERS: i32 = 2;
/** A number of JSON: its first digit is not 0. */
export const NO_LEADING_ZERO: i32 = 4;

const ROUNDS: i32 = 8;
function isDigit(c: i32): boolean {
  return c >= 48 && c <= 57;
}

/** First of the symbols that this byte may become, and how many there are (in the lowest 8 bits); 0 where it stays. */
function range(at: i32, i: i32, kinds: i32, first: i32): i32 {
  const c = load8(at + i);
  if (c >= 48 && c <= 57) {
    if ((kinds & DIGITS) === 0) return 0;
    if (first === 0 || (kinds & NO_LEADING_ZERO) === 0) return (48 << 8) | 10;
    return c === 48 ? 0 : (49 << 8) | 9;
  }
  if ((kinds & LETTERS) === 0) return 0;
  if (c >= 65 && c <= 90) return (65 << 8) | 26;
  if (c >= 97 && c <= 122) return (97 << 8) | 26;
  if (c < 128) return 0;
  if (c >= 0xc3 && c <= 0xdf) return (0xc3 << 8) | 29;
  if (c >= 0xc0) return 0; // the lead of three or four: what may follow depends on it
  // A follower may be any, except right behind a lead of three or four.
  return i > 0 && load8(at + i - 1) >= 0xe0 ? 0 : (0x80 << 8) | 64;
}

/** Adds to every symbol of `target` what the other half says, or takes it away again. */
function mix(
  key: i32,
  round: i32,
  total: i32,
  target: i32,
  count: i32,
  choices: i32,
  other: i32,
  others: i32,
  back: i32,
): void {
  store32(other - 8, round);
  store32(other - 4, total);
  hash(key, other - 8, others + 8);
  let low = hashLow;
  let high = hashHigh;
  for (let i = 0; i < count; i++) {
    if (i > 0 && (i & 7) === 0) {
      store32(BLOCK, low);
      store32(BLOCK + 4, high);
      store32(BLOCK + 8, i);
      hash(key, BLOCK, 12);
      low = hashLow;
      high = hashHigh;
    }
    const bits = ((i & 4) === 0 ? low : high) >>> ((i & 3) << 3);
    const many = load8(choices + i);
    const step = remainder(bits & 255, many);
    const now = load8(target + i);
    store8(target + i, remainder(back === 0 ? now + step : now + many - step, many));
  }
}

/** Writes the permuted value; 0 when it has too many symbols. `back` takes the permutation back. */
export function permute(key: i32, at: i32, length: i32, kinds: i32, back: i32): i32 {
  let count = 0;
  let first = length > 1 ? 1 : 0;
  for (let i = 0; i < length; i++) {
    const own = range(at, i, kinds, first);
    if (isDigit(load8(at + i))) first = 0;
    if (own === 0) continue;
    if (count === MOST_SYMBOLS) return 0;
    store8(CHOICES + count, own & 255);
    store8(RIGHT + count, load8(at + i) - (own >> 8));
    count += 1;
  }
  const out = reserve(length);
  if (out === 0) return 1;
  const left = count >> 1;
  // The first half moves over; the second stays where it is and is read from there on.
  for (let i = 0; i < left; i++) store8(LEFT + i, load8(RIGHT + i));
  const right = count - left;
  for (let i = 0; i < right; i++) store8(RIGHT + i, load8(RIGHT + left + i));
  for (let r = 0; r < ROUNDS; r++) {
    const round = back === 0 ? r : ROUNDS - 1 - r;
    if ((round & 1) === 0) mix(key, round, count, RIGHT, right, CHOICES + left, LEFT, left, back);
    else mix(key, round, count, LEFT, left, CHOICES, RIGHT, right, back);
  }
  let next = 0;
  first = length > 1 ? 1 : 0;
  for (let i = 0; i < length; i++) {
    const own = range(at, i, kinds, first);
    const c = load8(at + i);
    if (isDigit(c)) first = 0;
    store8(out + i, own === 0 ? c : (own >> 8) + load8(next < left ? LEFT + next : RIGHT + next - left));
    if (own !== 0) next += 1;
  }
  return 1;
}
