import { FOLDED, FOLDED_BYTES } from './layout.ts';
import { load8, store8 } from './memory.ts';
import { hash } from './siphash.ts';

function small(c: i32): i32 {
  return c >= 65 && c <= 90 ? c | 32 : c;
}

/** Where the text lies with ANNA, Anna and anna as one; letters beyond ASCII, and what is longer than a name or an address, as they stand. */
export function fold(at: i32, length: i32): i32 {
  if (length > FOLDED_BYTES) return at;
  for (let i = 0; i < length; i++) store8(FOLDED + i, small(load8(at + i)));
  return FOLDED;
}

export function hashFolded(key: i32, at: i32, length: i32): void {
  hash(key, fold(at, length), length);
}

const letters = 'abcdefghijklmnopqrstuvwxyz234567';
/** One of 32 signs that survive every spelling. */
export function sign(bits: i32): i32 {
  return letters.charCodeAt(bits & 31);
}
