import { FOLDED, FOLDED_BYTES } from './layout.ts';
import { load8, store8 } from './memory.ts';
import { hash } from './siphash.ts';

function small(c: i32): i32 {
  return c >= 65 && c <= 90 ? c | 32 : c;
}

/** Hashes a text so that ANNA, Anna and anna are one; letters beyond ASCII as they stand. */
export function hashFolded(key: i32, at: i32, length: i32): void {
  if (length > FOLDED_BYTES) {
    hash(key, at, length);
    return;
  }
  for (let i = 0; i < length; i++) store8(FOLDED + i, small(load8(at + i)));
  hash(key, FOLDED, length);
}

const letters = 'abcdefghijklmnopqrstuvwxyz234567';
/** One of 32 signs that survive every spelling. */
export function sign(bits: i32): i32 {
  return letters.charCodeAt(bits & 31);
}
