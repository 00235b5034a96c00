// Addresses of machines, into the ranges that RFC 5737, 3849 and 7042 keep for documentation. Few there are of IPv4: 768, so it is not one-to-one.
import { hashFolded, sign } from './folding.ts';
import { BLOCK, KEY_NETWORK } from './layout.ts';
import { load8, remainder, store8 } from './memory.ts';
import { put, putBytes, putNumber } from './output.ts';
import { hash, hashHigh, hashLow } from './siphash.ts';

const NETS: i32[] = [192, 0, 2, 198, 51, 100, 203, 0, 113];

/** One octet of the documentation address for the hash taken last. */
function octet(place: i32): i32 {
  return place === 3 ? hashHigh & 255 : NETS[remainder(hashLow & 0x7fffffff, 3) * 3 + place]!;
}

/** PostgreSQL's inet and cidr: family, bits, is it a net, how many bytes, the bytes. */
export function maskInet(at: i32, length: i32): i32 {
  const count = length - 4;
  if (count !== 4 && count !== 16) return 0;
  if (load8(at) !== (count === 4 ? 2 : 3) || load8(at + 3) !== count || load8(at + 1) > count * 8) return 0;
  hash(KEY_NETWORK, at + 4, count);
  putBytes(at, 4);
  const bits = load8(at + 1);
  const isNet = load8(at + 2) !== 0;
  for (let i = 0; i < count; i++) {
    let byte = count === 4 ? octet(i) : sixth(i);
    // A net may have no bits behind its mask.
    if (isNet) byte = i * 8 >= bits ? 0 : bits - i * 8 < 8 ? byte & (0xff00 >> (bits - i * 8)) : byte;
    put(byte);
  }
  return 1;
}

/** One of the 16 bytes of 2001:db8::/32. */
function sixth(i: i32): i32 {
  if (i < 4) return i === 0 ? 0x20 : i === 1 ? 0x01 : i === 2 ? 0x0d : 0xb8;
  const word = (i & 4) === 0 ? hashLow : hashHigh;
  return ((word >>> ((i & 3) << 3)) + (i >= 8 ? i : 0)) & 255;
}

export function maskMac(at: i32, length: i32): i32 {
  if (length !== 6 && length !== 8) return 0;
  hash(KEY_NETWORK, at, length);
  // 00-00-5E-00-53-xx, and the same as eight bytes
  for (let i = 0; i < length; i++) put(i === 2 ? 0x5e : i === length - 2 ? 0x53 : i === length - 1 ? hashLow & 255 : 0);
  return 1;
}

function isDigit(c: i32): boolean {
  return c >= 48 && c <= 57;
}

/** Four numbers with points between, into BLOCK; 0 when it is something else. */
function readOctets(at: i32, length: i32): i32 {
  let place = 0;
  let value = -1;
  for (let i = 0; i <= length; i++) {
    const c = i < length ? load8(at + i) : 46;
    if (isDigit(c)) value = (value < 0 ? 0 : value) * 10 + c - 48;
    else if (c !== 46 || value < 0 || place > 3) return 0;
    else {
      store8(BLOCK + place, value);
      place += 1;
      value = -1;
    }
    if (value > 255) return 0;
  }
  return place === 4 ? 1 : 0;
}

const HEX: string = '0123456789abcdef';

/** The same address as `maskInet` gives for IPv4; whatever has a colon becomes one of IPv6. */
export function maskIpText(at: i32, length: i32): void {
  if (length === 0) return;
  let isSix = false;
  for (let i = 0; i < length; i++) if (load8(at + i) === 58) isSix = true;
  if (isSix) {
    hashFolded(KEY_NETWORK, at, length);
    const start: string = '2001:db8::';
    for (let i = 0; i < start.length; i++) put(start.charCodeAt(i));
    for (let i = 0; i < 4; i++) put(HEX.charCodeAt((hashLow >>> (i * 4)) & 15));
    put(58);
    for (let i = 0; i < 4; i++) put(HEX.charCodeAt((hashHigh >>> (i * 4)) & 15));
    return;
  }
  if (readOctets(at, length) === 1) hash(KEY_NETWORK, BLOCK, 4);
  else hashFolded(KEY_NETWORK, at, length);
  for (let i = 0; i < 4; i++) {
    if (i > 0) put(46);
    putNumber(octet(i));
  }
}

const SECURE: string = 'https://';
const HOST: string = '.example.com';

/** `https://<host's hash>.example.com/<whole's hash>`: one host stays one host, the path goes. */
export function maskUrl(at: i32, length: i32): void {
  if (length === 0) return;
  let from = 0;
  for (let i = 0; i + 2 < length && from === 0; i++)
    if (load8(at + i) === 58 && load8(at + i + 1) === 47 && load8(at + i + 2) === 47) from = i + 3;
  let end = from;
  while (end < length && load8(at + end) !== 47 && load8(at + end) !== 63 && load8(at + end) !== 35) end += 1;
  for (let i = 0; i < SECURE.length; i++) put(SECURE.charCodeAt(i));
  hashFolded(KEY_NETWORK, at + from, end - from);
  for (let i = 0; i < 6; i++) put(sign(hashLow >>> (i * 5)));
  for (let i = 0; i < 6; i++) put(sign(hashHigh >>> (i * 5)));
  for (let i = 0; i < HOST.length; i++) put(HOST.charCodeAt(i));
  if (end === length) return;
  put(47);
  hash(KEY_NETWORK, at, length);
  for (let i = 0; i < 6; i++) put(sign(hashLow >>> (i * 5)));
  for (let i = 0; i < 6; i++) put(sign(hashHigh >>> (i * 5)));
}
