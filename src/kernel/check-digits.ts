// Card numbers and IBANs whose check digits are right, of accounts that are nobody's: cards stand in the test range 400000.
import { KEY_BANK } from './layout.ts';
import { load8, store8 } from './memory.ts';
import { cursor, overflowed, putBytes } from './output.ts';
import { DIGITS, LETTERS, permute } from './permute.ts';

function isDigit(c: i32): boolean {
  return c >= 48 && c <= 57;
}

/** Value of the digit that makes the sum of `count` digits at `at` divide by ten, as it stands behind them. */
function luhn(at: i32, end: i32): i32 {
  let sum = 0;
  let twice = true;
  for (let i = end - 1; i >= at; i--) {
    if (!isDigit(load8(i))) continue;
    let digit = load8(i) - 48;
    if (twice) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
    twice = !twice;
  }
  return (10 - (sum % 10)) % 10;
}

/** 12 to 19 digits with whatever stands between them, which have no way back; anything else only has its digits changed. */
export function maskCard(at: i32, length: i32, back: i32): i32 {
  const out = cursor;
  if (permute(KEY_BANK, at, length, DIGITS, back) === 0) return 0;
  if (overflowed !== 0) return 1;
  let count = 0;
  let last = 0;
  for (let i = out; i < cursor; i++)
    if (isDigit(load8(i))) {
      count += 1;
      last = i;
    }
  if (count < 12 || count > 19) return 1;
  if (back !== 0) return 0;
  let place = 0;
  for (let i = out; place < 6; i++)
    if (isDigit(load8(i))) {
      store8(i, place === 0 ? 52 : 48);
      place += 1;
    }
  store8(last, 48 + luhn(out, last));
  return 1;
}

function isLetter(c: i32): boolean {
  return (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
}

function rest97(rest: i32, c: i32): i32 {
  if (isDigit(c)) return (rest * 10 + c - 48) % 97;
  return isLetter(c) ? (rest * 100 + (c & 31) + 9) % 97 : rest;
}

/** The country stays, everything behind is permuted, the check digits follow, also on the way back. What is no IBAN has its letters and digits changed. */
export function maskIban(at: i32, length: i32, back: i32): i32 {
  const isIban =
    length >= 15 && isLetter(load8(at)) && isLetter(load8(at + 1)) && isDigit(load8(at + 2)) && isDigit(load8(at + 3));
  if (!isIban) return permute(KEY_BANK, at, length, DIGITS | LETTERS, back);
  const out = cursor;
  putBytes(at, 4);
  if (permute(KEY_BANK, at + 4, length - 4, DIGITS | LETTERS, back) === 0) return 0;
  if (overflowed !== 0) return 1;
  let rest = 0;
  for (let i = out + 4; i < cursor; i++) rest = rest97(rest, load8(i));
  rest = rest97(rest97(rest, load8(out)), load8(out + 1));
  const check = 98 - ((rest * 100) % 97);
  store8(out + 2, 48 + ((check / 10) | 0));
  store8(out + 3, 48 + (check % 10));
  return 1;
}
