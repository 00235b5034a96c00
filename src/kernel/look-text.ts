// A text looked through for the forms that are sought: `foundIn` of domain/refresh/originals.ts as bytes. What is found, and what has more than ASCII,
// letters of Latin-1 and the marks between words, is for those rules themselves to say.
import { JOINED, LAST_WORDS, LOOKED, SIGN } from './layout.ts';
import { load32, load8, move, store32, store8 } from './memory.ts';
import * as sign from './sought.ts';
import {
  has,
  is,
  isPunctuation,
  letterAt,
  mayBeRun,
  mayEndRun,
  mayHave,
  pair,
  startOf,
  SHORTEST_FORM,
} from './sought.ts';
import { hasAddress, hasNumber, isAddressBeyond } from './look-parts.ts';

const MOST_WORDS: i32 = 5;
const LONGEST_WHOLE: i32 = 512;
const FEWEST_DIGITS: i32 = 7;
/** What stands between two words of a form. */
const BLANK: i32 = 32;

/** Shorter rows of Base64 stand for nothing that is sought. */
export const SHORTEST_RUN: i32 = 11;
/** Of the text that was looked through last: where the first row begins that may be Base64 or hexadecimal, where the last one ends, and how many escapes there may be. */
export let runsFrom: i32 = 0;
export let runsEnd: i32 = 0;
export let escapes: i32 = 0;

function endRun(from: i32, end: i32): void {
  if (end - from < SHORTEST_RUN) return;
  if (runsEnd === 0) runsFrom = from;
  runsEnd = end;
}

let words: i32 = 0;
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
  const tail = pair(end - from > 1 ? load8(end - 2) : BLANK, load8(end - 1));
  const most = words < MOST_WORDS ? words : MOST_WORDS;
  if (!mayEndRun(end - load32(slotOf(words - most)), tail)) return false;
  let length = -1;
  let first = from;
  let isJoined = true;
  for (let count = 1; count <= most; count++) {
    const slot = slotOf(words - count);
    const until = load32(slot + 4);
    if (count > 1 && (first - until !== 1 || load8(until) !== 32)) isJoined = false;
    first = load32(slot);
    length += 1 + until - first;
    if (!mayBeRun(length, tail)) continue;
    if (!mayHave(length, pair(load8(first), until - first > 1 ? load8(first + 1) : BLANK), tail)) continue;
    if (isJoined ? has(first, length) : has(JOINED, join(count))) return true;
  }
  return false;
}

/** Whether the text holds a form that is sought, or may hold one. */
export function mayHold(at: i32, length: i32): boolean {
  runsEnd = 0;
  escapes = 0;
  if (length < SHORTEST_FORM) return false;
  let from = at;
  let end = at + length;
  while (from < end && is(from, sign.BLANK)) from += 1;
  while (end > from && is(end - 1, sign.BLANK)) end -= 1;
  const to = LOOKED - from;
  let begun = 0;
  let run = from;
  let digits = 0;
  let addresses = 0;
  let beyond = 0;
  words = 0;
  for (let i = from; i < end; i++) {
    const c = load8(i);
    const kinds = load8(SIGN + c);
    store8(to + i, (kinds & sign.CAPITAL) !== 0 ? c | 32 : c);
    if ((kinds & sign.BEYOND) !== 0) {
      const letter = letterAt(i, end);
      const isBetween = letter === 0 && isPunctuation(i, end);
      if (letter === 0 && !isBetween) return true;
      beyond += 1;
      endRun(run, i);
      if (isBetween) {
        if (begun !== 0 && hasWord(begun, to + i)) return true;
        begun = 0;
        move(to + i + 1, i + 1, 2);
        i += 2;
        run = i + 1;
        continue;
      }
      if (begun === 0) begun = to + i;
      i += 1;
      run = i + 1;
      store8(to + i, letter);
      continue;
    }
    if ((kinds & sign.WORD) !== 0) {
      if (begun === 0) begun = to + i;
      digits += (kinds & sign.DIGIT) >> 1;
      continue;
    }
    if (begun !== 0 && hasWord(begun, to + i)) return true;
    begun = 0;
    if (c === 43 || c === 47) continue;
    endRun(run, i);
    run = i + 1;
    if (c === 64) addresses += 1;
    else if (c === 37 || c === 92) escapes += 1;
  }
  endRun(run, end);
  if (begun !== 0 && hasWord(begun, to + end)) return true;
  const whole = end - from;
  if (whole > 0 && has(LOOKED, startOf(LOOKED, whole, LONGEST_WHOLE))) return true;
  if (addresses > 0 && beyond > 0 && isAddressBeyond(LOOKED, to + end)) return true;
  if (addresses > 0 && hasAddress(LOOKED, to + end)) return true;
  return digits >= FEWEST_DIGITS && hasNumber(LOOKED, to + end);
}
