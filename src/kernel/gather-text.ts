// The forms of an original as `formsOf` and `partsOf` of domain/refresh/originals.ts make them: of ASCII and letters of Latin-1; others are for those
// rules themselves.
import { beyondIn, BLOCK_BYTES, blockUntil, foldBlock, nextEqual } from './blocks.ts';
import { JOINED, LOOKED, SIGN } from './layout.ts';
import { hasAddress, hasNumber, isAddressBeyond } from './look-parts.ts';
import { load8, store8 } from './memory.ts';
import * as op from './operations.ts';
import * as sign from './sought.ts';
import { is, keep, letterAt, ORIGINS, OTHER_ORIGIN, setOrigin, SHORTEST_FORM, startOf } from './sought.ts';

const MOST_WORDS: i32 = 5;
const LONGEST_WHOLE: i32 = 512;
const FEWEST_DIGITS: i32 = 7;
const AT: i32 = 64;
/** First bytes of marks that make one sign with what stands before them, and of a sign that becomes a semicolon. */
const MARKS: i32 = 0xcc;
const MORE_MARKS: i32 = 0xcd;

/** Keeps the forms of the text; false when others must read it. Beyond letters of Latin-1 only parts are made out, far from signs that become others. */
export function gatherText(operation: i32, at: i32, length: i32): boolean {
  if (operation === op.KEEP || length < SHORTEST_FORM) return true;
  setOrigin(operation & ORIGINS);
  const isWhole = (operation & ~ORIGINS) === op.GATHER_FORMS;
  let from = at;
  let end = at + length;
  if (isWhole) {
    while (from < end && is(from, sign.BLANK)) from += 1;
    while (end > from && is(end - 1, sign.BLANK)) end -= 1;
  }
  const to = LOOKED - from;
  const isBeyond = !foldAscii(from, end);
  if (isBeyond && !foldBeyond(from, end, isWhole)) return false;
  if (isWhole) {
    keepForms(to + end);
    return true;
  }
  if (isBeyond && isAddressBeyond(LOOKED, to + end)) return false;
  // An address is never explained by what masks running text, and most stand in a column of addresses too.
  setOrigin(OTHER_ORIGIN);
  if (hasAddress(LOOKED, to + end)) return false;
  setOrigin(operation & ORIGINS);
  return !hasNumber(LOOKED, to + end);
}

/** Writes the text to LOOKED; false, and not all of it, where a sign is beyond ASCII. */
function foldAscii(from: i32, end: i32): boolean {
  for (let i = from; i < end; i += BLOCK_BYTES) {
    const within = blockUntil(i, end);
    if ((beyondIn(i) & within) !== 0) return false;
    foldBlock(LOOKED - from + i, i);
  }
  return true;
}

/** The same of any text; false when others must read it. */
function foldBeyond(from: i32, end: i32, isWhole: boolean): boolean {
  const to = LOOKED - from;
  for (let i = from; i < end; i++) {
    const c = load8(i);
    const kinds = load8(SIGN + c);
    store8(to + i, (kinds & sign.CAPITAL) !== 0 ? c | 32 : c);
    if ((kinds & sign.BEYOND) === 0) continue;
    const letter = letterAt(i, end);
    if (letter === 0 && (isWhole || c === MARKS || c === MORE_MARKS)) return false;
    if (letter === 0) continue;
    i += 1;
    store8(to + i, letter);
  }
  return true;
}

function keepForms(end: i32): void {
  if (isNumber(end) && !isInternetAddress(end)) {
    keepDigits(end);
    return;
  }
  const length = end - LOOKED;
  if (length === 0) return;
  keep(LOOKED, startOf(LOOKED, length, LONGEST_WHOLE), 0);
  const joined = joinWords(end);
  if (joined > 0) keep(JOINED, joined, 0);
}

function isNumber(end: i32): boolean {
  let digits = 0;
  for (let i = LOOKED; i < end; i++) {
    if (is(i, sign.DIGIT)) digits += 1;
    else if (load8(i) !== 43 && !is(i, sign.NUMBER | sign.BLANK)) return false;
  }
  return digits >= FEWEST_DIGITS;
}

/** Four numbers with points, and perhaps how long its network is. */
function isInternetAddress(end: i32): boolean {
  let at = LOOKED;
  for (let part = 0; part < 4; part++) {
    const first = at;
    while (at < end && is(at, sign.DIGIT)) at += 1;
    if (at === first || at - first > 3) return false;
    if (part === 3) break;
    if (at >= end || load8(at) !== 46) return false;
    at += 1;
  }
  if (at === end) return true;
  if (load8(at) !== 47 || at + 1 === end) return false;
  for (at += 1; at < end; at++) if (!is(at, sign.DIGIT)) return false;
  return true;
}

function keepDigits(end: i32): void {
  let to = JOINED;
  store8(to, 35);
  for (let i = LOOKED; i < end; i++) {
    if (!is(i, sign.DIGIT)) continue;
    to += 1;
    store8(to, load8(i));
  }
  keep(JOINED, to + 1 - JOINED, 1);
}

/** Its words with one blank between each two; how long that is, or 0 where there are too many, or it is an address, or the text itself. */
function joinWords(end: i32): i32 {
  if (nextEqual(LOOKED, end, AT) < end) return 0;
  let to = JOINED;
  let count = 0;
  let isInside = false;
  let isSame = true;
  for (let i = LOOKED; i < end; i++) {
    const c = load8(i);
    if (!is(i, sign.WORD)) {
      if (c !== 32 || !isInside) isSame = false;
      isInside = false;
      continue;
    }
    if (!isInside) {
      count += 1;
      if (count > MOST_WORDS) return 0;
      if (count > 1) {
        store8(to, 32);
        to += 1;
      }
    }
    isInside = true;
    store8(to, c);
    to += 1;
  }
  const isWhole = isSame && isInside && end - LOOKED <= LONGEST_WHOLE;
  return isWhole ? 0 : to - JOINED;
}
