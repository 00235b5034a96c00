// Bytes that a text writes in other signs, as they lie there: Base64 of both alphabets, hexadecimal, and the escapes of URLs and of JSON.
import { BLOCK_BYTES, decodeBlock } from './blocks.ts';
import { DECODED, NIBBLES } from './layout.ts';
import { load8, store8 } from './memory.ts';

export function isHex(c: i32): boolean {
  return load8(NIBBLES + c) < 16;
}

/** How many bytes the signs stand for, all of Base64; what is left over at their end stands for none. */
export function decodeBase64(from: i32, end: i32): i32 {
  let to = DECODED;
  for (let i = from; i < end; i += BLOCK_BYTES) {
    decodeBlock(to, i);
    to += 12;
  }
  return ((end - from) * 6) >> 3;
}

/** How many bytes the digits stand for, all of hexadecimal. */
export function decodeHex(from: i32, end: i32): i32 {
  let to = DECODED;
  for (let i = from; i + 1 < end; i += 2) {
    store8(to, (load8(NIBBLES + load8(i)) << 4) | load8(NIBBLES + load8(i + 1)));
    to += 1;
  }
  return to - DECODED;
}

/** What so many digits of hexadecimal stand for, or -1. */
function digits(from: i32, end: i32, count: i32): i32 {
  if (from + count > end) return -1;
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const half = load8(NIBBLES + load8(i));
    if (half > 15) return -1;
    value = (value << 4) | half;
  }
  return value;
}

/** A unit of UTF-16 as UTF-8; where to go on. Half of a pair becomes what is well-formed nowhere. */
function putUnit(to: i32, unit: i32): i32 {
  if (unit < 0x80) {
    store8(to, unit);
    return to + 1;
  }
  if (unit < 0x800) {
    store8(to, 0xc0 | (unit >> 6));
    store8(to + 1, 0x80 | (unit & 63));
    return to + 2;
  }
  store8(to, 0xe0 | (unit >> 12));
  store8(to + 1, 0x80 | ((unit >> 6) & 63));
  store8(to + 2, 0x80 | (unit & 63));
  return to + 3;
}

function isLineOrTab(c: i32): boolean {
  return c === 110 || c === 114 || c === 116;
}

/** The text with `%40` and `\\u0040` as what they stand for, and `\\n`, `\\r`, `\\t` as blanks: how many bytes, or 0 where there is none. */
export function decodeEscapes(from: i32, end: i32): i32 {
  let to = DECODED;
  let isAny = false;
  let i = from;
  while (i < end) {
    const c = load8(i);
    const byte = c === 37 ? digits(i + 1, end, 2) : -1;
    const escaped = c === 92 && i + 1 < end ? load8(i + 1) : 0;
    const unit = escaped === 117 ? digits(i + 2, end, 4) : -1;
    if (isLineOrTab(escaped)) {
      isAny = true;
      store8(to, 32);
      to += 1;
      i += 2;
      continue;
    }
    if (byte < 0 && unit < 0) {
      store8(to, c);
      to += 1;
      i += 1;
      continue;
    }
    isAny = true;
    if (byte >= 0) store8(to, byte);
    to = byte >= 0 ? to + 1 : putUnit(to, unit);
    i += byte >= 0 ? 3 : 6;
  }
  return isAny ? to - DECODED : 0;
}
