// Addresses go to domains that RFC 2606 reserves, so that staging writes to nobody; 29 signs at most. 80 bits of hash: among 100 million addresses two become one
// with a chance of 5 in a billion, and a unique index would say so.
import { fold, sign } from './folding.ts';
import { KEY_EMAIL, KEY_EMAIL_MORE } from './layout.ts';
import { store8 } from './memory.ts';
import { reserve } from './output.ts';
import { hash, hashHigh, hashLow } from './siphash.ts';

const DOMAIN: string = '@example.';
const ENDS: string[] = ['com', 'net', 'org', 'com'];

export function maskEmail(at: i32, length: i32): void {
  if (length === 0) return;
  const folded = fold(at, length);
  hash(KEY_EMAIL, folded, length);
  let low = hashLow;
  let high = hashHigh;
  hash(KEY_EMAIL_MORE, folded, length);
  const end = ENDS[(low >>> 30) & 3]!;
  let to = reserve(17 + DOMAIN.length + end.length);
  if (to === 0) return;
  store8(to, 117);
  for (let i = 0; i < 6; i++) {
    store8(to + 1, sign(low >>> (i * 5)));
    store8(to + 2, sign(high >>> (i * 5)));
    to += 2;
  }
  low = hashLow;
  high = hashHigh;
  store8(to + 1, sign(low));
  store8(to + 2, sign(low >>> 5));
  store8(to + 3, sign(high));
  store8(to + 4, sign(high >>> 5));
  to += 5;
  for (let i = 0; i < DOMAIN.length; i++) store8(to + i, DOMAIN.charCodeAt(i));
  to += DOMAIN.length;
  for (let i = 0; i < end.length; i++) store8(to + i, end.charCodeAt(i));
}
