// Names of people, companies, streets and places, out of made-up syllables: a masked name is nobody's. Not one-to-one: there are fewer made-up names than people.
import { hashFolded } from './folding.ts';
import { FAMILY, FAMILY_COUNT, GIVEN, GIVEN_COUNT, KEY_NAME, KEY_PLACE } from './layout.ts';
import { load8, remainder } from './memory.ts';
import { put, putNumber, putWord } from './output.ts';
import { hash, hashHigh, hashLow } from './siphash.ts';

function givenWord(): i32 {
  return GIVEN + ((hashHigh & (GIVEN_COUNT - 1)) << 4);
}

function familyWord(): i32 {
  return FAMILY + ((hashHigh & (FAMILY_COUNT - 1)) << 4);
}

/** Writes the name for the hash that was taken last; the free text masker uses it too, so that both say the same. */
export function putGiven(): void {
  putWord(givenWord());
}

export function putFamily(): void {
  putWord(familyWord());
}

export function maskName(at: i32, length: i32, isFamily: boolean): void {
  if (length === 0) return;
  hashFolded(KEY_NAME, at, length);
  if (isFamily) putFamily();
  else putGiven();
}

function isBlank(c: i32): boolean {
  return c === 32 || c === 9 || c === 10 || c === 13;
}

function isPoint(c: i32): boolean {
  return c === 44 || c === 46 || c === 59;
}

/** The last word is the family's, those before are given names; before a comma it is the other way round. */
export function maskFullName(at: i32, length: i32): void {
  let last = 0;
  let comma = -1;
  for (let i = 0; i < length; i++) {
    if (!isBlank(load8(at + i)) && (i === 0 || isBlank(load8(at + i - 1)))) last = i;
    if (load8(at + i) === 44 && comma < 0) comma = i;
  }
  let i = 0;
  while (i < length) {
    const from = i;
    if (isBlank(load8(at + i)) || isPoint(load8(at + i))) {
      put(load8(at + i));
      i += 1;
      continue;
    }
    while (i < length && !isBlank(load8(at + i)) && !isPoint(load8(at + i))) i += 1;
    maskName(at + from, i - from, comma < 0 ? from === last && last > 0 : from < comma);
  }
}

function putText(text: string): void {
  for (let i = 0; i < text.length; i++) put(text.charCodeAt(i));
}

const SECTORS: string[] = [' Works', ' Trade', ' Group', ' Labs'];

export function maskCompany(at: i32, length: i32): void {
  if (length === 0) return;
  hashFolded(KEY_PLACE, at, length);
  putFamily();
  putText(SECTORS[hashLow & 3]!);
}

export function maskStreet(at: i32, length: i32): void {
  if (length === 0) return;
  hashFolded(KEY_PLACE, at, length);
  putNumber(1 + remainder(hashLow & 0x7fffffff, 9999));
  put(32);
  putFamily();
  putText(' Street');
}

export function maskPlace(at: i32, length: i32): void {
  if (length === 0) return;
  hashFolded(KEY_PLACE, at, length);
  putFamily();
}

/** A hash of bytes as long as they were: no picture, no signature, no key any more. */
export function maskBytes(key: i32, at: i32, length: i32): void {
  hash(key, at, length);
  let low = hashLow;
  let high = hashHigh;
  for (let i = 0; i < length; i++) {
    put((((i & 4) === 0 ? low : high) >>> ((i & 3) << 3)) & 255);
    if ((i & 7) !== 7) continue;
    low = (low + 0x9e3779b9) | 0;
    high = high ^ low;
  }
}
