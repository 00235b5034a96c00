// Days and instants as PostgreSQL writes them in JSON: 2026-01-31, 2026-01-31T10:20:30.5, and with +00:00 behind it.
import { BLOCK, UNESCAPED } from './layout.ts';
import { load32, splitDay64, store8 } from './memory.ts';
import * as op from './operations.ts';

/** Of the years that have four digits, counted from 2000 on. */
const FIRST_DAY: i32 = -730119;
const LAST_DAY: i32 = 2921939;
/** From the first of March of the year 0. */
const DAYS_BEFORE: i32 = 730425;

let to: i32 = 0;

function putDigits(value: i32, count: i32): void {
  let rest = value;
  for (let i = count - 1; i >= 0; i--) {
    store8(to + i, 48 + (rest % 10));
    rest = (rest / 10) | 0;
  }
  to += count;
}

function put(c: i32): void {
  store8(to, c);
  to += 1;
}

/** Counted in years that begin in March (Hinnant, "chrono-compatible low-level date algorithms"). */
function putDay(day: i32): void {
  const z = day + DAYS_BEFORE;
  const era = (z / 146097) | 0;
  const ofEra = z - era * 146097;
  const leaps = ((ofEra / 1460) | 0) - ((ofEra / 36524) | 0) + ((ofEra / 146096) | 0);
  const year = ((ofEra - leaps) / 365) | 0;
  const ofYear = ofEra - (365 * year + ((year / 4) | 0) - ((year / 100) | 0));
  const month = ((5 * ofYear + 2) / 153) | 0;
  putDigits(year + era * 400 + (month < 10 ? 0 : 1), 4);
  put(45);
  putDigits(month < 10 ? month + 3 : month - 9, 2);
  put(45);
  putDigits(ofYear - (((153 * month + 2) / 5) | 0) + 1, 2);
}

function putTime(seconds: i32, micros: i32): void {
  put(84);
  putDigits((seconds / 3600) | 0, 2);
  put(58);
  putDigits(((seconds / 60) | 0) % 60, 2);
  put(58);
  putDigits(seconds % 60, 2);
  if (micros === 0) return;
  let digits = 6;
  let rest = micros;
  while (rest % 10 === 0) {
    rest = (rest / 10) | 0;
    digits -= 1;
  }
  put(46);
  putDigits(rest, digits);
}

/** Writes it to UNESCAPED; how long it is, or 0 when it has another form: an infinity, a year of more digits or before the first. */
export function writeDay(kind: i32, at: i32, length: i32): i32 {
  if (length !== (kind === op.LOOK_DATE ? 4 : 8)) return 0;
  if (kind !== op.LOOK_DATE) splitDay64(BLOCK, at);
  const day = load32(kind === op.LOOK_DATE ? at : BLOCK);
  if (day < FIRST_DAY || day > LAST_DAY) return 0;
  to = UNESCAPED;
  putDay(day);
  if (kind !== op.LOOK_DATE) putTime(load32(BLOCK + 4), load32(BLOCK + 8));
  if (kind === op.LOOK_INSTANT) {
    put(43);
    putDigits(0, 2);
    put(58);
    putDigits(0, 2);
  }
  return to - UNESCAPED;
}
