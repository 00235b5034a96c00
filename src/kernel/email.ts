// Addresses go to domains that RFC 2606 reserves, so that staging writes to nobody; 29 signs at most. 80 bits of hash: among 100 million addresses two become one
// with a chance of 5 in a billion, and a unique index would say so.
import { hashFolded, sign } from './folding.ts';
import { KEY_EMAIL, KEY_EMAIL_MORE } from './layout.ts';
import { put } from './output.ts';
import { hashHigh, hashLow } from './siphash.ts';

const DOMAIN: string = '@example.';
const ENDS: string[] = ['com', 'net', 'org', 'com'];

export function maskEmail(at: i32, length: i32): void {
  if (length === 0) return;
  hashFolded(KEY_EMAIL, at, length);
  let low = hashLow;
  let high = hashHigh;
  put(117);
  for (let i = 0; i < 6; i++) {
    put(sign(low >>> (i * 5)));
    put(sign(high >>> (i * 5)));
  }
  const end = (low >>> 30) & 3;
  hashFolded(KEY_EMAIL_MORE, at, length);
  low = hashLow;
  high = hashHigh;
  put(sign(low));
  put(sign(low >>> 5));
  put(sign(high));
  put(sign(high >>> 5));
  for (let i = 0; i < DOMAIN.length; i++) put(DOMAIN.charCodeAt(i));
  const text = ENDS[end]!;
  for (let i = 0; i < text.length; i++) put(text.charCodeAt(i));
}
