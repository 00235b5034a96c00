// Addresses and numbers inside a text that is folded: looked for, or gathered. Of ASCII; addresses with other signs are for others to read.
import { nextDigit, nextEqual } from './blocks.ts';
import { JOINED } from './layout.ts';
import { load8, store8 } from './memory.ts';
import * as sign from './sought.ts';
import { has, is, LOOKING, meets, purpose } from './sought.ts';

const FEWEST_DIGITS: i32 = 7;
const AT: i32 = 64;
const POINT: i32 = 46;
const PLUS: i32 = 43;
const APOSTROPHE: i32 = 39;

/** Where the address ends whose @ stands there, or 0. */
function endOfAddress(middle: i32, end: i32): i32 {
  let until = middle + 1;
  while (until < end && is(until, sign.ADDRESS)) until += 1;
  for (let point = until - 3; point > middle + 1; point--) {
    if (load8(point) !== POINT || !is(point + 1, sign.DOMAIN) || !is(point + 2, sign.DOMAIN)) continue;
    let last = point + 3;
    while (last < until && is(last, sign.DOMAIN)) last += 1;
    return last;
  }
  return 0;
}

/** Whether an @ has a sign beyond ASCII in what may be its address: how many signs are there is not told by bytes. */
export function isAddressBeyond(from: i32, end: i32): boolean {
  for (let middle = nextEqual(from, end, AT); middle < end; middle = nextEqual(middle + 1, end, AT)) {
    for (let at = middle - 1; at >= from && is(at, sign.ADDRESS | sign.BEYOND); at--)
      if (is(at, sign.BEYOND)) return true;
    for (let at = middle + 1; at < end && is(at, sign.ADDRESS | sign.BEYOND); at++)
      if (is(at, sign.BEYOND)) return true;
  }
  return false;
}

/** Of letters, digits, points and the like alone, none of which stands at an end, around the @ that stands there; 0 where there is none. */
export let bareFrom: i32 = 0;
function endOfBare(from: i32, middle: i32, end: i32): i32 {
  bareFrom = middle;
  while (bareFrom > from && (is(bareFrom - 1, sign.WORD) || isInName(bareFrom - 1))) bareFrom -= 1;
  while (bareFrom < middle && isInName(bareFrom)) bareFrom += 1;
  let until = middle + 1;
  while (until < end && (is(until, sign.WORD) || isBetween(until))) until += 1;
  while (until > middle + 1 && isBetween(until - 1)) until -= 1;
  return bareFrom === middle || until === middle + 1 ? 0 : until;
}

/** Signs of a name or a host that begin and end none. */
function isBetween(at: i32): boolean {
  const c = load8(at);
  return c === POINT || c === 45 || c === 95;
}

function isInName(at: i32): boolean {
  const c = load8(at);
  return c === PLUS || c === APOSTROPHE || isBetween(at);
}

/** Whether what begins there is by which everybody asks servers for code. */
function isEverybodys(from: i32, middle: i32): boolean {
  return middle - from === 3 && load8(from) === 103 && load8(from + 1) === 105 && load8(from + 2) === 116;
}

/** Whether a host has a name of letters behind its last point, as that of people has. */
function hasName(middle: i32, end: i32): boolean {
  let letters = 0;
  for (let i = end - 1; i > middle; i--) {
    const c = load8(i);
    if (c === POINT) return letters > 1;
    if (!is(i, sign.WORD) || is(i, sign.DIGIT) || isBetween(i)) return false;
    if ((c & 0xc0) !== 0x80) letters += 1;
  }
  return false;
}

/** Of the @ that stands there, where its own bare address ends, or 0. */
export function endOfOwnBare(from: i32, middle: i32, end: i32): i32 {
  const until = endOfBare(from, middle, end);
  return until !== 0 && hasName(middle, until) && !isEverybodys(bareFrom, middle) ? until : 0;
}

/** Goes over the addresses, and what is bare of each; whether one is looked for. */
export function hasAddress(from: i32, end: i32): boolean {
  let taken = from;
  for (let middle = nextEqual(from, end, AT); middle < end; middle = nextEqual(middle + 1, end, AT)) {
    let first = middle;
    while (first > taken && is(first - 1, sign.ADDRESS)) first -= 1;
    const last = first === middle ? 0 : endOfAddress(middle, end);
    const isGathered = purpose !== LOOKING;
    if (last !== 0 && !(isGathered && isEverybodys(first, middle)) && meets(first, last - first, 0)) return true;
    if (last !== 0) taken = last;
    const until = isGathered ? endOfOwnBare(from, middle, end) : endOfBare(from, middle, end);
    const isOther = until !== 0 && (bareFrom !== first || until !== last);
    if (isOther && meets(bareFrom, until - bareFrom, 0)) return true;
  }
  return false;
}

/** Digits that belong together, with what people write between them, and each row of digits alone. */
export function hasNumber(from: i32, end: i32): boolean {
  store8(JOINED, 35);
  for (let at = nextDigit(from, end); at < end; at = nextDigit(at, end)) {
    const first = at;
    let last = at;
    let count = 0;
    let row = 0;
    for (; at < end && is(at, sign.NUMBER); at++) {
      if (!is(at, sign.DIGIT)) {
        if (hasRow(count, row)) return true;
        row = 0;
        continue;
      }
      count += 1;
      row += 1;
      store8(JOINED + count, load8(at));
      last = at;
    }
    if (last - first >= FEWEST_DIGITS - 1 && count >= FEWEST_DIGITS && meets(JOINED, count + 1, 1)) return true;
    if (row < count && hasRow(count, row)) return true;
  }
  return false;
}

/** The last `row` of the digits that were taken. */
function hasRow(count: i32, row: i32): boolean {
  if (row < FEWEST_DIGITS || purpose !== LOOKING) return false;
  const before = JOINED + count - row;
  const covered = load8(before);
  store8(before, 35);
  const found = has(before, row + 1);
  store8(before, covered);
  return found;
}
