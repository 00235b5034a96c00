// The only way to write a result: what does not fit is not written, and said.
import { load8, move, store32, store8 } from './memory.ts';

/** Where the next byte goes. */
export let cursor: i32 = 0;
let limit: i32 = 0;
/** Something did not fit since the last `open` or `rewind`. */
export let overflowed: i32 = 0;

/** Whether everything fitted, for whoever writes on and on. */
export function fits(): boolean {
  return overflowed === 0;
}

export function open(at: i32, byteCount: i32): void {
  cursor = at;
  limit = at + byteCount;
  overflowed = 0;
}

/** Forgets what was written behind `to`. */
export function rewind(to: i32): void {
  cursor = to;
  overflowed = 0;
}

export function free(): i32 {
  return limit - cursor;
}

/** Keeps `count` bytes for later; where they begin, or 0 when there is no room. */
export function reserve(count: i32): i32 {
  if (overflowed !== 0 || count > limit - cursor) {
    overflowed = 1;
    return 0;
  }
  cursor += count;
  return cursor - count;
}

export function put(byte: i32): void {
  const at = reserve(1);
  if (at !== 0) store8(at, byte);
}

export function put32(value: i32): void {
  const at = reserve(4);
  if (at !== 0) store32(at, value);
}

export function putBytes(from: i32, count: i32): void {
  const at = reserve(count);
  if (at !== 0) move(at, from, count);
}

/** A word of a dictionary: its length in one byte, then its bytes. */
export function putWord(at: i32): void {
  putBytes(at + 1, load8(at));
}

/** A whole number from 0 on, in decimal digits. */
export function putNumber(value: i32): void {
  let unit = 1;
  while (((value / unit) | 0) >= 10) unit *= 10;
  while (unit >= 1) {
    put(48 + (((value / unit) | 0) % 10));
    unit = (unit / 10) | 0;
  }
}
