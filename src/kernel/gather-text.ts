// The forms of an original as `formsOf` and `partsOf` of domain/refresh/originals.ts make them: of ASCII and letters of Latin-1; others are for those
// rules themselves.
import { beyondIn, BLOCK_BYTES, blockUntil, foldBlock, nextEqual } from './blocks.ts';
import { JOINED, LOOKED, SIGN } from './layout.ts';
import { endOfHost, endOfMachine, insideOf, isFourNumbers, isLoopback } from './hosts.ts';
import { isParting, LONGEST_GLUED } from './look-glued.ts';
import { bareFrom, endOfOwnBare, hasAddress, hasNumber, isAddressBeyond } from './look-parts.ts';
import { load8, store8 } from './memory.ts';
import * as op from './operations.ts';
import * as sign from './sought.ts';
import { is, keep, letterAt, MOST_WORDS, ORIGINS, OTHER_ORIGIN, setOrigin, SHORTEST_FORM, startOf } from './sought.ts';

const LONGEST_WHOLE: i32 = 512;
const FEWEST_DIGITS: i32 = 7;
const AT: i32 = 64;
/** First bytes of marks that make one sign with what stands before them, and of a sign that becomes a semicolon. */
const MARKS: i32 = 0xcc;
const MORE_MARKS: i32 = 0xcd;

/** Whether anything is but keys beside it. */
export function isGathered(operation: i32): boolean {
  return operation !== op.KEEP && operation !== op.GATHER_KEYS;
}

/** Whether first words tell what more follow. */
let isStreet: boolean = false;

/** Keeps the forms of the text; false when others must read it. Beyond letters of Latin-1 only parts are made out, far from signs that become others. */
export function gatherText(operation: i32, at: i32, length: i32): boolean {
  if (!isGathered(operation) || length < SHORTEST_FORM) return true;
  setOrigin(operation & ORIGINS);
  const kind = operation & ~ORIGINS;
  const isWhole = kind !== op.GATHER_PARTS;
  isStreet = kind === op.GATHER_STREETS;
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
    return (operation & ORIGINS) !== op.IBAN_ORIGIN || !hasNumber(LOOKED, to + end);
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
  if (end === LOOKED) return;
  const isFour = isFourNumbers(LOOKED, endOfHost(LOOKED, end));
  if (isFour && isLoopback(LOOKED)) return;
  if (!isFour && isNumber(end)) {
    keepDigits(end);
    return;
  }
  keepWords(LOOKED, end);
  const host = endOfMachine(LOOKED, end);
  if (host !== 0) keepWords(LOOKED, host);
  const inside = insideOf(LOOKED, end);
  if (inside !== 0) keepWords(inside, endOfHost(LOOKED, end));
  keepBare(end);
}

/** What is bare of each address; of one that is nothing else it is kept already. */
function keepBare(end: i32): void {
  for (let middle = nextEqual(LOOKED, end, AT); middle < end; middle = nextEqual(middle + 1, end, AT)) {
    const until = endOfOwnBare(LOOKED, middle, end);
    const isAll = bareFrom === LOOKED && until === end && end - LOOKED <= LONGEST_WHOLE;
    if (until !== 0 && !isAll) keep(bareFrom, until - bareFrom, 0);
  }
}

function keepWords(from: i32, end: i32): void {
  keep(from, startOf(from, end - from, LONGEST_WHOLE), 0);
  const joined = joinWords(from, end);
  if (joined > 0) keep(JOINED, joined, 0);
  if (isLonger) keepGlued(from, end);
}

function isNumber(end: i32): boolean {
  let digits = 0;
  for (let i = LOOKED; i < end; i++) {
    if (is(i, sign.DIGIT)) digits += 1;
    else if (load8(i) !== 43 && !is(i, sign.NUMBER | sign.BLANK)) return false;
  }
  return digits >= FEWEST_DIGITS;
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

/** Whether the text whose words were joined last has more of them than that. */
let isLonger: boolean = false;

/** Its words with one blank between each two, or the first of them; how long that is, or 0 where it is an address, or the text itself, or of more words with no blank. */
function joinWords(from: i32, end: i32): i32 {
  let to = JOINED;
  let count = 0;
  let isInside = false;
  let isSame = true;
  let hasDigit = false;
  isLonger = false;
  for (let i = from; i < end; i++) {
    const c = load8(i);
    if (!is(i, sign.WORD)) {
      if (c !== 32 || !isInside) isSame = false;
      isInside = false;
      continue;
    }
    if (!isInside) {
      isLonger = count === MOST_WORDS;
      if (isLonger) break;
      count += 1;
      if (count > 1) {
        store8(to, 32);
        to += 1;
      }
    }
    isInside = true;
    if (is(i, sign.DIGIT)) hasDigit = true;
    store8(to, c);
    to += 1;
  }
  if (nextEqual(from, end, AT) < end || (isLonger && !(isStreet && hasDigit && hasBlank(from, end)))) return 0;
  const isWhole = isSame && isInside && end - from <= LONGEST_WHOLE;
  return isWhole && !isLonger ? 0 : to - JOINED;
}

function hasBlank(from: i32, end: i32): boolean {
  for (let i = from; i < end; i++) if (is(i, sign.BLANK)) return true;
  return false;
}

/** From the first word to the last, if nothing parts them. */
function keepGlued(from: i32, end: i32): void {
  let first = from;
  let last = end;
  while (!is(first, sign.WORD)) first += 1;
  while (!is(last - 1, sign.WORD)) last -= 1;
  const isAll = first === from && last === end && end - from <= LONGEST_WHOLE;
  if (!isAll && last - first <= LONGEST_GLUED && !isParting(first, last)) keep(first, last - first, 0);
}
