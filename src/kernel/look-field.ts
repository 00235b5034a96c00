// One value of a column. Of the copy: looked through as PostgreSQL would write it in JSON, each text, each key, each large number. Of the source: its
// originals are gathered.
import { nextQuote } from './blocks.ts';
import { gatherJson } from './gather-json.ts';
import { gatherText } from './gather-text.ts';
import { unescapeText } from './json.ts';
import { UNESCAPED } from './layout.ts';
import { hexDigit, mayBytesHold } from './look-bytes.ts';
import { writeDay } from './look-days.ts';
import { writeAddress } from './look-network.ts';
import { mayTextHold, textCount } from './look-stretches.ts';
import { mayHold } from './look-text.ts';
import { hasOtherUuid } from './look-uuid.ts';
import { load32, load8, store8, writeDecimal64 } from './memory.ts';
import * as op from './operations.ts';
import { has, LOOKING, purpose } from './sought.ts';

const FEWEST_DIGITS: i32 = 7;

/** Texts that were looked through. */
export let texts: i32 = 0;
export function countTexts(from: i32): void {
  texts = from;
}

let operation: i32 = 0;
/** Written by a type, so in one way alone. */
function plainText(at: i32, length: i32): boolean {
  texts += 1;
  return purpose !== LOOKING ? !gatherText(operation, at, length) : mayHold(at, length);
}

function text(at: i32, length: i32): boolean {
  if (purpose !== LOOKING) return plainText(at, length);
  texts += 1;
  return mayTextHold(at, length);
}

function isDigit(c: i32): boolean {
  return c >= 48 && c <= 57;
}

/** Whether others must read the value: it holds what is sought, or may, or is not of its form. `parameter`: what is gathered of it. */
export function mayFieldHold(kind: i32, at: i32, length: i32, parameter: i32): boolean {
  operation = parameter;
  if (kind === op.LOOK_ELSEWHERE) return true;
  if (kind === op.LOOK_TEXT) return text(at, length);
  if (kind === op.LOOK_BYTES) return mayBytes(at, length);
  if (kind === op.LOOK_JSON) return mayJsonHold(at, length);
  if (kind === op.LOOK_JSON_BINARY) return length < 1 || load8(at) !== 1 || mayJsonHold(at + 1, length - 1);
  if (kind === op.LOOK_INTEGER) return mayIntegerHold(at, length);
  if (kind === op.LOOK_UUID) return length !== 16 || mayUuidHold(at);
  const written = kind === op.LOOK_ADDRESS ? writeAddress(at, length) : writeDay(kind, at, length);
  return written === 0 || plainText(UNESCAPED, written);
}

function mayJsonHold(from: i32, length: i32): boolean {
  if (purpose !== LOOKING) return !gatherJson(from, length, operation);
  const end = from + length;
  let at = from;
  while (at < end) {
    const c = load8(at);
    if (c === 34) {
      at = endOfString(at + 1, end);
      if (at === 0) return true;
    } else if (isDigit(c)) {
      const first = at;
      while (at < end && isDigit(load8(at))) at += 1;
      if (at - first >= FEWEST_DIGITS && text(first, at - first)) return true;
    } else at += 1;
  }
  return false;
}

/** Looks through the string that begins there; where to go on, or 0 when it may hold what is sought. */
function endOfString(from: i32, end: i32): i32 {
  let at = nextQuote(from, end);
  let isEscaped = false;
  for (; at < end && load8(at) !== 34; at = nextQuote(at + 2, end)) isEscaped = true;
  if (at >= end) return 0;
  const length = isEscaped ? unescapeText(from, at) : at - from;
  return length < 0 || text(isEscaped ? UNESCAPED : from, length) ? 0 : at + 1;
}

/** Numbers of fewer than seven digits are no originals. */
function mayIntegerHold(at: i32, length: i32): boolean {
  if (length !== 4 && length !== 8) return true;
  const top = load32(at);
  const low = load32(at + length - 4);
  if ((length === 4 || top === low >> 31) && low < 1000000 && low > -1000000) return false;
  return plainText(UNESCAPED, writeDecimal64(UNESCAPED, length === 4 ? top >> 31 : top, low));
}

function mayBytes(at: i32, length: i32): boolean {
  const may = mayBytesHold(at, length);
  texts += textCount;
  return may;
}

/** Looked for as a whole only: among millions the digits between letters are somebody's number by chance. One of digits alone is a number itself. */
function mayUuidHold(at: i32): boolean {
  let to = UNESCAPED;
  let letters = 0;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) {
      store8(to, 45);
      to += 1;
    }
    const byte = load8(at + i);
    if (byte >> 4 > 9 || (byte & 15) > 9) letters += 1;
    store8(to, hexDigit(byte >> 4));
    store8(to + 1, hexDigit(byte & 15));
    to += 2;
  }
  if (purpose !== LOOKING || letters === 0) return plainText(UNESCAPED, 36);
  texts += 1;
  return has(UNESCAPED, 36) || hasOtherUuid(UNESCAPED, 36);
}
