// Bytes of any kind looked through: as a whole, as PostgreSQL writes them, and each stretch of UTF-8 in them as a text.
import { UNESCAPED } from './layout.ts';
import { mayHold } from './look-text.ts';
import { load8, store8 } from './memory.ts';
import { has, SHORTEST_FORM } from './sought.ts';

/** Of what is looked for as a whole. */
const MOST_BYTES: i32 = 255;

/** Texts of the bytes that were looked through last. */
export let textCount: i32 = 0;

export function hexDigit(half: i32): i32 {
  return half < 10 ? 48 + half : 87 + half;
}

/** Whether others must read them: they hold what is sought, or may, or are digits alone, which may be a number. */
export function mayBytesHold(at: i32, length: i32): boolean {
  textCount = 1;
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

function mayStretchHold(start: i32, end: i32): boolean {
  let from = start;
  let signs = 0;
  let at = start;
  while (at <= end) {
    const count = at === end ? 0 : signAt(at, end);
    at += count;
    if (count > 0) {
      signs += count === 4 ? 2 : 1;
      continue;
    }
    if (signs >= SHORTEST_FORM) {
      textCount += 1;
      if (mayHold(from, at - from)) return true;
    }
    at += 1;
    from = at;
    signs = 0;
  }
  return false;
}

function follows(at: i32, end: i32): boolean {
  return at < end && (load8(at) & 0xc0) === 0x80;
}

/** How many bytes the sign of a text has that begins there; 0 when none does, as Unicode's table of well-formed bytes says, and for the one that stands for what is none. */
function signAt(at: i32, end: i32): i32 {
  const first = load8(at);
  if (first < 0x80) return (first >= 32 && first < 127) || (first >= 9 && first <= 13) ? 1 : 0;
  if (first < 0xc2 || first > 0xf4 || !follows(at + 1, end)) return 0;
  if (first < 0xe0) return 2;
  if (!follows(at + 2, end)) return 0;
  const second = load8(at + 1);
  if (first === 0xef && second === 0xbf && load8(at + 2) === 0xbd) return 0;
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return 0;
  if (first < 0xf0) return 3;
  if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return 0;
  return follows(at + 3, end) ? 4 : 0;
}
