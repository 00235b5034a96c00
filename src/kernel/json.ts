// JSON by path, as bytes: what no rule meets is copied as it stands. A path's node lies in the parameters as numbers of four bytes:
// operation, node for elements, node for any key, how many keys; then for each key where it lies, its length, its node.
import { UNESCAPED, UNESCAPED_BYTES } from './layout.ts';
import { maskLeaf } from './leaf.ts';
import { load32, load8, move, store8 } from './memory.ts';
import * as op from './operations.ts';
import { cursor, fits, overflowed, put, putBytes, reserve, rewind } from './output.ts';

/** Deeper than this nobody writes, and the stack would end. */
export const DEEPEST: i32 = 512;
const FEWEST_DIGITS: i32 = 7;

let at: i32 = 0;
let end: i32 = 0;
let last: i32 = 0;
let isBad: i32 = 0;

function keepUntil(until: i32): void {
  putBytes(last, until - last);
  last = until;
}

// Loops go by a place of their own: one of the module is written to memory at every step.
function skipBlanks(): void {
  const until = end;
  let i = at;
  while (i < until) {
    const c = load8(i);
    if (c !== 32 && c !== 9 && c !== 10 && c !== 13) break;
    i += 1;
  }
  at = i;
}

/** From the opening quote to behind the closing one; whether there were escapes. */
function skipString(): boolean {
  const until = end;
  let escaped = false;
  let i = at + 1;
  while (i < until) {
    const c = load8(i);
    if (c === 34) {
      at = i + 1;
      return escaped;
    }
    if (c === 92) {
      escaped = true;
      i += 1;
    }
    i += 1;
  }
  at = i;
  isBad = 1;
  return escaped;
}

function hexValue(c: i32): i32 {
  if (c >= 48 && c <= 57) return c - 48;
  const letter = c | 32;
  if (letter >= 97 && letter <= 102) return letter - 87;
  isBad = 1;
  return 0;
}

function hex4(from: i32): i32 {
  return (
    (hexValue(load8(from)) << 12) |
    (hexValue(load8(from + 1)) << 8) |
    (hexValue(load8(from + 2)) << 4) |
    hexValue(load8(from + 3))
  );
}

function storeUtf8(to: i32, code: i32): i32 {
  if (code < 0x80) {
    store8(to, code);
    return 1;
  }
  const count = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (let i = count - 1; i > 0; i--) {
    store8(to + i, 0x80 | (code & 63));
    code >>= 6;
  }
  store8(to, (count === 2 ? 0xc0 : count === 3 ? 0xe0 : 0xf0) | code);
  return count;
}

function plainOf(c: i32): i32 {
  return c === 110 ? 10 : c === 116 ? 9 : c === 114 ? 13 : c === 98 ? 8 : c === 102 ? 12 : c;
}

/** The text between `from` and `until` without its escapes, into UNESCAPED; how long it is. It never grows. */
function unescape(from: i32, until: i32): i32 {
  let count = 0;
  let i = from;
  while (i < until) {
    const c = load8(i);
    if (c !== 92) {
      store8(UNESCAPED + count, c);
      count += 1;
      i += 1;
    } else if (load8(i + 1) !== 117) {
      store8(UNESCAPED + count, plainOf(load8(i + 1)));
      count += 1;
      i += 2;
    } else {
      if (i + 6 > until) return bad();
      let code = hex4(i + 2);
      i += 6;
      if (code >= 0xd800 && code < 0xdc00) {
        if (i + 6 > until || load8(i) !== 92 || load8(i + 1) !== 117) return bad();
        const low = hex4(i + 2);
        if (low < 0xdc00 || low > 0xdfff) return bad();
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        i += 6;
      }
      count += storeUtf8(UNESCAPED + count, code);
    }
  }
  return count;
}

function bad(): i32 {
  isBad = 1;
  return 0;
}

/** The same for whoever only reads: below 0 when it is no text of JSON. */
export function unescapeText(from: i32, until: i32): i32 {
  isBad = 0;
  const count = unescape(from, until);
  return isBad !== 0 ? -1 : count;
}

/** Escapes what was written from `from` on, where it needs that. */
function escapeFrom(from: i32): void {
  const count = cursor - from;
  const until = cursor;
  let needed = 0;
  for (let i = from; i < until; i++) {
    const c = load8(i);
    if (c === 34 || c === 92) needed += 1;
    else if (c < 32) needed += 5;
  }
  if (needed === 0 || overflowed !== 0) return;
  if (count > UNESCAPED_BYTES) {
    isBad = 1;
    return;
  }
  move(UNESCAPED, from, count);
  rewind(from);
  if (reserve(count + needed) === 0) return;
  rewind(from);
  for (let i = 0; i < count; i++) {
    const c = load8(UNESCAPED + i);
    if (c === 34 || c === 92) put(92);
    if (c >= 32) {
      put(c);
      continue;
    }
    put(92);
    put(117);
    put(48);
    put(48);
    put(48 + (c >> 4));
    put((c & 15) < 10 ? 48 + (c & 15) : 87 + (c & 15));
  }
}

/** Masks the string whose opening quote stands at `at`. */
function maskString(operation: i32): void {
  const from = at + 1;
  const escaped = skipString();
  if (isBad !== 0) return;
  const until = at - 1;
  keepUntil(from);
  const out = cursor;
  const count = escaped ? unescape(from, until) : until - from;
  if (isBad !== 0) return;
  if (maskLeaf(operation, escaped ? UNESCAPED : from, count, 0) === 0) isBad = 1;
  escapeFrom(out);
  last = until;
}

/** A number, true, false or null. Numbers keep their form; the digits of one that a rule meets change. */
function maskScalar(operation: i32): void {
  const from = at;
  const stop = end;
  let digits = 0;
  let until = 0;
  let i = from;
  while (i < stop) {
    const c = load8(i);
    if (c === 44 || c === 93 || c === 125 || c === 32 || (c >= 9 && c <= 13)) break;
    if ((c | 32) === 101 && until === 0) until = i;
    if (c >= 48 && c <= 57 && until === 0) digits += 1;
    i += 1;
  }
  at = i;
  if (at === from) isBad = 1;
  if (operation === op.KEEP || digits === 0 || (operation === op.TEXT && digits < FEWEST_DIGITS)) return;
  keepUntil(from);
  const length = (until === 0 ? at : until) - from;
  if (maskLeaf(op.JSON_NUMBER, from, length, 0) === 0) isBad = 1;
  last = from + length;
}

/** The node of a key that lies at `key`, or 0. */
export function childOf(node: i32, key: i32, length: i32): i32 {
  if (node === 0) return 0;
  const count = load32(node + 12);
  for (let i = 0; i < count; i++) {
    const entry = node + 16 + i * 12;
    if (load32(entry + 4) !== length) continue;
    const name = load32(entry);
    let same = true;
    for (let z = 0; z < length && same; z++) same = load8(name + z) === load8(key + z);
    if (same) return load32(entry + 8);
  }
  return 0;
}

function maskObject(node: i32, operation: i32, depth: i32): void {
  at += 1;
  while (isBad === 0 && fits()) {
    skipBlanks();
    const c = at < end ? load8(at) : 0;
    if (c === 125) {
      at += 1;
      return;
    }
    if (c === 44) {
      at += 1;
      continue;
    }
    if (c !== 34) isBad = 1;
    if (isBad !== 0) return;
    const from = at;
    const escaped = skipString();
    if (isBad !== 0) return;
    const count = escaped ? unescape(from + 1, at - 1) : at - 2 - from;
    let child = childOf(node, escaped ? UNESCAPED : from + 1, count);
    // A key that nobody foresaw may itself be somebody's address.
    if (child === 0 && operation !== op.KEEP) {
      at = from;
      maskString(op.TEXT);
    }
    if (child === 0 && node !== 0) child = load32(node + 8);
    skipBlanks();
    if (at >= end || load8(at) !== 58) isBad = 1;
    at += 1;
    maskValue(child, child === 0 ? operation : load32(child), depth + 1);
  }
}

function maskArray(node: i32, operation: i32, depth: i32): void {
  const child = node === 0 ? 0 : load32(node + 4);
  at += 1;
  while (isBad === 0 && fits()) {
    skipBlanks();
    const c = at < end ? load8(at) : 0;
    if (c === 93) {
      at += 1;
      return;
    }
    if (c === 44) at += 1;
    else maskValue(child, child === 0 ? operation : load32(child), depth + 1);
  }
}

function maskValue(node: i32, operation: i32, depth: i32): void {
  skipBlanks();
  if (at >= end || depth > DEEPEST) isBad = 1;
  if (isBad !== 0) return;
  const c = load8(at);
  if (c === 123) maskObject(node, operation, depth);
  else if (c === 91) maskArray(node, operation, depth);
  else if (c !== 34) maskScalar(operation);
  else if (operation === op.KEEP) skipString();
  else maskString(operation);
}

/** Masks a JSON text by the node of its root; 0 when it is none, or deeper than anybody writes. */
export function maskJson(from: i32, length: i32, node: i32): i32 {
  at = from;
  end = from + length;
  last = from;
  isBad = 0;
  maskValue(node, load32(node), 0);
  skipBlanks();
  if (overflowed !== 0) return 1;
  if (isBad !== 0 || at !== end) return 0;
  keepUntil(end);
  return 1;
}
