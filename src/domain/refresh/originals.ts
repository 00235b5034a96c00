// What counts as an original that must not be found again, and how text is taken apart to look for it. The same forms on both sides.
import type { MaskerName } from './maskers.ts';
import { gluedIn, gluedOf, MOST_WORDS } from './glued.ts';
import {
  addressesIn,
  bareAddressesIn,
  FEWEST_DIGITS,
  hostsOf,
  isFourNumbers,
  isLoopback,
  numbersIn,
  ownAddressesIn,
  ownBareIn,
  plainNumbersIn,
  uuidsIn,
} from './parts.ts';
import { digitsOf } from './value-shapes.ts';
import { fold, isAscii, utf8, wordsIn } from './words.ts';

/** Less than this says nothing about anybody: `42`, `Anna`, `true`. */
const FEWEST_BITS = 20;
const LONGEST_WHOLE = 512;

/**
 * Maskers whose values tell one person, account or place of living from all others. A given name, a town or a company alone does not,
 * and stands in what everybody writes; numbers and dates that move are somebody else's afterwards.
 */
const telling: readonly MaskerName[] = [
  ...(['email', 'digits', 'card', 'iban', 'token', 'ip', 'url', 'mac', 'full-name', 'street', 'id'] as const),
  ...(['bytes', 'picture'] as const),
];
export const isTelling = (masker: MaskerName): boolean => telling.includes(masker);

/** Length times the bits of its different signs: a bound that needs to know nothing of a language. */
export function bitsOf(text: string): number {
  if (isAscii(text)) return bitsOfAscii(text);
  const signs = Array.from(text.replace(/\s/g, ''));
  return signs.length * Math.log2(Math.max(1, new Set(signs).size));
}

const isBlank = (c: number): boolean => c === 32 || (c >= 9 && c <= 13);

function bitsOfAscii(text: string): number {
  const seen: [number, number, number, number] = [0, 0, 0, 0];
  let [count, different] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (isBlank(c)) continue;
    count += 1;
    const bit = 1 << (c & 31);
    if ((seen[c >> 5]! & bit) !== 0) continue;
    seen[c >> 5]! |= bit;
    different += 1;
  }
  return count * Math.log2(Math.max(1, different));
}

const withEnough = (texts: readonly string[]): readonly string[] => texts.filter((text) => bitsOf(text) >= FEWEST_BITS);
const asNumbers = (found: readonly { readonly text: string }[]): readonly string[] =>
  found
    .map(({ text }) => digitsOf(text))
    .filter((digits) => digits.length >= FEWEST_DIGITS && bitsOf(digits) >= FEWEST_BITS)
    .map((digits) => `#${digits}`);

/** Addresses and numbers inside running text: what `text` promises to replace there. */
export function partsOf(text: string): readonly string[] {
  const folded = fold(text);
  return [...withEnough([...new Set(ownAddressesIn(folded))]), ...numbersOf(folded)];
}

/** Numbers that stand in a value. */
export const numbersOf = (value: string): readonly string[] => asNumbers(numbersIn(value));

/** The forms of a value that is one original as it stands. `isStreet`: its first words tell it too, where more follow. */
export function formsOf(value: string, isStreet = false): readonly string[] {
  const folded = fold(value).trim();
  const isNumber = /^[\d\s+()./-]+$/.test(folded) && digitsOf(folded).length >= FEWEST_DIGITS;
  if (isNumber && !isFourNumbers(folded)) return asNumbers([{ text: folded }]);
  if (isLoopback(folded)) return [];
  const words = (text: string): readonly string[] => wholeAndWords(text, isStreet);
  return withEnough([...new Set([folded, ...hostsOf(folded)].flatMap(words).concat(ownBareIn(folded)))]);
}

/** A value as it stands, and as its words alone. */
function wholeAndWords(folded: string, isStreet: boolean): readonly string[] {
  const words: string[] = [];
  for (const { text } of wordsIn(folded)) if (words.push(text) > MOST_WORDS) break;
  const isLonger = words.length > MOST_WORDS;
  const first = words.slice(0, MOST_WORDS).join(' ');
  const isJoined = first !== '' && !folded.includes('@') && (!isLonger || (isStreet && isBegun(folded, first)));
  return [folded.slice(0, LONGEST_WHOLE), ...(isJoined ? [first] : []), ...(isLonger ? gluedOf(folded) : [])];
}

/** Without a number it is the name of a street, where others live too. */
const isBegun = (folded: string, first: string): boolean => /\s/.test(folded) && /\d/.test(first);

/** Of how many words a form is, as `lookedFor` takes it. */
export function wordCount(form: string): number {
  let count = 1;
  for (let at = form.indexOf(' '); at >= 0; at = form.indexOf(' ', at + 1)) count += 1;
  return count;
}

/** Forms that there are, and what can be said of them without asking for each. */
export interface Wanted {
  readonly wordCounts: ReadonlySet<number>;
  has(form: string): boolean;
  /** Whether any has this length, and these two bytes (as one number) at its beginning and at its end. */
  mayHave(length: number, head: number, tail: number): boolean;
}

/** Forms of originals that stand in a text of the copy. Nearly every word of it is nobody’s, so none is made before its ends and its length say that there may be one. */
export function foundIn(text: string, wanted: Wanted): readonly string[] {
  const folded = fold(text).trim();
  const found = new Set<string>();
  const ask = (form: string): void => {
    const { length, head, tail } = endsOf(form);
    if (wanted.mayHave(length, head, tail) && wanted.has(form)) found.add(form);
  };
  ask(folded.slice(0, LONGEST_WHOLE));
  askForRuns(folded, wanted, ask);
  for (const form of [...addressesIn(folded), ...bareAddressesIn(folded), ...gluedIn(folded)]) ask(form);
  const spaced = folded.replaceAll(/\p{Zs}/gu, ' ');
  for (const { text: number } of [...numbersIn(spaced), ...plainNumbersIn(folded)]) {
    const digits = digitsOf(number);
    if (digits.length >= FEWEST_DIGITS) ask(`#${digits}`);
  }
  return [...found];
}

/** The text itself, if there is such a form; not what stands inside it. */
export function wholeIn(text: string, wanted: Wanted): readonly string[] {
  const whole = fold(text).trim().slice(0, LONGEST_WHOLE);
  return wanted.has(whole) ? [whole] : [];
}

const BLANK = 32;

/** How many bytes it has, and two at each end. Of one alone the other is the blank that parts it from the next word. */
function endsOf(text: string) {
  const bytes = isAscii(text) ? null : utf8(text);
  const length = bytes?.length ?? text.length;
  const at = (i: number): number => (i < 0 || i >= length ? BLANK : (bytes?.[i] ?? text.charCodeAt(i)));
  return { length, head: at(0) * 256 + at(1), tail: at(length - 2) * 256 + at(length - 1) };
}

interface PlacedWord extends ReturnType<typeof endsOf> {
  readonly text: string;
  readonly from: number;
  /** The sign that parts it from the one before; empty where there are more of them. */
  readonly before: string;
}

/** Words in a row whatever stands between them, and as they stand where that is a point or a blank each: for `81.2.69.4` its numbers alone say too little. */
function askForRuns(folded: string, { wordCounts, mayHave }: Wanted, ask: (form: string) => void): void {
  const latest: PlacedWord[] = [];
  let end = 0;
  for (const { text, index } of wordsIn(folded)) {
    const own = { text, from: index, before: index - end === 1 ? folded[end]! : '', ...endsOf(text) };
    end = index + text.length;
    uuidsIn(text).forEach(ask);
    latest.unshift(own);
    if (latest.length > MOST_WORDS) latest.pop();
    let [length, before, isPlain, hasPoint] = [-1, ' ', true, false];
    for (const [i, first] of latest.entries()) {
      isPlain &&= before === ' ' || before === '.';
      hasPoint ||= before === '.';
      before = first.before;
      length += 1 + first.length;
      if (wordCounts.has(i + 1) && mayHave(length, first.head, own.tail)) ask(joined(latest.slice(0, i + 1)));
      if (isPlain && hasPoint) ask(folded.slice(first.from, end));
    }
  }
}

const joined = (backwards: readonly PlacedWord[]): string =>
  backwards
    .map(({ text }) => text)
    .toReversed()
    .join(' ');
