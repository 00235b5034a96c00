// One value of one column, by the column's operation.
import { maskDate, maskTimestamp } from './dates.ts';
import { bandFloat, bandNumeric } from './fractions.ts';
import { maskJson } from './json.ts';
import { KEY_BYTES } from './layout.ts';
import { maskLeaf } from './leaf.ts';
import { load32, load8, store32 } from './memory.ts';
import { maskBytes } from './names.ts';
import { maskInet, maskMac } from './network.ts';
import { bandInteger, maskId, maskUuid } from './numbers.ts';
import * as op from './operations.ts';
import { cursor, fits, put, put32, putBytes, reserve } from './output.ts';

/** Masks the value and writes it without its length; 0 when it is not of the shape that its type has. */
export function maskField(operation: i32, at: i32, length: i32, parameter: i32): i32 {
  if (operation < 32) return maskLeaf(operation, at, length, parameter);
  if (operation === op.ID) return maskId(at, length, 0);
  if (operation === op.UUID) return maskUuid(at, length);
  if (operation === op.DATE) return maskDate(at, length, parameter);
  if (operation === op.TIMESTAMP) return maskTimestamp(at, length, parameter);
  if (operation === op.BAND_INTEGER) return bandInteger(at, length, parameter);
  if (operation === op.BAND_FLOAT) return bandFloat(at, length);
  if (operation === op.BAND_NUMERIC) return bandNumeric(at, length, parameter);
  if (operation === op.INET) return maskInet(at, length);
  if (operation === op.MAC) return maskMac(at, length);
  if (operation === op.JSON_TEXT) return maskJson(at, length, parameter);
  if (operation === op.TEXT_ARRAY) return maskArray(at, length, parameter);
  if (operation === op.JSON_BINARY) {
    if (length < 1 || load8(at) !== 1) return 0;
    put(1);
    return maskJson(at + 1, length - 1, parameter);
  }
  if (operation !== op.BYTES) return 0;
  maskBytes(KEY_BYTES, at, length);
  return 1;
}

/** Dimensions, whether there are nulls, type; for each dimension how many and from where; then the elements. */
function maskArray(at: i32, length: i32, operation: i32): i32 {
  if (length < 12) return 0;
  const dimensions = load32(at);
  if (dimensions < 0 || dimensions > 6) return 0;
  const header = 12 + dimensions * 8;
  const end = at + length;
  if (header > length) return 0;
  putBytes(at, header);
  let p = at + header;
  while (p < end && fits()) {
    if (end - p < 4) return 0;
    const own = load32(p);
    p += 4;
    if (own === -1) {
      put32(-1);
      continue;
    }
    if (own < 0 || own > end - p) return 0;
    const place = reserve(4);
    if (place === 0) return 1;
    if (maskLeaf(operation, p, own, 0) === 0) return 0;
    store32(place, cursor - place - 4);
    p += own;
  }
  return 1;
}
