// A binary COPY, read as a stream that may be cut anywhere: header, rows of fields, trailer. What is kept flows through; what is masked is waited for.
import { forgetEntity, rememberEntity } from './dates.ts';
import { maskField } from './field.ts';
import { LONGEST_VALUE_BYTES, PROGRAM } from './layout.ts';
import { countTexts, mayFieldHold, texts } from './look-field.ts';
import { load16, load32, load8, store32 } from './memory.ts';
import * as op from './operations.ts';
import * as output from './output.ts';

export const COPYING: i32 = 0;
const FINISHED: i32 = 1;
const BAD_HEADER: i32 = 2;
const BAD_ROW: i32 = 3;
const BAD_LENGTH: i32 = 4;
const BAD_VALUE: i32 = 5;
const VALUE_TOO_LONG: i32 = 6;
const AFTER_THE_END: i32 = 7;

/** Flag of a column: its value says whose the dates of the row are. */
export const IS_ENTITY: i32 = 1;

/** How the copy stands; everything but COPYING and FINISHED is an end with an error. */
export let status: i32 = 0;
/** Column that the next field, or the error, belongs to. */
export let column: i32 = 0;
export let rowCount: i32 = 0;
/** Bytes written by the last `run`. */
export let written: i32 = 0;
/** 1 when the last `run` stopped for want of room. */
export let isFull: i32 = 0;

let columns: i32 = 0;
let passing: i32 = 0;
let headerRead: boolean = false;

/** A new copy, of rows with that many fields. */
export function begin(columnCount: i32): void {
  columns = columnCount;
  column = columnCount;
  passing = 0;
  headerRead = false;
  rowCount = 0;
  status = COPYING;
  countTexts(0);
}

const SIGNATURE: i32[] = [80, 71, 67, 79, 80, 89, 10, 255, 13, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/** Signature, no flags, no extension: nothing else has been seen since PostgreSQL 12, and nothing else is let through. */
function headerIsRight(at: i32): boolean {
  for (let i = 0; i < 19; i++) if (load8(at + i) !== SIGNATURE[i]!) return false;
  return true;
}

/** Reads from `start` to `end`, writes from `out` on; where it stopped. Call again with more input, or with an empty output when `isFull`. */
export function run(start: i32, end: i32, out: i32, byteCount: i32): i32 {
  output.open(out, byteCount);
  isFull = 0;
  let at = start;
  // Kept bytes are written in one go: those from `from` to `at` are read and fit.
  let from = start;
  while (status === COPYING) {
    const room = output.free() - (at - from);
    if (passing > 0) {
      let count = end - at < passing ? end - at : passing;
      if (count > room) {
        count = room;
        isFull = 1;
      }
      at += count;
      passing -= count;
      if (passing > 0) break;
      isFull = 0;
      continue;
    }
    if (room < 19) {
      isFull = 1;
      break;
    }
    if (column === columns) {
      const taken = startRow(at, end);
      at += taken;
      if (taken === 0) break;
      continue;
    }
    if (end - at < 4) break;
    const length = load32(at);
    const operation = load32(PROGRAM + (column << 4));
    if (length === -1) {
      at += 4;
      column += 1;
      continue;
    }
    if (length < 0) status = BAD_LENGTH;
    if (length < 0) break;
    const isEntity = load32(PROGRAM + (column << 4) + 8) === IS_ENTITY;
    if (operation === op.KEEP && !isEntity) {
      at += 4;
      passing = length;
      column += 1;
      continue;
    }
    if (length > LONGEST_VALUE_BYTES) status = VALUE_TOO_LONG;
    if (length > LONGEST_VALUE_BYTES || end - at < 4 + length) break;
    if (isEntity) rememberEntity(at + 4, length);
    output.putBytes(from, at - from);
    from = at;
    if (!writeField(operation, at + 4, length)) break;
    at += 4 + length;
    from = at;
    column += 1;
  }
  output.putBytes(from, at - from);
  written = output.cursor - out;
  return at;
}

/** 1 when the last `look` stopped before a value that others must read: it may not be there whole yet. */
export let isAsked: i32 = 0;
export let askedLength: i32 = 0;
export let askedColumn: i32 = 0;

/** Looks through rows and writes nothing; where it stopped. Call again with more input, or when the value that is asked about was read. */
export function look(start: i32, end: i32): i32 {
  let at = start;
  isAsked = 0;
  while (status === COPYING) {
    if (passing > 0) {
      const count = end - at < passing ? end - at : passing;
      at += count;
      passing -= count;
      if (passing > 0) break;
    }
    if (column === columns) {
      const taken = startRow(at, end);
      at += taken;
      if (taken === 0) break;
      continue;
    }
    if (end - at < 4) break;
    const length = load32(at);
    if (length < -1) {
      status = BAD_LENGTH;
      break;
    }
    const kind = load32(PROGRAM + (column << 4));
    if (kind === op.LOOK_NOTHING) {
      at += 4;
      if (length > 0) passing = length;
      column += 1;
      continue;
    }
    const isLong = length > LONGEST_VALUE_BYTES;
    if (!isLong && end - at < 4 + length) break;
    const before = texts;
    const parameter = load32(PROGRAM + (column << 4) + 4);
    at += 4;
    if (isLong || (length >= 0 && mayFieldHold(kind, at, length, parameter))) {
      countTexts(before);
      isAsked = 1;
      askedLength = length;
      askedColumn = column;
    }
    column += 1;
    if (isAsked !== 0) break;
    if (length > 0) at += length;
  }
  return at;
}

/** How many bytes the header, or the beginning of a row, took; 0 to wait, or at the end. */
function startRow(at: i32, end: i32): i32 {
  if (!headerRead) {
    if (end - at < 19) return 0;
    if (!headerIsRight(at)) {
      status = BAD_HEADER;
      return 0;
    }
    headerRead = true;
    return 19;
  }
  if (end - at < 2) return 0;
  const count = load16(at);
  if (count === -1) {
    status = end - at > 2 ? AFTER_THE_END : FINISHED;
    return 2;
  }
  if (count !== columns) {
    status = BAD_ROW;
    return 0;
  }
  rowCount += 1;
  column = 0;
  forgetEntity();
  return 2;
}

/** Length and masked value; false when there was no room, or the value is not what its type says. */
function writeField(operation: i32, at: i32, length: i32): boolean {
  const mark = output.cursor;
  if (operation === op.NULL) {
    output.put32(-1);
    return true;
  }
  const place = output.reserve(4);
  const parameter = load32(PROGRAM + (column << 4) + 4);
  const isGood = place !== 0 && maskField(operation, at, length, parameter) !== 0;
  if (output.overflowed !== 0) {
    output.rewind(mark);
    isFull = 1;
    return false;
  }
  if (!isGood) {
    output.rewind(mark);
    status = BAD_VALUE;
    return false;
  }
  store32(place, output.cursor - place - 4);
  return true;
}
