// Days move by as much as their entity says, all of them alike: what was earlier stays earlier, and a week stays a week.
import { BLOCK, KEY_DATE } from './layout.ts';
import { addDays64, load32, move, remainder } from './memory.ts';
import { put32, putBytes } from './output.ts';
import { hash, hashHigh, hashLow } from './siphash.ts';

let hasEntity: boolean = false;
let entityLow: i32 = 0;
let entityHigh: i32 = 0;

/** A new row: whose it is has not been read. */
export function forgetEntity(): void {
  hasEntity = false;
}

/** Whose the dates of this row are. The same bytes in another table are the same entity. */
export function rememberEntity(at: i32, length: i32): void {
  hash(KEY_DATE, at, length);
  entityLow = hashLow;
  entityHigh = hashHigh;
  hasEntity = true;
}

/** From 1 to `most`, forwards or back; never none. */
function shift(most: i32): i32 {
  if (!hasEntity) rememberEntity(BLOCK, 0);
  const days = 1 + remainder(entityLow & 0x7fffffff, most);
  return (entityHigh & 1) === 0 ? days : -days;
}

const LATEST: i32 = 0x7fffffff;

/** Days since 2000; both infinities stay. Refused: what would come out as one, and a shift by no days. */
export function maskDate(at: i32, length: i32, most: i32): i32 {
  if (length !== 4 || most < 1) return 0;
  const day = load32(at);
  if (day === LATEST || day === ~LATEST) {
    put32(day);
    return 1;
  }
  const by = shift(most);
  if (by > 0 ? day >= LATEST - by : day <= ~LATEST - by) return 0;
  put32(day + by);
  return 1;
}

/** Microseconds since 2000. */
export function maskTimestamp(at: i32, length: i32, most: i32): i32 {
  if (length !== 8 || most < 1) return 0;
  const top = load32(at);
  const bottom = load32(at + 4);
  if ((top === LATEST && bottom === -1) || (top === ~LATEST && bottom === 0)) {
    putBytes(at, 8);
    return 1;
  }
  const by = shift(most);
  move(BLOCK, at, 8);
  if (addDays64(BLOCK, BLOCK, by) === 0) return 0;
  putBytes(BLOCK, 8);
  return 1;
}
