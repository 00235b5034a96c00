// Texts inside of others: stretches of UTF-8 in bytes of any kind, and in bytes that a text writes in other signs. What is written so inside of such bytes is looked at as
// it stands.
import { BLOCK_BYTES, blockUntil, eightInRow, equalIn, hexIn, lowest, textIn, WHOLE_BLOCK, wordsIn } from './blocks.ts';
import { decodeBase64, decodeEscapes, decodeHex, isHex } from './decode.ts';
import { DECODED, DECODED_BYTES } from './layout.ts';
import { escapes, mayHold, runsEnd, runsFrom, SHORTEST_RUN } from './look-text.ts';
import { load8 } from './memory.ts';
import { LONGEST_AGAIN, SHORTEST_FORM } from './sought.ts';

const SLASH: i32 = 47;
const PLUS: i32 = 43;

/** Texts of the bytes that were looked through last. */
export let textCount: i32 = 0;
export function countStretches(from: i32): void {
  textCount = from;
}

let isDecoded: boolean = false;

/** Whether the text holds a form that is sought, or may hold one, as it stands or in other signs. */
export function mayTextHold(at: i32, length: i32): boolean {
  if (mayHold(at, length)) return true;
  if (isDecoded || (runsEnd === 0 && escapes === 0)) return false;
  const counted = textCount;
  const from = runsFrom;
  const end = runsEnd;
  isDecoded = true;
  const may = (escapes > 0 && mayEscapesHold(at, length)) || (end > 0 && mayRunsHold(from, end));
  isDecoded = false;
  textCount = counted;
  return may;
}

function mayDecodedHold(length: i32): boolean {
  return mayStretchHold(DECODED, DECODED + length);
}

function mayEscapesHold(at: i32, length: i32): boolean {
  return length > DECODED_BYTES || mayDecodedHold(decodeEscapes(at, at + length));
}

function mayRunsHold(from: i32, end: i32): boolean {
  let begun = 0;
  let before = 0;
  for (let i = from; i < end; i += BLOCK_BYTES) {
    const within = blockUntil(i, end);
    const inRuns = (wordsIn(i) | equalIn(i, PLUS) | equalIn(i, SLASH)) & within;
    let edges = (inRuns ^ ((inRuns << 1) | before)) & WHOLE_BLOCK;
    for (; edges !== 0; edges &= edges - 1) {
      const edge = i + lowest(edges);
      if (begun !== 0 && edge - begun >= SHORTEST_RUN && mayRunHold(begun, edge)) return true;
      begun = begun === 0 ? edge : 0;
    }
    before = inRuns >>> (BLOCK_BYTES - 1);
  }
  return begun !== 0 && end - begun >= SHORTEST_RUN && mayRunHold(begun, end);
}

/** How many signs of a row may be the first of a byte: of one that is so long the beginning may not be there. */
function firstSigns(length: i32, signCount: i32): i32 {
  return length > LONGEST_AGAIN ? signCount : 1;
}

/** The whole run, what is between slashes, which part a path and belong to Base64 too, and digits of hexadecimal. */
function mayRunHold(from: i32, end: i32): boolean {
  if (end - from > DECODED_BYTES) return true;
  const signs = firstSigns(end - from, 4);
  for (let i = 0; i < signs; i++) if (mayDecodedHold(decodeBase64(from + i, end))) return true;
  let slashes = 0;
  let sixteens = 0;
  let before = 0;
  for (let i = from; i < end; i += BLOCK_BYTES) {
    const within = blockUntil(i, end);
    slashes |= equalIn(i, SLASH) & within;
    const eights = eightInRow(before | ((hexIn(i) & within) << BLOCK_BYTES));
    sixteens |= eights & (eights >>> 8);
    before = hexIn(i) & within;
  }
  return (slashes !== 0 && mayPartsHold(from, end)) || (sixteens !== 0 && mayDigitsHold(from, end));
}

function mayPartsHold(from: i32, end: i32): boolean {
  let part = from;
  for (let i = from; i <= end; i++) {
    if (i < end && load8(i) !== SLASH) continue;
    if (i - part >= SHORTEST_RUN && mayDecodedHold(decodeBase64(part, i))) return true;
    part = i + 1;
  }
  return false;
}

function mayDigitsHold(from: i32, end: i32): boolean {
  let digits = from;
  for (let i = from; i <= end; i++) {
    if (i < end && isHex(load8(i))) continue;
    const count = i - digits >= 2 * SHORTEST_FORM ? firstSigns(i - digits, 2) : 0;
    for (let k = 0; k < count; k++) if (mayDecodedHold(decodeHex(digits + k, i))) return true;
    digits = i + 1;
  }
  return false;
}

/** Whether so many bytes stand in a row that a text may be of: nearly never in what means nothing. */
function hasStretch(start: i32, end: i32): boolean {
  let before = 0;
  let isOpen = false;
  for (let i = start; i < end; i += BLOCK_BYTES) {
    const within = blockUntil(i, end);
    const bits = textIn(i, isOpen) & within;
    if (eightInRow(before | (bits << BLOCK_BYTES)) !== 0) return true;
    before = bits;
    isOpen = load8(i + BLOCK_BYTES - 1) > 127;
  }
  return false;
}

/** Whether one of the texts does that stand in the bytes. */
export function mayStretchHold(start: i32, end: i32): boolean {
  if (!hasStretch(start, end)) return false;
  let from = start;
  let signs = 0;
  let at = start;
  while (at <= end) {
    const count = at === end ? 0 : signAt(at, end);
    at += count;
    if (count > 0) {
      signs += count === 4 ? 2 : 1;
      continue;
    }
    if (signs >= SHORTEST_FORM) {
      textCount += 1;
      if (mayTextHold(from, at - from)) return true;
    }
    at += 1;
    from = at;
    signs = 0;
  }
  return false;
}

function follows(at: i32, end: i32): boolean {
  return at < end && (load8(at) & 0xc0) === 0x80;
}

/** How many bytes the sign of a text has that begins there; 0 when none does, as Unicode's table of well-formed bytes says, and for the one that stands for what is none. */
function signAt(at: i32, end: i32): i32 {
  const first = load8(at);
  if (first < 0x80) return (first >= 32 && first < 127) || (first >= 9 && first <= 13) ? 1 : 0;
  if (first < 0xc2 || first > 0xf4 || !follows(at + 1, end)) return 0;
  if (first < 0xe0) return 2;
  if (!follows(at + 2, end)) return 0;
  const second = load8(at + 1);
  if (first === 0xef && second === 0xbf && load8(at + 2) === 0xbd) return 0;
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return 0;
  if (first < 0xf0) return 3;
  if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return 0;
  return follows(at + 3, end) ? 4 : 0;
}
