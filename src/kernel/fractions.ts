// Amounts that are no whole numbers, moved within a band: PostgreSQL's numeric and both kinds of float.
import { KEY_NUMBER } from './layout.ts';
import { load16, load8, remainder } from './memory.ts';
import { put, putBytes } from './output.ts';
import { within } from './numbers.ts';
import { hash, hashHigh, hashLow } from './siphash.ts';

/** Keeps sign, exponent and the first three bits behind the point: at most an eighth away. Zero, NaN and infinity stay. */
export function bandFloat(at: i32, length: i32): i32 {
  if (length !== 4 && length !== 8) return 0;
  const exponentBits = length === 8 ? 11 : 8;
  const head = load16(at) & 0x7fff;
  const exponent = head >> (15 - exponentBits);
  let isZero = true;
  for (let i = 0; i < length; i++) if ((load8(at + i) & (i === 0 ? 127 : 255)) !== 0) isZero = false;
  if (isZero || exponent === (1 << exponentBits) - 1) {
    putBytes(at, length);
    return 1;
  }
  hash(KEY_NUMBER, at, length);
  const kept = 1 + exponentBits + 3;
  for (let i = 0; i < length; i++) {
    const bits = ((i & 4) === 0 ? hashLow : hashHigh) >>> ((i & 3) << 3);
    const free = i * 8 >= kept ? 255 : i * 8 + 8 <= kept ? 0 : 255 >> (kept - i * 8);
    put((load8(at + i) & (255 - free)) | (bits & free));
  }
  return 1;
}

function tens(count: i32): i32 {
  return count <= 0 ? 1 : count === 1 ? 10 : count === 2 ? 100 : count === 3 ? 1000 : 10000;
}

/** What may stand in the group that many groups behind the point: nothing finer than the scale says. */
function roundTo(value: i32, behindPoint: i32, scale: i32): i32 {
  if (behindPoint <= 0) return value;
  const digits = scale - 4 * (behindPoint - 1);
  const step = tens(4 - (digits < 0 ? 0 : digits));
  return ((value / step) | 0) * step;
}

function put16(value: i32): void {
  put((value >> 8) & 255);
  put(value & 255);
}

/** Groups of four digits: count, weight of the first, sign, digits behind the point. As many digits before and behind the point as there were. */
export function bandNumeric(at: i32, length: i32, thousandths: i32): i32 {
  if (length < 8) return 0;
  const count = load16(at);
  const weight = load16(at + 2);
  const scale = load16(at + 6) & 0x3fff;
  const sign = load16(at + 4) & 0xffff;
  if (count < 0 || length !== 8 + 2 * count) return 0;
  if (count === 0 || (sign !== 0 && sign !== 0x4000)) {
    putBytes(at, length);
    return 1;
  }
  const first = load16(at + 8);
  if (first < 1 || first > 9999) return 0;
  const groups = count === 1 && (weight > 0 || scale > 0) ? 2 : count;
  const unit = groups > 1 ? 10000 : 1;
  const lead = first * unit + (count > 1 ? load16(at + 10) : 0);
  let power = unit;
  while (((lead / power) | 0) >= 10) power *= 10;
  const by = within(KEY_NUMBER, at, length, thousandths);
  let moved = lead + ((lead / 1000) | 0) * by + ((((lead % 1000) * by) / 1000) | 0);
  // At either end of its number of digits it stands still rather than gaining or losing one.
  if (moved < power) moved = power;
  else if (((moved / power) | 0) >= 10) moved = power * 9 + (power - 1);
  put16(groups);
  put16(weight);
  put16(load16(at + 4));
  put16(load16(at + 6));
  put16(roundTo((moved / unit) | 0, -weight, scale));
  if (groups > 1) put16(roundTo(moved % unit, 1 - weight, scale));
  hash(KEY_NUMBER, at, length);
  let rest = hashHigh;
  for (let i = 2; i < groups; i++) {
    put16(roundTo(remainder(rest & 0x7fffffff, 10000), i - weight, scale));
    rest = (rest + 0x9e3779b9) | 0;
  }
  return 1;
}
