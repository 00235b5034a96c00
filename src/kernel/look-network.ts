// Addresses of machines as PostgreSQL writes them: 192.0.2.7, 2001:db8::7, and with /24 behind where a network is meant.
import { UNESCAPED } from './layout.ts';
import { load16, load8, store8 } from './memory.ts';

/** How long a value is that has an address of 4 bytes, or of 16: family, length of the network, a flag, how many bytes there are, and these. */
const SHORT: i32 = 8;
const LONG: i32 = 20;
const HEAD_BYTES: i32 = 4;
const GROUPS: i32 = 8;

let to: i32 = 0;
function put(c: i32): void {
  store8(to, c);
  to += 1;
}

function putDecimal(value: i32): void {
  if (value > 99) put(48 + ((value / 100) | 0));
  if (value > 9) put(48 + (((value / 10) | 0) % 10));
  put(48 + (value % 10));
}

function putDecimals(at: i32): void {
  for (let i = 0; i < 4; i++) {
    if (i > 0) put(46);
    putDecimal(load8(at + i));
  }
}

function group(at: i32, i: i32): i32 {
  return load16(at + i * 2) & 0xffff;
}

function putGroup(value: i32): void {
  let shift = value > 0xfff ? 12 : value > 0xff ? 8 : value > 0xf ? 4 : 0;
  for (; shift >= 0; shift -= 4) {
    const half = (value >> shift) & 15;
    put(half < 10 ? 48 + half : 87 + half);
  }
}

/** The longest row of zeros, the first of them, is left out; one of 4 bytes inside of one of 16 keeps its points. */
function putGroups(at: i32): void {
  let first = GROUPS;
  let count = 1;
  let row = 0;
  for (let i = 0; i < GROUPS; i++) {
    row = group(at, i) === 0 ? row + 1 : 0;
    if (row <= count) continue;
    count = row;
    first = i + 1 - row;
  }
  const isInside = first === 0 && (count === 6 || (count === 5 && group(at, 5) === 0xffff));
  for (let i = 0; i < GROUPS; i++) {
    if (i >= first && i < first + count) {
      if (i === first) put(58);
      continue;
    }
    if (i > 0) put(58);
    if (i === 6 && isInside) {
      putDecimals(at + 12);
      return;
    }
    putGroup(group(at, i));
  }
  if (first + count === GROUPS) put(58);
}

/** Writes it to UNESCAPED; how long it is, or 0 where it has another form. */
export function writeAddress(at: i32, length: i32): i32 {
  if (length !== SHORT && length !== LONG) return 0;
  const byteCount = length - HEAD_BYTES;
  if (load8(at + 3) !== byteCount || load8(at) !== (length === SHORT ? 2 : 3)) return 0;
  to = UNESCAPED;
  if (length === SHORT) putDecimals(at + HEAD_BYTES);
  else putGroups(at + HEAD_BYTES);
  const bits = load8(at + 1);
  if (bits !== byteCount * 8) {
    put(47);
    putDecimal(bits);
  }
  return to - UNESCAPED;
}
