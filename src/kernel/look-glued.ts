// Words that nothing parts, as in a URL, an IPv6 address or a key of Base64: of more words than a form is made of they are looked for as they stand,
// from the first word to the last, and from what a `=` names.
import { load8 } from './memory.ts';
import * as sign from './sought.ts';
import { has, is, MOST_WORDS } from './sought.ts';

const SPACE: i32 = 32;
const AT: i32 = 64;
const COLON: i32 = 58;
const EQUAL: i32 = 61;

/** Whether a blank, a quotation mark, a bracket or a comma stands there, or what is beyond ASCII and no letter. */
export function isParting(from: i32, end: i32): boolean {
  for (let i = from; i < end; i++) {
    const c = load8(i);
    if (!is(i, sign.ADDRESS) && c !== AT && c !== COLON && c !== EQUAL) return true;
  }
  return false;
}

let first: i32 = 0;
let last: i32 = 0;
let count: i32 = 0;

/** Of a text that begins. */
export function forgetGlued(): void {
  count = 0;
}

/** Takes the next word; whether those before are sought, if they end here. */
export function hasGlued(from: i32, end: i32): boolean {
  const until = last;
  last = end;
  count += 1;
  if (count > 1 && load8(until) !== SPACE && !isParting(until, from)) return false;
  const found = count - 1 > MOST_WORDS && isSought(until);
  count = 1;
  first = from;
  return found;
}

/** Whether those are sought that were taken last. */
export function hasLastGlued(): boolean {
  return count > MOST_WORDS && isSought(last);
}

function isSought(end: i32): boolean {
  if (has(first, end - first)) return true;
  for (let i = first + 1; i < end; i++) if (load8(i - 1) === EQUAL && is(i, sign.WORD) && has(i, end - i)) return true;
  return false;
}
