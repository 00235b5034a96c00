// Sixteen bytes at once: a bit for each of them, the first one the lowest. A WebAssembly build has its own form of this file, where each is a few instructions. May read,
// and leaves out, what lies behind the last byte of a text; whoever writes a block has room for all of it.
import { SEXTETS } from './layout.ts';
import { load8, store8 } from './memory.ts';

export const BLOCK_BYTES: i32 = 16;
export const WHOLE_BLOCK: i32 = 0xffff;

/** Those of the block that stand before the end. */
export function blockUntil(at: i32, end: i32): i32 {
  return end - at < BLOCK_BYTES ? (1 << (end - at)) - 1 : WHOLE_BLOCK;
}

/** Capitals of ASCII become small letters, everything else stays. */
export function foldBlock(to: i32, from: i32): void {
  for (let i = 0; i < BLOCK_BYTES; i++) {
    const c = load8(from + i);
    store8(to + i, c >= 65 && c <= 90 ? c | 32 : c);
  }
}

/** Those that are no ASCII. */
export function beyondIn(at: i32): i32 {
  let bits = 0;
  for (let i = 0; i < BLOCK_BYTES; i++) if (load8(at + i) > 127) bits |= 1 << i;
  return bits;
}

/** What words are made of: letters, digits, `_` and `-`. */
export function wordsIn(at: i32): i32 {
  let bits = equalIn(at, 95) | equalIn(at, 45) | digitsIn(at);
  for (let i = 0; i < BLOCK_BYTES; i++) if ((load8(at + i) | 32) >= 97 && (load8(at + i) | 32) <= 122) bits |= 1 << i;
  return bits;
}

export function digitsIn(at: i32): i32 {
  let bits = 0;
  for (let i = 0; i < BLOCK_BYTES; i++) if (load8(at + i) >= 48 && load8(at + i) <= 57) bits |= 1 << i;
  return bits;
}

/** Digits of hexadecimal. */
export function hexIn(at: i32): i32 {
  let bits = digitsIn(at);
  for (let i = 0; i < BLOCK_BYTES; i++) if ((load8(at + i) | 32) >= 97 && (load8(at + i) | 32) <= 102) bits |= 1 << i;
  return bits;
}

export function equalIn(at: i32, c: i32): i32 {
  let bits = 0;
  for (let i = 0; i < BLOCK_BYTES; i++) if (load8(at + i) === c) bits |= 1 << i;
  return bits;
}

/** The next digit, or `end`. */
export function nextDigit(from: i32, end: i32): i32 {
  for (let i = from; i < end; i += BLOCK_BYTES) {
    const bits = digitsIn(i);
    if (bits !== 0) return i + lowest(bits) < end ? i + lowest(bits) : end;
  }
  return end;
}

/** The next of that sign, or `end`. */
export function nextEqual(from: i32, end: i32, c: i32): i32 {
  for (let i = from; i < end; i += BLOCK_BYTES) {
    const bits = equalIn(i, c);
    if (bits !== 0) return i + lowest(bits) < end ? i + lowest(bits) : end;
  }
  return end;
}

/** The next quotation mark or backslash of JSON, or `end`. */
export function nextQuote(from: i32, end: i32): i32 {
  for (let i = from; i < end; i += BLOCK_BYTES) {
    const bits = equalIn(i, 34) | equalIn(i, 92);
    if (bits !== 0) return i + lowest(bits) < end ? i + lowest(bits) : end;
  }
  return end;
}

/** Those that may be part of a text of UTF-8, as far as they and the two beside them tell it. `before`: the byte that stands before the first may have more of its sign behind it. */
export function textIn(at: i32, before: boolean): i32 {
  let bits = 0;
  let isOpen = before;
  for (let i = 0; i < BLOCK_BYTES; i++) {
    const c = load8(at + i);
    const follows = (c & 0xc0) === 0x80;
    const leads = c >= 0xc2 && c <= 0xf4;
    const isNextOpen = i + 1 === BLOCK_BYTES || (load8(at + i + 1) & 0xc0) === 0x80;
    if ((c >= 32 && c < 127) || (c >= 9 && c <= 13) || (follows && isOpen) || (leads && isNextOpen)) bits |= 1 << i;
    isOpen = follows || leads;
  }
  return bits;
}

/** Sixteen signs of Base64 become twelve bytes; four more are written that mean nothing. */
export function decodeBlock(to: i32, from: i32): void {
  for (let i = 0; i < 4; i++) {
    let bits = 0;
    for (let k = 0; k < 4; k++) bits = (bits << 6) | (load8(SEXTETS + load8(from + i * 4 + k)) & 63);
    store8(to + i * 3, bits >> 16);
    store8(to + i * 3 + 1, (bits >> 8) & 255);
    store8(to + i * 3 + 2, bits & 255);
  }
}

/** Where the lowest bit stands; some bit does. */
export function lowest(bits: i32): i32 {
  return 31 - Math.clz32(bits & -bits);
}

/** The same of the highest one; -1 where there is none. */
export function highest(bits: i32): i32 {
  return 31 - Math.clz32(bits);
}

export function countBits(bits: i32): i32 {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** The first of eight bits each that stand in a row. */
export function eightInRow(bits: i32): i32 {
  const twos = bits & (bits >>> 1);
  const fours = twos & (twos >>> 2);
  return fours & (fours >>> 4);
}
