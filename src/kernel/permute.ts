// A Feistel network over the symbols of a value. Each symbol keeps its kind (a digit stays a digit), so form and length stand, and
// because every round can be taken back, two values never become one.
import { BLOCK, CHOICES, LEFT, MOST_SYMBOLS, PLACES, RIGHT, SYMBOLS } from './layout.ts';
import { load32, load8, move, store32, store8 } from './memory.ts';
import { reserve } from './output.ts';
import { hash, hashHigh, hashLow } from './siphash.ts';

export const DIGITS: i32 = 1;
export const LETTERS: i32 = 2;
/** A number of JSON: its first digit is not 0. */
export const NO_LEADING_ZERO: i32 = 4;

const ROUNDS: i32 = 8;
/** Halves of 80 bits need no more (Luby and Rackoff): half a billion values are told from a random permutation with a chance below one in four million. */
const FEW_ROUNDS: i32 = 4;
const ENOUGH_TENTHS: i32 = 800;

function isDigit(c: i32): boolean {
  return c >= 48 && c <= 57;
}

/** In the table of symbols: the place and the neighbours of the byte have a say. */
export const UNKNOWN: i32 = -1;

/** First of the symbols that a byte beyond ASCII may become, and how many there are (in the lowest 8 bits); 0 where it stays. */
function beyond(at: i32, i: i32): i32 {
  const c = load8(at + i);
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
    // Of equal parts as near as a byte can be cut: a multiplication takes a fraction of what a division does.
    const step = ((bits & 255) * many) >> 8;
    const sum = load8(target + i) + (back === 0 ? step : many - step);
    store8(target + i, sum < many ? sum : sum - many);
  }
}

/** Of a symbol with so many choices; no more than it has, in tenths of a bit. */
function tenthsOf(choices: i32): i32 {
  return choices < 16 ? 31 : choices < 64 ? 47 : 60;
}

/** Writes the permuted value; 0 when it has too many symbols. `back` takes the permutation back. */
export function permute(key: i32, at: i32, length: i32, kinds: i32, back: i32): i32 {
  const table = SYMBOLS + ((kinds & (DIGITS | LETTERS)) << 10);
  let count = 0;
  let leads = (kinds & NO_LEADING_ZERO) !== 0 && length > 1;
  for (let i = 0; i < length; i++) {
    const c = load8(at + i);
    let own = load32(table + (c << 2));
    if (own === UNKNOWN) own = beyond(at, i);
    if (leads && isDigit(c)) {
      own = c === 48 ? 0 : (49 << 8) | 9;
      leads = false;
    }
    if (own === 0) continue;
    if (count === MOST_SYMBOLS) return 0;
    store8(CHOICES + count, own & 255);
    store8(RIGHT + count, c - (own >> 8));
    store32(PLACES + (count << 2), (i << 8) | (own >> 8));
    count += 1;
  }
  const out = reserve(length);
  if (out === 0) return 1;
  move(out, at, length);
  const left = count >> 1;
  // The first half moves over; the second stays where it is and is read from there on.
  for (let i = 0; i < left; i++) store8(LEFT + i, load8(RIGHT + i));
  const right = count - left;
  for (let i = 0; i < right; i++) store8(RIGHT + i, load8(RIGHT + left + i));
  let tenths = 0;
  for (let i = 0; i < left && tenths < ENOUGH_TENTHS; i++) tenths += tenthsOf(load8(CHOICES + i));
  // Form and length stay, so both ways count alike.
  const rounds = tenths < ENOUGH_TENTHS ? ROUNDS : FEW_ROUNDS;
  for (let r = 0; r < rounds; r++) {
    const round = back === 0 ? r : rounds - 1 - r;
    if ((round & 1) === 0) mix(key, round, count, RIGHT, right, CHOICES + left, LEFT, left, back);
    else mix(key, round, count, LEFT, left, CHOICES, RIGHT, right, back);
  }
  for (let i = 0; i < count; i++) {
    const place = load32(PLACES + (i << 2));
    store8(out + (place >>> 8), (place & 255) + load8(i < left ? LEFT + i : RIGHT + i - left));
  }
  return 1;
}
