// Addresses of machines as people write them, folded: four numbers with points, or groups with colons, and perhaps how long their network is.
import { isHex } from './decode.ts';
import { load8 } from './memory.ts';
import * as sign from './sought.ts';
import { is } from './sought.ts';

const SLASH: i32 = 47;
const POINT: i32 = 46;
const COLON: i32 = 58;
const ZERO: i32 = 48;
const LETTER_F: i32 = 102;
/** `::ffff:`. */
const MAPPED_SIGNS: i32 = 7;
/** All groups, four numbers inside, and the network. */
const LONGEST_HOST: i32 = 49;
/** Its slash and three digits. */
const LONGEST_NETWORK: i32 = 4;

/** Where the digits end before which a slash and only digits stand, which is how long a network is; `end` where there are none. */
export function endOfHost(from: i32, end: i32): i32 {
  let at = end;
  while (at > from && is(at - 1, sign.DIGIT)) at -= 1;
  return at < end && at > from && load8(at - 1) === SLASH ? at - 1 : end;
}

export function isFourNumbers(from: i32, end: i32): boolean {
  let at = from;
  for (let part = 0; part < 4; part++) {
    const first = at;
    while (at < end && is(at, sign.DIGIT)) at += 1;
    if (at === first || at - first > 3) return false;
    if (part === 3) break;
    if (at >= end || load8(at) !== POINT) return false;
    at += 1;
  }
  return at === end;
}

/** Of four numbers: whether it is the machine that asks, which every machine has. */
export function isLoopback(at: i32): boolean {
  return load8(at) === 49 && load8(at + 1) === 50 && load8(at + 2) === 55 && load8(at + 3) === POINT;
}

/** Where the machine's address ends in one with its network, unless that is the network's own; 0 where there is none. */
export function endOfMachine(from: i32, end: i32): i32 {
  const host = endOfHost(from, end);
  if (host === end || host === from || end - from > LONGEST_HOST || end - host > LONGEST_NETWORK) return 0;
  if (isFourNumbers(from, host)) {
    const isNetwork = load8(host - 1) === ZERO && load8(host - 2) === POINT;
    return isNetwork || isLoopback(from) ? 0 : host;
  }
  let colons = 0;
  for (let i = from; i < host; i++) {
    const c = load8(i);
    if (c === COLON) colons += 1;
    else if (c !== POINT && !isHex(c)) return 0;
  }
  const isNetwork = load8(host - 1) === COLON || (load8(host - 1) === ZERO && load8(host - 2) === POINT);
  return colons > 1 && !isNetwork ? host : 0;
}

/** Where the address of four numbers begins inside of one of groups, `::ffff:192.0.2.7`; 0 where there is none. */
export function insideOf(from: i32, end: i32): i32 {
  const inside = from + MAPPED_SIGNS;
  if (load8(from) !== COLON || end - from > LONGEST_HOST || inside >= end) return 0;
  for (let i = 2; i < 6; i++) if (load8(from + i) !== LETTER_F) return 0;
  if (load8(from + 1) !== COLON || load8(from + 6) !== COLON) return 0;
  const host = endOfHost(from, end);
  return end - host <= LONGEST_NETWORK && isFourNumbers(inside, host) && !isLoopback(inside) ? inside : 0;
}
