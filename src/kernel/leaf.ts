// What can be done to a text wherever it stands: in a column, in an array, in JSON.
import { maskCard, maskIban } from './check-digits.ts';
import { maskEmail } from './email.ts';
import { KEY_DIGITS, KEY_TOKEN } from './layout.ts';
import { load32 } from './memory.ts';
import { maskCompany, maskFullName, maskName, maskPlace, maskStreet } from './names.ts';
import { maskIpText, maskUrl } from './network.ts';
import * as op from './operations.ts';
import { putBytes } from './output.ts';
import { DIGITS, LETTERS, permute } from './permute.ts';
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
  else if (operation === op.DIGITS_ONLY) return permute(KEY_DIGITS, at, length, DIGITS, 0);
  else if (operation === op.TOKEN) return permute(KEY_TOKEN, at, length, DIGITS | LETTERS, 0);
  else if (operation === op.TEXT) maskText(at, length);
  else if (operation === op.IP_TEXT) maskIpText(at, length);
  else if (operation === op.URL_TEXT) maskUrl(at, length);
  else if (operation === op.CARD) return maskCard(at, length);
  else if (operation === op.IBAN) return maskIban(at, length);
  else if (operation === op.FIXED && parameter !== 0) putBytes(parameter + 4, load32(parameter));
  else if (operation === op.KEEP) putBytes(at, length);
  else return 0;
  return 1;
}
