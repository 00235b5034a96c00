// Names that columns of names hold, so that they are found in running text. Open addressing; hash without its lowest two bits, which say what kind of name it is.
import { hashFolded } from './folding.ts';
import { KEY_NAME, NAMES, NAMES_COUNT, NAMES_SLOTS } from './layout.ts';
import { load32, store32 } from './memory.ts';
import { hashHigh, hashLow } from './siphash.ts';

export const IS_GIVEN: i32 = 1;
export const IS_FAMILY: i32 = 2;
const MOST: i32 = 0xc000;

/** Slot of the hash taken last, or the free one where it would stand. */
function slot(): i32 {
  const own = hashLow & ~3;
  let i = (own >>> 2) & (NAMES_SLOTS - 1);
  while (true) {
    const at = NAMES + (i << 3);
    const there = load32(at);
    if (there === 0 || ((there & ~3) === own && load32(at + 4) === hashHigh)) return at;
    i = (i + 1) & (NAMES_SLOTS - 1);
  }
}

/** 0 when no more names fit. */
export function learnName(at: i32, length: i32, kind: i32): i32 {
  hashFolded(KEY_NAME, at, length);
  const place = slot();
  if (load32(place) === 0) {
    const count = load32(NAMES_COUNT);
    if (count === MOST) return 0;
    store32(NAMES_COUNT, count + 1);
    store32(place + 4, hashHigh);
  }
  store32(place, load32(place) | (hashLow & ~3) | kind);
  return 1;
}

/** Hashes the word and says what kind of name it is, 0 for none. */
export function kindOfName(at: i32, length: i32): i32 {
  hashFolded(KEY_NAME, at, length);
  return load32(slot()) & 3;
}

export function forgetNames(): void {
  store32(NAMES_COUNT, 0);
  for (let i = 0; i < NAMES_SLOTS * 8; i += 4) store32(NAMES + i, 0);
}
