// A text looked through for the forms that are sought: `foundIn` of domain/refresh/originals.ts as bytes. What is found, and what has more than ASCII,
// letters of Latin-1 and the marks between words, is for those rules themselves to say.
import {
  beyondIn,
  BLOCK_BYTES,
  blockUntil,
  countBits,
  digitsIn,
  eightInRow,
  equalIn,
  foldBlock,
  lowest,
  WHOLE_BLOCK,
  wordsIn,
} from './blocks.ts';
import { JOINED, LAST_WORDS, LOOKED, SIGN } from './layout.ts';
import { load8, loadLittle32, move, store8, storeLittle32 } from './memory.ts';
import * as sign from './sought.ts';
import {
  has,
  MOST_WORDS,
  is,
  isPunctuation,
  letterAt,
  isRunOf,
  longestRun,
  longRuns,
  mayHave,
  pair,
  shortRuns,
  startOf,
  SHORTEST_FORM,
  SHORTEST_LONG_RUN,
} from './sought.ts';
import { hasGlued, hasLastGlued, forgetGlued } from './look-glued.ts';
import { hasAddress, hasNumber, isAddressBeyond } from './look-parts.ts';
import { hasUuid } from './look-uuid.ts';

const LONGEST_WHOLE: i32 = 512;
const FEWEST_DIGITS: i32 = 7;
/** What stands between two words of a form. */
const BLANK: i32 = 32;
const POINT: i32 = 46;
const SHORTEST_UUID: i32 = 32;

/** Shorter rows of Base64 stand for nothing that is sought. */
export const SHORTEST_RUN: i32 = 11;
/** Of the text that was looked through last: where the first row begins that may be Base64 or hexadecimal, where the last one ends; and whether there may be escapes. */
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
    const from = loadLittle32(slot);
    const length = loadLittle32(slot + 4) - from;
    move(to, from, length);
    store8(to + length, 32);
    to += length + 1;
  }
  return to - 1 - JOINED;
}

/** Every run of words that ends with this one. */
function hasWord(from: i32, end: i32): boolean {
  if (hasGlued(from, end)) return true;
  const own = slotOf(words);
  storeLittle32(own, from);
  storeLittle32(own + 4, end);
  words += 1;
  if (end - from >= SHORTEST_UUID && hasUuid(from, end)) return true;
  const tail = pair(end - from > 1 ? load8(end - 2) : BLANK, load8(end - 1));
  const most = words < MOST_WORDS ? words : MOST_WORDS;
  const span = end - loadLittle32(slotOf(words - most));
  const short = shortRuns(tail);
  const long = span < SHORTEST_LONG_RUN ? 0 : longRuns(tail);
  if (span < SHORTEST_FORM || (short | long) === 0) return false;
  const longest = longestRun(short, long);
  let length = -1;
  let first = from;
  let isJoined = true;
  let isPlain = true;
  for (let count = 1; count <= most; count++) {
    const slot = slotOf(words - count);
    const until = loadLittle32(slot + 4);
    if (count > 1) {
      const between = first - until === 1 ? load8(until) : 0;
      if (between !== BLANK) isJoined = false;
      if (between !== BLANK && between !== POINT) isPlain = false;
    }
    first = loadLittle32(slot);
    length += 1 + until - first;
    if (length > longest) return false;
    if (!isRunOf(length, short, long)) continue;
    if (isPlain && has(first, length)) return true;
    if (isJoined || !mayHave(length, pair(load8(first), until - first > 1 ? load8(first + 1) : BLANK), tail)) continue;
    if (has(JOINED, join(count))) return true;
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
  let digits = 0;
  let addresses = 0;
  let wordBefore = 0;
  let runBefore = 0;
  words = 0;
  forgetGlued();
  for (let i = from; i < end; i += BLOCK_BYTES) {
    const within = blockUntil(i, end);
    if ((beyondIn(i) & within) !== 0) return mayHoldBeyond(from, end);
    foldBlock(to + i, i);
    const inWords = wordsIn(to + i) & within;
    let edges = (inWords ^ ((inWords << 1) | wordBefore)) & WHOLE_BLOCK;
    for (; edges !== 0; edges &= edges - 1) {
      const edge = to + i + lowest(edges);
      if (begun !== 0 && hasWord(begun, edge)) return true;
      begun = begun === 0 ? edge : 0;
    }
    wordBefore = inWords >>> (BLOCK_BYTES - 1);
    digits += countBits(digitsIn(to + i) & within);
    addresses |= equalIn(i, 64) & within;
    escapes |= (equalIn(i, 37) | equalIn(i, 92)) & within;
    const inRuns = inWords | ((equalIn(i, 43) | equalIn(i, 47)) & within);
    const elevens = elevenInRow(runBefore | (inRuns << BLOCK_BYTES));
    if (elevens !== 0) {
      if (runsEnd === 0) runsFrom = i - BLOCK_BYTES + lowest(elevens);
      runsEnd = end - i < BLOCK_BYTES ? end : i + BLOCK_BYTES;
    }
    runBefore = inRuns;
  }
  if ((begun !== 0 && hasWord(begun, to + end)) || hasLastGlued()) return true;
  return mayWholeHold(to + end, digits, addresses !== 0, false);
}

/** The first of `SHORTEST_RUN` bits each. */
function elevenInRow(bits: i32): i32 {
  const eights = eightInRow(bits);
  return eights & (eights >>> (SHORTEST_RUN - 8));
}

/** The same of a text with signs beyond ASCII, without the blanks at its ends. */
function mayHoldBeyond(from: i32, end: i32): boolean {
  runsEnd = 0;
  escapes = 0;
  const to = LOOKED - from;
  let begun = 0;
  let run = from;
  let digits = 0;
  let addresses = 0;
  words = 0;
  forgetGlued();
  for (let i = from; i < end; i++) {
    const c = load8(i);
    const kinds = load8(SIGN + c);
    store8(to + i, (kinds & sign.CAPITAL) !== 0 ? c | 32 : c);
    if ((kinds & sign.BEYOND) !== 0) {
      const letter = letterAt(i, end);
      const isBetween = letter === 0 && isPunctuation(i, end);
      if (letter === 0 && !isBetween) return true;
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
  if ((begun !== 0 && hasWord(begun, to + end)) || hasLastGlued()) return true;
  return mayWholeHold(to + end, digits, addresses > 0, true);
}

/** What is no run of words in the folded text. */
function mayWholeHold(end: i32, digits: i32, hasAt: boolean, isBeyond: boolean): boolean {
  if (end > LOOKED && has(LOOKED, startOf(LOOKED, end - LOOKED, LONGEST_WHOLE))) return true;
  if (hasAt && isBeyond && isAddressBeyond(LOOKED, end)) return true;
  if (hasAt && hasAddress(LOOKED, end)) return true;
  return digits >= FEWEST_DIGITS && hasNumber(LOOKED, end);
}
