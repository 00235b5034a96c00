// Bytes of any kind looked through: as a whole, as PostgreSQL writes them, and each stretch of UTF-8 in them as a text.
import { UNESCAPED } from './layout.ts';
import { countStretches, mayStretchHold } from './look-stretches.ts';
import { load8, store8 } from './memory.ts';
import { has } from './sought.ts';

/** Of what is looked for as a whole. */
const MOST_BYTES: i32 = 255;

export function hexDigit(half: i32): i32 {
  return half < 10 ? 48 + half : 87 + half;
}

/** Whether others must read them: they hold what is sought, or may, or are digits alone, which may be a number. */
export function mayBytesHold(at: i32, length: i32): boolean {
  countStretches(1);
  const count = length < MOST_BYTES ? length : MOST_BYTES;
  let letters = 0;
  store8(UNESCAPED, 92);
  store8(UNESCAPED + 1, 120);
  for (let i = 0; i < count; i++) {
    const byte = load8(at + i);
    if (byte >> 4 > 9 || (byte & 15) > 9) letters += 1;
    store8(UNESCAPED + 2 + 2 * i, hexDigit(byte >> 4));
    store8(UNESCAPED + 3 + 2 * i, hexDigit(byte & 15));
  }
  return (letters === 0 && length > 0) || has(UNESCAPED, 2 + 2 * count) || mayStretchHold(at, at + length);
}
