// Forms that are looked for, or gathered. Nearly every form of a text is nobody’s: their ends say so first, then a filter of hashes, and only what is
// left is asked for.
import { addSought, isSought } from './ask.ts';
import {
  ENDS,
  ENDS_BITS,
  ENDS_OF_LENGTH_BITS,
  FEWEST_SIGNS,
  FILTER,
  FILTER_SHIFT,
  KEY_LEAK,
  SEEN_SIGNS,
  SIGN,
} from './layout.ts';
import { load32, load8, store8 } from './memory.ts';
import { hash, hashHigh, hashLow } from './siphash.ts';

export const WORD: i32 = 1;
export const DIGIT: i32 = 2;
export const BLANK: i32 = 4;
export const CAPITAL: i32 = 8;
export const ADDRESS: i32 = 16; // may stand on both sides of an @
export const DOMAIN: i32 = 32; // may stand behind the last point of an address
export const NUMBER: i32 = 64; // may stand between the digits of one number
export const BEYOND: i32 = 128; // no ASCII
export function is(at: i32, kinds: i32): boolean {
  return (load8(SIGN + load8(at)) & kinds) !== 0;
}

export const LOOKING: i32 = 0;
export const GATHERING: i32 = 1;
/** What texts are read for. */
export let purpose: i32 = 0;
export function setPurpose(is: i32): void {
  purpose = is;
}

/** A form has 20 bits at least, and seven different signs have fewer. */
export const SHORTEST_FORM: i32 = 8;

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

/** Whether any has this length and these signs at its ends. */
export function mayHave(length: i32, head: i32, tail: i32): boolean {
  if (length < SHORTEST_FORM) return false;
  const end = endsOf(length, head, tail);
  return (load8(ENDS + (end >>> 3)) & (1 << (end & 7))) !== 0;
}

/** Three bits of one word of the filter. */
export function bitsOf(high: i32): i32 {
  return (1 << (high & 31)) | (1 << ((high >>> 5) & 31)) | (1 << ((high >>> 10) & 31));
}

function headOf(at: i32): i32 {
  return pair(load8(at), load8(at + 1));
}

function tailOf(end: i32): i32 {
  return pair(load8(end - 2), load8(end - 1));
}

/** Whether the form that lies there is looked for. */
export function has(at: i32, length: i32): boolean {
  if (length < SHORTEST_FORM || !mayHave(length, headOf(at), tailOf(at + length))) return false;
  hash(KEY_LEAK, at, length);
  const low = hashLow === 0 && hashHigh === 0 ? 1 : hashLow;
  const bits = bitsOf(hashHigh);
  const word = load32(FILTER + ((low >>> load32(FILTER_SHIFT)) << 2));
  return (word & bits) === bits && isSought(low, hashHigh);
}

let stamp: i32 = 0;

/** Whether its signs, and how many of them differ, can tell one from others. Blanks say nothing. */
function tells(at: i32, length: i32): boolean {
  stamp = (stamp + 1) & 255;
  if (stamp === 0) {
    for (let c = 0; c < 128; c++) store8(SEEN_SIGNS + c, 0);
    stamp = 1;
  }
  let count = 0;
  let different = 0;
  for (let i = at; i < at + length; i++) {
    if (is(i, BLANK)) continue;
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
  let wordCount = 1;
  for (let i = at; i < at + length && wordCount < 31; i++) if (load8(i) === 32) wordCount += 1;
  hash(KEY_LEAK, at, length);
  const low = hashLow === 0 && hashHigh === 0 ? 1 : hashLow;
  addSought(low, hashHigh, endsOf(length, headOf(at), tailOf(at + length)), wordCount);
}
