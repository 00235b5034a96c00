// A text of ASCII, looked through for the forms that are sought: `foundIn` of domain/refresh/originals.ts as bytes. What is found, and what is of
// more than ASCII, is for those rules themselves to say.
import { JOINED, LAST_WORDS, LOOKED, SIGN, WORD_COUNTS } from './layout.ts';
import { load32, load8, move, store32, store8 } from './memory.ts';
import { has, mayHave } from './sought.ts';

export const WORD: i32 = 1;
export const DIGIT: i32 = 2;
export const BLANK: i32 = 4;
export const CAPITAL: i32 = 8;
export const ADDRESS: i32 = 16; // may stand on both sides of an @
export const DOMAIN: i32 = 32; // may stand behind the last point of an address
export const NUMBER: i32 = 64; // may stand between the digits of one number
export const BEYOND: i32 = 128; // no ASCII

const MOST_WORDS: i32 = 5;
const LONGEST_WHOLE: i32 = 512;
const FEWEST_DIGITS: i32 = 7;

let words: i32 = 0;
function is(at: i32, kinds: i32): boolean {
  return (load8(SIGN + load8(at)) & kinds) !== 0;
}
function slotOf(word: i32): i32 {
  return LAST_WORDS + ((word & 7) << 3);
}

/** The last words with one blank between each two; how long that is. */
function join(count: i32): i32 {
  let to = JOINED;
  for (let back = count; back > 0; back--) {
    const slot = slotOf(words - back);
    const from = load32(slot);
    const length = load32(slot + 4) - from;
    move(to, from, length);
    store8(to + length, 32);
    to += length + 1;
  }
  return to - 1 - JOINED;
}

/** Every run of words that ends with this one. */
function hasWord(from: i32, end: i32): boolean {
  const own = slotOf(words);
  store32(own, from);
  store32(own + 4, end);
  words += 1;
  const last = load8(end - 1);
  const counts = load32(WORD_COUNTS);
  const most = words < MOST_WORDS ? words : MOST_WORDS;
  let length = -1;
  let first = from;
  let isJoined = true;
  for (let count = 1; count <= most; count++) {
    const slot = slotOf(words - count);
    const until = load32(slot + 4);
    if (count > 1 && (first - until !== 1 || load8(until) !== 32)) isJoined = false;
    first = load32(slot);
    length += 1 + until - first;
    if ((counts & (1 << count)) === 0 || !mayHave(length, load8(first), last)) continue;
    if (isJoined ? has(first, length) : has(JOINED, join(count))) return true;
  }
  return false;
}

/** Where the address ends whose @ stands there, or 0. */
function endOfAddress(sign: i32, end: i32): i32 {
  let until = sign + 1;
  while (until < end && is(until, ADDRESS)) until += 1;
  for (let point = until - 3; point > sign + 1; point--) {
    if (load8(point) !== 46 || !is(point + 1, DOMAIN) || !is(point + 2, DOMAIN)) continue;
    let last = point + 3;
    while (last < until && is(last, DOMAIN)) last += 1;
    return last;
  }
  return 0;
}

function hasAddress(from: i32, end: i32): boolean {
  let taken = from;
  for (let sign = from; sign < end; sign++) {
    if (load8(sign) !== 64) continue;
    let first = sign;
    while (first > taken && is(first - 1, ADDRESS)) first -= 1;
    const last = first === sign ? 0 : endOfAddress(sign, end);
    if (last === 0) continue;
    if (has(first, last - first)) return true;
    taken = last;
  }
  return false;
}

/** Digits that belong together, with what people write between them, and each row of digits alone. */
function hasNumber(from: i32, end: i32): boolean {
  store8(JOINED, 35);
  let at = from;
  while (at < end) {
    if (!is(at, DIGIT)) {
      at += 1;
      continue;
    }
    const first = at;
    let last = at;
    let count = 0;
    let row = 0;
    for (; at < end && is(at, NUMBER); at++) {
      if (!is(at, DIGIT)) {
        if (hasRow(count, row)) return true;
        row = 0;
        continue;
      }
      count += 1;
      row += 1;
      store8(JOINED + count, load8(at));
      last = at;
    }
    if (last - first >= FEWEST_DIGITS - 1 && count >= FEWEST_DIGITS && has(JOINED, count + 1)) return true;
    if (row < count && hasRow(count, row)) return true;
  }
  return false;
}

/** The last `row` of the digits that were taken. */
function hasRow(count: i32, row: i32): boolean {
  if (row < FEWEST_DIGITS) return false;
  const before = JOINED + count - row;
  const covered = load8(before);
  store8(before, 35);
  const found = has(before, row + 1);
  store8(before, covered);
  return found;
}

/** Whether the text holds a form that is sought, or may hold one. */
export function mayHold(at: i32, length: i32): boolean {
  let from = at;
  let end = at + length;
  while (from < end && is(from, BLANK)) from += 1;
  while (end > from && is(end - 1, BLANK)) end -= 1;
  const to = LOOKED - from;
  let begun = 0;
  let digits = 0;
  let addresses = 0;
  words = 0;
  for (let i = from; i < end; i++) {
    const c = load8(i);
    const kinds = load8(SIGN + c);
    if ((kinds & BEYOND) !== 0) return true;
    store8(to + i, (kinds & CAPITAL) !== 0 ? c | 32 : c);
    if ((kinds & WORD) !== 0) {
      if (begun === 0) begun = to + i;
      digits += (kinds & DIGIT) >> 1;
      continue;
    }
    if (begun !== 0 && hasWord(begun, to + i)) return true;
    begun = 0;
    if (c === 64) addresses += 1;
  }
  if (begun !== 0 && hasWord(begun, to + end)) return true;
  const whole = end - from;
  if (whole > 0 && has(LOOKED, whole < LONGEST_WHOLE ? whole : LONGEST_WHOLE)) return true;
  if (addresses > 0 && hasAddress(LOOKED, to + end)) return true;
  return digits >= FEWEST_DIGITS && hasNumber(LOOKED, to + end);
}
