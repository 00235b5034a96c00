// What counts as an original that must not be found again, and how text is taken apart to look for it. The same forms on both sides.
import type { MaskerName } from './maskers.ts';
import { digitsOf } from './value-shapes.ts';

/** Less than this says nothing about anybody: `42`, `Anna`, `true`. */
const FEWEST_BITS = 20;
const FEWEST_DIGITS = 7;
/** Originals of more words are looked for as a whole only. */
const MOST_WORDS = 5;
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

// oxlint-disable-next-line no-control-regex -- all of ASCII
const beyondAscii = /[^\0-\x7f]/;
const isAscii = (text: string): boolean => !beyondAscii.test(text);
/** What is of ASCII alone has one form; most texts are. */
const fold = (text: string): string => (isAscii(text) ? text : text.normalize('NFC')).toLowerCase();

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

const emails = /[^\s@<>"'(),;:=[\]{}]+@[^\s@<>"'(),;:=[\]{}]+\.[\p{L}\d-]{2,}/gu;
const word = /[\p{L}\p{N}_-]+/gu;
const asciiWord = /[a-z0-9_-]+/g;
const asciiEmails = /[^\s@<>"'(),;:=[\]{}]+@[^\s@<>"'(),;:=[\]{}]+\.[a-z\d-]{2,}/g;

const withEnough = (texts: readonly string[]): readonly string[] => texts.filter((text) => bitsOf(text) >= FEWEST_BITS);
const asNumbers = (found: readonly { readonly text: string }[]): readonly string[] =>
  found
    .map(({ text }) => digitsOf(text))
    .filter((digits) => digits.length >= FEWEST_DIGITS && bitsOf(digits) >= FEWEST_BITS)
    .map((digits) => `#${digits}`);

/** Digits that belong together, with what people write between them; and each row of digits alone. No expressions: of a row of megabytes they would need more stack than there is. */
export const numbersIn = (text: string): readonly DigitRun[] => digitRuns(text, ' ()./-');
const plainNumbersIn = (text: string): readonly DigitRun[] => digitRuns(text, '');

export interface DigitRun {
  /** From its first digit to its last. */
  readonly text: string;
  readonly index: number;
}

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

/** The expression is slow where there is no address: it begins at every sign. */
const emailsIn = (folded: string): readonly string[] =>
  folded.includes('@') ? (folded.match(isAscii(folded) ? asciiEmails : emails) ?? []) : [];

/** Addresses and numbers inside running text: what `text` promises to replace there. */
export function partsOf(text: string): readonly string[] {
  const folded = fold(text);
  return [...withEnough(emailsIn(folded)), ...asNumbers(numbersIn(folded))];
}

const address = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d+)?$/;

/** The forms of a value that is one original as it stands. */
export function formsOf(value: string): readonly string[] {
  const folded = fold(value).trim();
  const isNumber = /^[\d\s+()./-]+$/.test(folded) && digitsOf(folded).length >= FEWEST_DIGITS;
  if (isNumber && !address.test(folded)) return asNumbers([{ text: folded }]);
  const words = folded.includes('@') ? [] : (folded.match(isAscii(folded) ? asciiWord : word) ?? []);
  const joined = words.length > 0 && words.length <= MOST_WORDS ? [words.join(' ')] : [];
  const whole = folded.slice(0, LONGEST_WHOLE);
  return withEnough(joined[0] === whole ? [whole] : [whole, ...joined]);
}

/** Of how many words a form is, as `lookedFor` takes it. */
export function wordCount(form: string): number {
  let count = 1;
  for (let at = form.indexOf(' '); at >= 0; at = form.indexOf(' ', at + 1)) count += 1;
  return count;
}

/** Every form that an original could have inside a text of the copy. `wordCounts`: of the originals that there are. */
export function lookedFor(text: string, wordCounts: ReadonlySet<number>): readonly string[] {
  const folded = fold(text).trim();
  const words = folded.match(word) ?? [];
  const runs = words.flatMap((_, i) =>
    Array.from({ length: Math.min(MOST_WORDS, words.length - i) }, (_each, more) => more + 1)
      .filter((count) => wordCounts.has(count))
      .map((count) => (count === 1 ? words[i]! : words.slice(i, i + count).join(' '))),
  );
  const whole = folded.slice(0, LONGEST_WHOLE);
  return [...new Set([whole, ...runs, ...partsOf(folded), ...asNumbers(plainNumbersIn(folded))])];
}

/** Forms that there are, and what can be said of them without asking for each. */
export interface Wanted {
  readonly wordCounts: ReadonlySet<number>;
  has(form: string): boolean;
  /** Whether any has this length, and these two signs (of ASCII, see `pair`) at its beginning and at its end. */
  mayHave(length: number, head: number, tail: number): boolean;
}

/** Two signs as one number. */
const pair = (first: number, second: number): number => first * 256 + second;
const pairAt = (form: string, at: number): number => pair(form.charCodeAt(at), form.charCodeAt(at + 1));
const BLANK = 32;

const isWordSign = (c: number): boolean =>
  (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c === 95 || c === 45 || (c >= 65 && c <= 90);
const isDigit = (c: number): boolean => c >= 48 && c <= 57;

/** Those of `lookedFor` that there are, without making the others: nearly every word of a text is nobody’s. */
export function foundIn(text: string, wanted: Wanted): readonly string[] {
  const folded = fold(text).trim();
  if (!isAscii(folded)) return lookedFor(folded, wanted.wordCounts).filter((form) => wanted.has(form));
  const found: string[] = [];
  const ask = (form: string): void => {
    const may = wanted.mayHave(form.length, pairAt(form, 0), pairAt(form, form.length - 2));
    if (may && wanted.has(form) && !found.includes(form)) found.push(form);
  };
  ask(folded.slice(0, LONGEST_WHOLE));
  const ends: number[] = [];
  let digitCount = 0;
  let isInside = false;
  for (let i = 0; i < folded.length; i++) {
    const c = folded.charCodeAt(i);
    if (isDigit(c)) digitCount += 1;
    if (isWordSign(c) === isInside) continue;
    ends.push(i);
    isInside = !isInside;
  }
  if (isInside) ends.push(folded.length);
  askForWords(folded, ends, wanted, ask);
  emailsIn(folded).forEach(ask);
  if (digitCount >= FEWEST_DIGITS)
    for (const { text: number } of [...numbersIn(folded), ...plainNumbersIn(folded)]) {
      const digits = digitsOf(number);
      if (digits.length >= FEWEST_DIGITS) ask(`#${digits}`);
    }
  return found;
}

/** The text itself, if there is such a form; not what stands inside it. */
export function wholeIn(text: string, wanted: Wanted): readonly string[] {
  const whole = fold(text).trim().slice(0, LONGEST_WHOLE);
  return wanted.has(whole) ? [whole] : [];
}

/** `ends`: where each word begins and ends. */
function askForWords(
  folded: string,
  ends: readonly number[],
  { wordCounts, mayHave }: Wanted,
  ask: (form: string) => void,
): void {
  for (let i = 0; i < ends.length; i += 2) {
    const isOne = ends[i + 1] === ends[i]! + 1;
    const head = pair(folded.charCodeAt(ends[i]!), isOne ? BLANK : folded.charCodeAt(ends[i]! + 1));
    let length = -1;
    for (let count = 1; count <= MOST_WORDS && i + count * 2 <= ends.length; count++) {
      const [from, end] = [ends[i + count * 2 - 2]!, ends[i + count * 2 - 1]!];
      length += 1 + end - from;
      const tail = pair(end - from === 1 ? BLANK : folded.charCodeAt(end - 2), folded.charCodeAt(end - 1));
      if (!wordCounts.has(count) || !mayHave(length, head, tail)) continue;
      const words = Array.from({ length: count }, (_, k) => folded.slice(ends[i + k * 2], ends[i + k * 2 + 1]));
      ask(words.join(' '));
    }
  }
}

/** Texts and large numbers in the text of a JSON value, keys too, whatever it is nested in and however often a key stands there. */
export function textsOf(json: string): readonly string[] {
  // Most values are one text without an escape.
  if (json.startsWith('"') && json.indexOf('"', 1) === json.length - 1 && !json.includes('\\'))
    return [json.slice(1, -1)];
  const texts: string[] = [];
  // No expression for a whole string: of one of 16 MB with an escape it would need more stack than there is.
  const begin = /"|\d{7,}/g;
  for (let found = begin.exec(json); found !== null; found = begin.exec(json)) {
    if (found[0] !== '"') {
      texts.push(found[0]);
      continue;
    }
    const end = endOfString(json, begin.lastIndex);
    if (end < 0) continue;
    const inside = json.slice(begin.lastIndex, end);
    texts.push(inside.includes('\\') ? (JSON.parse(`"${inside}"`) as string) : inside);
    begin.lastIndex = end + 1;
  }
  return texts;
}

/** Where the quote stands that closes it: one with no backslash before, or with an even number of them. */
function endOfString(json: string, from: number): number {
  for (let end = json.indexOf('"', from); end >= 0; end = json.indexOf('"', end + 1)) {
    let before = end;
    while (before > from && json[before - 1] === '\\') before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
  return -1;
}
