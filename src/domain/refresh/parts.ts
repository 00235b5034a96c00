// What stands inside of a text and tells somebody: e-mail addresses, numbers, addresses of machines. The same on both sides, so that one is found as the other was taken.

import { isAscii, isDigit, signAt, signBefore } from './words.ts';

const addresses = /[^\s@<>"'(),;:=[\]{}]+@[^\s@<>"'(),;:=[\]{}]+\.[\p{L}\d-]{2,}/gu;
const asciiAddresses = /[^\s@<>"'(),;:=[\]{}]+@[^\s@<>"'(),;:=[\]{}]+\.[a-z\d-]{2,}/g;

/** Addresses with whatever may belong to one. */
export function addressesIn(folded: string): readonly string[] {
  // The expression is slow where there is no address: it begins at every sign.
  return folded.includes('@') ? (folded.match(isAscii(folded) ? asciiAddresses : addresses) ?? []) : [];
}

/** By `git@` everybody asks servers for code. */
export const isOwnAddress = (text: string): boolean => !text.startsWith('git@');

/** The same, and what is bare of each; but for what is everybody’s. */
export const ownAddressesIn = (folded: string): readonly string[] => [
  ...addressesIn(folded).filter(isOwnAddress),
  ...ownBareIn(folded),
];

/** Bare addresses whose host has a name, as that of people has: `react@18.2.0` is none. */
export const ownBareIn = (folded: string): readonly string[] =>
  bareAddressesIn(folded).filter((text) => isOwnAddress(text) && /\.\p{L}{2,}$/u.test(text));

const ofName = /[\p{L}\p{N}_.+'-]/u;
const ofHost = /[\p{L}\p{N}_.-]/u;
const atEdge = /[_.+'-]/;

/**
 * What stands around each @ of letters, digits, points and the like alone, none of which stands at an end: what is meant by `*anna@sea.example*`,
 * `user/anna@sea.example` and `Anna <anna@sea.example>`.
 */
export function bareAddressesIn(folded: string): readonly string[] {
  const found: string[] = [];
  for (let at = folded.indexOf('@'); at >= 0; at = folded.indexOf('@', at + 1)) {
    let [from, end] = [at, at + 1];
    for (let sign = signBefore(folded, from); ofName.test(sign); sign = signBefore(folded, from)) from -= sign.length;
    for (let sign = signAt(folded, end); ofHost.test(sign); sign = signAt(folded, end)) end += sign.length;
    while (from < at && atEdge.test(folded[from]!)) from += 1;
    while (end > at + 1 && atEdge.test(folded[end - 1]!)) end -= 1;
    if (from < at && end > at + 1) found.push(folded.slice(from, end));
  }
  return found;
}

export const FEWEST_DIGITS = 7;

export interface DigitRun {
  /** From its first digit to its last. */
  readonly text: string;
  readonly index: number;
}

/** Digits that belong together, with what people write between them; and each row of digits alone. No expressions: of a row of megabytes they would need more stack than there is. */
export const numbersIn = (text: string): readonly DigitRun[] => digitRuns(text, ' ()./-');
export const plainNumbersIn = (text: string): readonly DigitRun[] => digitRuns(text, '');

function digitRuns(text: string, between: string): readonly DigitRun[] {
  const runs: DigitRun[] = [];
  let [first, last] = [-1, -1];
  for (let i = 0; i <= text.length; i++) {
    if (isDigit(text.charCodeAt(i))) {
      if (first < 0) first = i;
      last = i;
    } else if (first >= 0 && (i === text.length || !between.includes(text[i]!))) {
      if (last - first >= FEWEST_DIGITS - 1) runs.push({ text: text.slice(first, last + 1), index: first });
      first = -1;
    }
  }
  return runs;
}

const four = /^\d{1,3}(?:\.\d{1,3}){3}$/;
/** Of four numbers, and perhaps how long its network is. */
export const isFourNumbers = (text: string): boolean => four.test(text.replace(/\/\d+$/, ''));
/** Of the machine that asks, which every machine has. */
export const isLoopback = (text: string): boolean => isFourNumbers(text) && text.startsWith('127.');
/** All groups, four numbers inside, and the network. */
const LONGEST_HOST = 49;

/** The machine's address in one with its network, unless that is the network's own; and one of four numbers inside of one of groups. */
export function hostsOf(folded: string): readonly string[] {
  if (folded.length > LONGEST_HOST) return [];
  const host = /^([\da-f.:]+)\/\d{1,3}$/.exec(folded)?.[1];
  const isMeant =
    host !== undefined && !isLoopback(host) && !/(?:\.0|:)$/.test(host) && (four.test(host) || /:.*:/.test(host));
  const inside = (host ?? folded).startsWith('::ffff:') ? (host ?? folded).slice(7) : '';
  return [...(isMeant ? [host] : []), ...(four.test(inside) && !isLoopback(inside) ? [inside] : [])];
}

const uuids = /(?<![\da-z])(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{32})(?![\da-z])/g;

/** UUIDs of a word, each with its dashes and without. */
export function uuidsIn(word: string): readonly string[] {
  if (word.length < 32) return [];
  return (word.match(uuids) ?? []).flatMap((text) => {
    const compact = text.replaceAll('-', '');
    return [compact, compact.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')];
  });
}
