// UUIDs that others write in the other way: with their dashes or without. Of a folded word.
import { isHex } from './decode.ts';
import { JOINED } from './layout.ts';
import { load8, store8 } from './memory.ts';
import { has, mayHave, pair } from './sought.ts';

const COMPACT: i32 = 32;
const DASHED: i32 = 36;

/** Whether a word of that length may be one. */
export function isUuidLong(length: i32): boolean {
  return length === COMPACT || length === DASHED;
}

/** Whether it is one that is sought in the other writing. */
export function hasOtherUuid(at: i32, length: i32): boolean {
  const other = COMPACT + DASHED - length;
  const last = at + length - 1;
  if (!mayHave(other, pair(load8(at), load8(at + 1)), pair(load8(last - 1), load8(last)))) return false;
  let to = JOINED;
  let digits = 0;
  for (let i = at; i <= last; i++) {
    const c = load8(i);
    if (isHex(c)) {
      if (other === DASHED && (digits === 8 || digits === 12 || digits === 16 || digits === 20)) {
        store8(to, 45);
        to += 1;
      }
      store8(to, c);
      to += 1;
      digits += 1;
    } else if (c !== 45 || !isDashAt(i - at)) return false;
  }
  return digits === COMPACT && has(JOINED, other);
}

function isDashAt(i: i32): boolean {
  return i === 8 || i === 13 || i === 18 || i === 23;
}
