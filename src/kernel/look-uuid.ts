// UUIDs, alone or between `-` and `_` of a longer word, with their dashes or without: each may be sought in the other way. Of a folded word.
import { isHex } from './decode.ts';
import { JOINED } from './layout.ts';
import { load8, store8 } from './memory.ts';
import { has, is, mayHave, pair } from './sought.ts';
import * as sign from './sought.ts';

const DASH: i32 = 45;
const COMPACT: i32 = 32;
const DASHED: i32 = 36;

/** Whether a word has one that is sought. */
export function hasUuid(from: i32, end: i32): boolean {
  for (let at = from; at + COMPACT <= end; at++) {
    if (at > from && isAlnum(at - 1)) continue;
    if (hasUuidOf(at, COMPACT, end) || hasUuidOf(at, DASHED, end)) return true;
  }
  return false;
}

function isAlnum(at: i32): boolean {
  return load8(at) < 128 && load8(at) !== DASH && load8(at) !== 95 && is(at, sign.WORD);
}

function hasUuidOf(at: i32, length: i32, end: i32): boolean {
  if (at + length > end || (at + length < end && isAlnum(at + length))) return false;
  return isUuid(at, length) && (has(at, length) || hasOtherUuid(at, length));
}

/** Whether it has the form of one: digits of hexadecimal, and dashes in four places where it is that long. */
function isUuid(at: i32, length: i32): boolean {
  for (let i = 0; i < length; i++) {
    const isDash = length === DASHED && (i === 8 || i === 13 || i === 18 || i === 23);
    if (isDash ? load8(at + i) !== DASH : !isHex(load8(at + i))) return false;
  }
  return true;
}

/** Whether the UUID that lies there is sought in the other writing, whose ends are the same. */
export function hasOtherUuid(at: i32, length: i32): boolean {
  const other = COMPACT + DASHED - length;
  const last = at + length - 1;
  if (!mayHave(other, pair(load8(at), load8(at + 1)), pair(load8(last - 1), load8(last)))) return false;
  let to = JOINED;
  let digits = 0;
  for (let i = at; i <= last; i++) {
    if (load8(i) === DASH) continue;
    if (other === DASHED && (digits === 8 || digits === 12 || digits === 16 || digits === 20)) {
      store8(to, DASH);
      to += 1;
    }
    store8(to, load8(i));
    to += 1;
    digits += 1;
  }
  return has(JOINED, other);
}
