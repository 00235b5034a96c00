// What can be done to a text wherever it stands: in a column, in an array, in JSON.
import { maskCard, maskIban } from './check-digits.ts';
import { maskEmail } from './email.ts';
import { KEY_DIGITS, KEY_TOKEN } from './layout.ts';
import { load32 } from './memory.ts';
import { maskCompany, maskFullName, maskName, maskPlace, maskStreet } from './names.ts';
import { maskIpText, maskUrl } from './network.ts';
import { maskId } from './numbers.ts';
import * as op from './operations.ts';
import { putBytes } from './output.ts';
import { DIGITS, LETTERS, NO_LEADING_ZERO, permute } from './permute.ts';
import { maskText } from './text.ts';

/** Masks the text and writes it; 0 when it cannot be done. `parameter` is where a constant lies: its length, then its bytes. */
export function maskLeaf(operation: i32, at: i32, length: i32, parameter: i32): i32 {
  if (operation === op.EMAIL) maskEmail(at, length);
  else if (operation === op.GIVEN_NAME) maskName(at, length, false);
  else if (operation === op.FAMILY_NAME) maskName(at, length, true);
  else if (operation === op.FULL_NAME) maskFullName(at, length);
  else if (operation === op.COMPANY) maskCompany(at, length);
  else if (operation === op.STREET) maskStreet(at, length);
  else if (operation === op.PLACE) maskPlace(at, length);
  else if (operation === op.IP_TEXT) maskIpText(at, length);
  else if (operation === op.URL_TEXT) maskUrl(at, length);
  else if (operation === op.FIXED && parameter !== 0) putBytes(parameter + 4, load32(parameter));
  else if (operation === op.KEEP) putBytes(at, length);
  else return permuteLeaf(operation, at, length, 0);
  return 1;
}

/** Those that permute: symbols, or a number of 8 bytes. `back` writes what the text was made of instead, as far as that can be told; 0 when it cannot. */
export function permuteLeaf(operation: i32, at: i32, length: i32, back: i32): i32 {
  if (operation === op.DIGITS_ONLY) return permute(KEY_DIGITS, at, length, DIGITS, back);
  if (operation === op.JSON_NUMBER) return permute(KEY_DIGITS, at, length, DIGITS | NO_LEADING_ZERO, back);
  if (operation === op.ID) return maskId(at, length, back);
  if (operation === op.TOKEN) return permute(KEY_TOKEN, at, length, DIGITS | LETTERS, back);
  if (operation === op.CARD) return maskCard(at, length, back);
  if (operation === op.IBAN) return maskIban(at, length, back);
  if (operation !== op.TEXT) return 0;
  maskText(at, length, back);
  return 1;
}
