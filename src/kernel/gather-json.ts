// The originals of a JSON value: leaves by path, each by the operation of the node that covers it. Paths lie in the parameters as json.ts reads them.
import { nextQuote } from './blocks.ts';
import { gatherText, isGathered } from './gather-text.ts';
import { childOf, DEEPEST, unescapeText } from './json.ts';
import { UNESCAPED } from './layout.ts';
import { load32, load8 } from './memory.ts';
import * as op from './operations.ts';

/** A number of so many digits is written as it stands by everybody. */
const PLAIN_DIGITS: i32 = 15;
const FEWEST_SIGNS: i32 = 8;

let at: i32 = 0;
let end: i32 = 0;
let textAt: i32 = 0;
let textLength: i32 = 0;

function peek(): i32 {
  while (at < end) {
    const c = load8(at);
    if (c !== 32 && c !== 9 && c !== 10 && c !== 13) return c;
    at += 1;
  }
  return 0;
}

/** What comes after the comma between two members or elements, where there is one. */
function peekNext(): i32 {
  if (peek() === 44) at += 1;
  return peek();
}

/** Reads the string whose opening quote stands at `at`; false when it is none. */
function readString(): boolean {
  const from = at + 1;
  let isEscaped = false;
  for (at = nextQuote(from, end); at < end && load8(at) !== 34; at = nextQuote(at + 2, end)) isEscaped = true;
  if (at >= end) return false;
  textAt = isEscaped ? UNESCAPED : from;
  textLength = isEscaped ? unescapeText(from, at) : at - from;
  at += 1;
  return textLength >= 0;
}

/** Only whole numbers have one way to be written; true, false, null and short numbers tell nothing. */
function gatherScalar(operation: i32): boolean {
  const from = at;
  let isPlain = true;
  while (at < end) {
    const c = load8(at);
    if (c === 44 || c === 93 || c === 125 || c === 32 || (c >= 9 && c <= 13)) break;
    if ((c < 48 || c > 57) && (c !== 45 || at > from)) isPlain = false;
    if ((c | 32) === 101 && load8(from) <= 57 && isGathered(operation)) return false;
    at += 1;
  }
  const length = at - from;
  if (length === 0) return false;
  if (!isGathered(operation) || length < FEWEST_SIGNS) return true;
  return isPlain && length <= PLAIN_DIGITS && gatherText(operation, from, length);
}

function gatherObject(node: i32, operation: i32, depth: i32): boolean {
  at += 1;
  while (true) {
    const c = peekNext();
    if (c === 125) {
      at += 1;
      return true;
    }
    if (c !== 34 || !readString() || peek() !== 58) return false;
    // A key that nobody foresaw is masked as a text; what the rules foresee is nobody's address.
    if (operation !== op.KEEP && !gatherText(op.GATHER_PARTS + op.TEXT_ORIGIN, textAt, textLength)) return false;
    let child = childOf(node, textAt, textLength);
    if (child === 0 && node !== 0) child = load32(node + 8);
    at += 1;
    if (!gatherValue(child, child === 0 ? operation : load32(child), depth + 1)) return false;
  }
}

function gatherArray(node: i32, operation: i32, depth: i32): boolean {
  const child = node === 0 ? 0 : load32(node + 4);
  at += 1;
  while (true) {
    const c = peekNext();
    if (c === 93) {
      at += 1;
      return true;
    }
    if (at >= end || !gatherValue(child, child === 0 ? operation : load32(child), depth + 1)) return false;
  }
}

function gatherValue(node: i32, operation: i32, depth: i32): boolean {
  const c = peek();
  if (at >= end || depth > DEEPEST) return false;
  if (c === 123) return gatherObject(node, operation, depth);
  if (c === 91) return gatherArray(node, operation, depth);
  if (c !== 34) return gatherScalar(operation);
  if (!readString()) return false;
  return gatherText(operation, textAt, textLength);
}

/** Keeps the originals of the value; false when others must read it. */
export function gatherJson(from: i32, length: i32, node: i32): boolean {
  at = from;
  end = from + length;
  if (!gatherValue(node, load32(node), 0)) return false;
  peek();
  return at === end;
}
