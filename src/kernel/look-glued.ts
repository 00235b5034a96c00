// Words that nothing parts, as in a URL, an IPv6 address or a key of Base64: of more words than a form is made of they are looked for as they stand.
import { load8 } from './memory.ts';
import * as sign from './sought.ts';
import { has, is, MOST_WORDS } from './sought.ts';

const SPACE: i32 = 32;
const AT: i32 = 64;
const COLON: i32 = 58;
const EQUAL: i32 = 61;
const BAR: i32 = 124;
const AND: i32 = 38;
const HASH: i32 = 35;
const PERCENT: i32 = 37;
const SLASH: i32 = 47;
/** Of what is longer nobody asks. */
export const LONGEST_GLUED: i32 = 2048;
/** So many places where they may begin, and for each so many where they may end. */
const MOST_EDGES: i32 = 4;

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

/** Whether they are sought to that end: as they stand, or from where a `=`, `:` or `|` names them. */
function isSought(end: i32): boolean {
  if (isSoughtFrom(first, end)) return true;
  let starts = 0;
  for (let i = first + 1; i + 1 < end && starts < MOST_EDGES; i++) {
    const c = load8(i);
    if ((c !== EQUAL && c !== COLON && c !== BAR) || !is(i + 1, sign.WORD)) continue;
    starts += 1;
    if (isSoughtFrom(i + 1, end)) return true;
  }
  return false;
}

/** To the end, to where `&`, `|`, `#` or `%` stands, and without the length of a network. */
function isSoughtFrom(from: i32, end: i32): boolean {
  if (isSoughtTo(from, end)) return true;
  let network = end;
  while (end - network < 3 && network > from && is(network - 1, sign.DIGIT)) network -= 1;
  if (network < end && network > from && load8(network - 1) === SLASH && isSoughtTo(from, network - 1)) return true;
  let ends = 0;
  for (let i = from + 1; i < end && ends < MOST_EDGES; i++) {
    const c = load8(i);
    if (c !== AND && c !== BAR && c !== HASH && c !== PERCENT) continue;
    ends += 1;
    if (isSoughtTo(from, i)) return true;
  }
  return false;
}

function isSoughtTo(from: i32, until: i32): boolean {
  let end = until;
  while (end > from && !is(end - 1, sign.WORD)) end -= 1;
  return end - from <= LONGEST_GLUED && has(from, end - from);
}
