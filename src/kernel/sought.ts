// Forms that are looked for, or gathered. Nearly every form of a text is nobody’s: their ends say so first, then a filter of hashes, and only what is
// left is asked for.
import { isSought, takeGathered } from './ask.ts';
import { beyondIn, BLOCK_BYTES, blockUntil, countBits, equalIn, highest, wordsIn } from './blocks.ts';
import {
  ENDS,
  ENDS_BITS,
  ENDS_OF_LENGTH_BITS,
  FEWEST_SIGNS,
  FILTER,
  FILTER_SHIFT,
  GATHERED,
  GATHERED_COUNT,
  KEY_LEAK,
  LATEST,
  LATEST_COUNT,
  MOST_GATHERED,
  RUN_LENGTHS,
  RUN_TAILS,
  SEEN_SIGNS,
  SIGN,
  WORD_COUNTS,
} from './layout.ts';
import { load32, load8, loadLittle32, store32, store8, storeLittle32 } from './memory.ts';
import { hash, hashHigh, hashLow } from './siphash.ts';

export const WORD: i32 = 1;
export const DIGIT: i32 = 2;
export const BLANK: i32 = 4;
export const CAPITAL: i32 = 8;
export const ADDRESS: i32 = 16; // may stand on both sides of an @
export const DOMAIN: i32 = 32; // may stand behind the last point of an address
export const NUMBER: i32 = 64; // may stand between the digits of one number
export const BEYOND: i32 = 128; // begins a sign beyond ASCII
export function is(at: i32, kinds: i32): boolean {
  return (load8(SIGN + load8(at)) & kinds) !== 0;
}

const SPACE: i32 = 32;
const POINT: i32 = 46;
const LETTER: i32 = 0xc3;
const PUNCTUATION: i32 = 0xe2;

/** The second byte of a letter of Latin-1 as it is folded (À to ÿ, but × and ÷ are none), or 0. */
export function letterAt(at: i32, end: i32): i32 {
  if (load8(at) !== LETTER || at + 1 >= end) return 0;
  const c = load8(at + 1);
  if (c < 0x80 || c > 0xbf || c === 0x97 || c === 0xb7) return 0;
  return c < 0x9f ? c | 32 : c;
}

/** Whether a dash, a quotation mark or dots stand there (U+2010 to U+2027), in three bytes: between words, and part of nothing. */
export function isPunctuation(at: i32, end: i32): boolean {
  if (load8(at) !== PUNCTUATION || at + 2 >= end || load8(at + 1) !== 0x80) return false;
  const last = load8(at + 2);
  return last >= 0x90 && last <= 0xa7;
}

/** Of so many signs at most, and of no half of one: how many bytes that are. */
export function startOf(at: i32, length: i32, most: i32): i32 {
  if (length <= most) return length;
  let count = 0;
  for (let i = 0; i < length; i++) {
    if ((load8(at + i) & 0xc0) === 0x80) continue;
    if (count === most) return i;
    count += 1;
  }
  return length;
}

export const LOOKING: i32 = 0;
export const GATHERING: i32 = 1;
/** What texts are read for. */
export let purpose: i32 = 0;
export function setPurpose(is: i32): void {
  purpose = is;
}

/** Of words in a row whatever stands between them. */
export const MOST_WORDS: i32 = 5;

/** A form has 20 bits at least, and seven different signs have fewer, so that no shorter text has one either. */
export const SHORTEST_FORM: i32 = 8;

/** Of what is read part by part, so much is read with both: a row of signs that is longer may have begun in the part before. */
export const LONGEST_AGAIN: i32 = 4096;

/** Two signs at an end of a form. */
export function pair(first: i32, second: i32): i32 {
  return (first << 8) | second;
}

/**
 * What is known of a form whose length these are, and its first and last two signs. By length, so that many originals of one form, as
 * tokens are, say yes to nothing but what is as long.
 */
export function endsOf(length: i32, head: i32, tail: i32): i32 {
  const ofLength = length - SHORTEST_FORM;
  const most = ENDS_BITS / ENDS_OF_LENGTH_BITS - 1;
  const mixed = (head * 40503) ^ (tail * 10007) ^ ((head + tail) >> 5);
  return (
    (ofLength < most ? ofLength : most) * ENDS_OF_LENGTH_BITS + ((mixed ^ (mixed >>> 12)) & (ENDS_OF_LENGTH_BITS - 1))
  );
}

function isKnown(bit: i32): boolean {
  return (load8(ENDS + (bit >>> 3)) & (1 << (bit & 7))) !== 0;
}

function know(bit: i32): void {
  const at = ENDS + (bit >>> 3);
  store8(at, load8(at) | (1 << (bit & 7)));
}

/** Whether any has this length and these signs at its ends. */
export function mayHave(length: i32, head: i32, tail: i32): boolean {
  return length >= SHORTEST_FORM && isKnown(endsOf(length, head, tail));
}

/** Where the bits of the lengths begin of forms that are words with a blank or a point between each two, and end with these two signs. */
function runsOf(tail: i32): i32 {
  return ENDS_BITS + (((tail * 40503) >>> 4) & (RUN_TAILS - 1)) * RUN_LENGTHS;
}

/** What is known of a run of words of that length, of 8 signs at least. */
export function runOf(length: i32, tail: i32): i32 {
  const ofLength = length - SHORTEST_FORM;
  return runsOf(tail) + (ofLength < RUN_LENGTHS ? ofLength : RUN_LENGTHS - 1);
}

const LENGTHS_OF_HALF: i32 = 32;
const MAX_LENGTH: i32 = 0x7fffffff;
/** A run whose length stands in the second half of what is known. */
export const SHORTEST_LONG_RUN: i32 = SHORTEST_FORM + LENGTHS_OF_HALF;

/** A bit for each length of 8 to 39 that any run has which ends like this. Most words of a text are none's last. */
export function shortRuns(tail: i32): i32 {
  return loadLittle32(ENDS + (runsOf(tail) >>> 3));
}

/** The same of those that are longer. */
export function longRuns(tail: i32): i32 {
  return loadLittle32(ENDS + (runsOf(tail) >>> 3) + 4);
}

/** The longest of which those bits know. */
export function longestRun(short: i32, long: i32): i32 {
  if (long < 0) return MAX_LENGTH;
  return long !== 0 ? SHORTEST_LONG_RUN + highest(long) : SHORTEST_FORM + highest(short);
}

/** Whether one has just that length. */
export function isRunOf(length: i32, short: i32, long: i32): boolean {
  const ofLength = length - SHORTEST_FORM;
  if (ofLength < 0) return false;
  const bit = ofLength < RUN_LENGTHS ? ofLength : RUN_LENGTHS - 1;
  return (((bit < LENGTHS_OF_HALF ? short : long) >>> (bit & 31)) & 1) !== 0;
}

/** The lowest bits of a hash, which say what has masked the original instead; never 0. */
export const ORIGINS: i32 = 7;
export const ORIGIN_BITS: i32 = 3;
/** Of all whose masks are no other originals. */
export const OTHER_ORIGIN: i32 = 1;
let origin: i32 = OTHER_ORIGIN;
export function setOrigin(is: i32): void {
  origin = is;
}

/** Three bits of one word of the filter, which the other half of the hash finds. */
export function bitsOf(low: i32): i32 {
  return (1 << ((low >>> 3) & 31)) | (1 << ((low >>> 8) & 31)) | (1 << ((low >>> 13) & 31));
}

function headOf(at: i32): i32 {
  return pair(load8(at), load8(at + 1));
}

function tailOf(end: i32): i32 {
  return pair(load8(end - 2), load8(end - 1));
}

/** Of the last word alone: what is one sign long has a blank before it, whatever stands there. */
function wordTailOf(end: i32): i32 {
  return pair(load8(end - 2) === POINT ? SPACE : load8(end - 2), load8(end - 1));
}

/** Whether the form that lies there is looked for. */
export function has(at: i32, length: i32): boolean {
  if (length < SHORTEST_FORM || !mayHave(length, headOf(at), tailOf(at + length))) return false;
  hash(KEY_LEAK, at, length);
  const bits = bitsOf(hashLow);
  const word = load32(FILTER + ((hashHigh >>> load32(FILTER_SHIFT)) << 2));
  return (word & bits) === bits && isSought(hashLow, hashHigh);
}

let stamp: i32 = 0;

/** Whether its signs, and how many of them differ, can tell one from others. Blanks say nothing. */
function tells(at: i32, length: i32): boolean {
  stamp = (stamp + 1) & 255;
  if (stamp === 0) {
    for (let c = 0; c < 256; c++) store8(SEEN_SIGNS + c, 0);
    stamp = 1;
  }
  let count = 0;
  let different = 0;
  for (let i = at; i < at + length; i++) {
    if (is(i, BLANK | BEYOND)) continue;
    count += 1;
    const seen = SEEN_SIGNS + load8(i);
    if (load8(seen) !== stamp) {
      store8(seen, stamp);
      different += 1;
    }
    // More signs never tell less.
    const fewest = load8(FEWEST_SIGNS + different);
    if (fewest > 0 && count >= fewest) return true;
  }
  return false;
}

/** A form: kept, or looked for. Whether it is sought. */
export function meets(at: i32, length: i32, marks: i32): boolean {
  if (purpose !== GATHERING) return has(at, length);
  keep(at, length, marks);
  return false;
}

/** Keeps the form if it tells enough; its first `marks` signs do not count. */
export function keep(at: i32, length: i32, marks: i32): void {
  if (!tells(at + marks, length - marks)) return;
  hash(KEY_LEAK, at, length);
  const low = (hashLow & ~ORIGINS) | origin;
  const latest = LATEST + ((low & (LATEST_COUNT - 1)) << 3);
  if (load32(latest) === low && load32(latest + 4) === hashHigh) return;
  store32(latest, low);
  store32(latest + 4, hashHigh);
  if (load32(GATHERED_COUNT) === MOST_GATHERED) takeGathered();
  const count = load32(GATHERED_COUNT);
  storeLittle32(GATHERED + (count << 3), low);
  storeLittle32(GATHERED + (count << 3) + 4, hashHigh);
  store32(GATHERED_COUNT, count + 1);
  know(endsOf(length, headOf(at), tailOf(at + length)));
  let isRun = marks === 0;
  let wordCount = 1;
  for (let i = at; i < at + length; i += BLOCK_BYTES) {
    const within = blockUntil(i, at + length);
    const blanks = equalIn(i, SPACE) & within;
    wordCount += countBits(blanks);
    // What is beyond ASCII here is a letter.
    if (((blanks | equalIn(i, POINT) | wordsIn(i) | beyondIn(i)) & within) !== within) isRun = false;
  }
  if (isRun) know(runOf(length, wordTailOf(at + length)));
  store32(WORD_COUNTS, load32(WORD_COUNTS) | (1 << (wordCount < 31 ? wordCount : 31)));
}
