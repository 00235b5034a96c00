// Running text: addresses, numbers and known names inside it are replaced by what their columns would give; the rest stays. On the way back only
// numbers change: what stands for an address or a name is one itself, and lies where the other lay.
import { maskEmail } from './email.ts';
import { IS_GIVEN, kindOfName } from './known-names.ts';
import { CHARACTER, KEY_DIGITS } from './layout.ts';
import { load8 } from './memory.ts';
import { putFamily, putGiven } from './names.ts';
import { maskIpText } from './network.ts';
import { putBytes } from './output.ts';
import { DIGITS, permute } from './permute.ts';

export const LOCAL: i32 = 1; // part of an address before the @
export const HOST: i32 = 2; // and behind it
export const DIGIT: i32 = 4;
export const CAPITAL: i32 = 8;
export const WORD: i32 = 16;
export const BETWEEN: i32 = 32; // may stand between the digits of one number

/** A number of fewer digits tells nobody apart. */
const FEWEST_DIGITS: i32 = 7;
/** What is longer is taken as several numbers. */
const LONGEST_NUMBER: i32 = 48;

let last: i32 = 0;
/** Before this no address begins: it was looked for from further left. Without it, long runs of words and hyphens would be read once a word. */
let searched: i32 = 0;
function is(at: i32, kinds: i32): boolean {
  return (load8(CHARACTER + load8(at)) & kinds) !== 0;
}

/** Copies what stands before `at` and has not been written. */
function keepUntil(at: i32): void {
  putBytes(last, at - last);
}

/** End of the address that begins at `from`, or 0. */
function endOfEmail(from: i32, end: i32): i32 {
  let at = from;
  if (from < searched) return 0;
  while (at < end && is(at, LOCAL)) at += 1;
  searched = at;
  if (at === from || at >= end || load8(at) !== 64) return 0;
  let until = at + 1;
  while (until < end && is(until, HOST)) until += 1;
  while (until > at + 1 && (load8(until - 1) === 46 || load8(until - 1) === 45)) until -= 1;
  return until > at + 1 ? until : 0;
}

/** Replaces the number that begins at `from`; where to go on. */
function number(from: i32, end: i32, back: i32): i32 {
  let digits = 0;
  let points = 0;
  let others = 0;
  let gap = 0;
  let until = from;
  for (let i = from; i < end && i - from < LONGEST_NUMBER && gap < 3; i++) {
    if (is(i, DIGIT)) {
      digits += 1;
      gap = 0;
      until = i + 1;
      continue;
    }
    if (!is(i, BETWEEN)) break;
    gap += 1;
  }
  if (digits === 0) return from + 1;
  for (let i = from; i < until; i++) {
    if (load8(i) === 46) points += 1;
    else if (!is(i, DIGIT)) others += 1;
  }
  const isAddress = points === 3 && others === 0 && digits <= 12;
  if (isAddress ? back !== 0 : digits < FEWEST_DIGITS) return until;
  keepUntil(from);
  if (isAddress) maskIpText(from, until - from);
  else permute(KEY_DIGITS, from, until - from, DIGITS, back);
  last = until;
  return until;
}

/** Replaces the word that begins at `from` when it is somebody's name; where to go on. */
function word(from: i32, end: i32, back: i32): i32 {
  let until = from;
  while (until < end && is(until, WORD)) until += 1;
  if (back !== 0 || !is(from, CAPITAL)) return until;
  const kind = kindOfName(from, until - from);
  if (kind === 0) return until;
  keepUntil(from);
  if ((kind & IS_GIVEN) !== 0) putGiven();
  else putFamily();
  last = until;
  return until;
}

/** Writes the text with what it says about people replaced. */
export function maskText(at: i32, length: i32, back: i32): void {
  const end = at + length;
  let i = at;
  last = at;
  searched = at;
  while (i < end) {
    const until = is(i, LOCAL) ? endOfEmail(i, end) : 0;
    if (until !== 0) {
      if (back === 0) {
        keepUntil(i);
        maskEmail(i, until - i);
        last = until;
      }
      i = until;
    } else if (is(i, DIGIT)) i = number(i, end, back);
    else if ((load8(i) === 43 || load8(i) === 40) && i + 1 < end && is(i + 1, DIGIT)) i = number(i, end, back);
    else if (is(i, WORD)) i = word(i, end, back);
    else i += 1;
  }
  keepUntil(end);
}
