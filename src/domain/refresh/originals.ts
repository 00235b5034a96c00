// What counts as an original that must not be found again, and how text is taken apart to look for it. The same forms on both sides.
import type { MaskerName } from './maskers.ts';

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
  ...(['email', 'digits', 'card', 'iban', 'token', 'ip', 'url', 'mac', 'full-name', 'street', 'id', 'bytes'] as const),
];
export const isTelling = (masker: MaskerName): boolean => telling.includes(masker);

const fold = (text: string): string => text.normalize('NFC').toLowerCase();
const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** Length times the bits of its different signs: a bound that needs to know nothing of a language. */
export const bitsOf = (text: string): number => {
  const signs = Array.from(text.replace(/\s/g, ''));
  return signs.length * Math.log2(Math.max(1, new Set(signs).size));
};

const emails = /[^\s@<>"'(),;:=[\]{}]+@[^\s@<>"'(),;:=[\]{}]+\.[\p{L}\d-]{2,}/gu;
const numbers = /\+?\(?\d[\d ()./-]{5,}\d/g;
const plainNumbers = /\d{7,}/g;
const word = /[\p{L}\p{N}_-]+/gu;

const withEnough = (texts: readonly string[]): readonly string[] => texts.filter((text) => bitsOf(text) >= FEWEST_BITS);
const asNumbers = (found: readonly string[]): readonly string[] =>
  found
    .map(digitsOf)
    .filter((digits) => digits.length >= FEWEST_DIGITS && bitsOf(digits) >= FEWEST_BITS)
    .map((digits) => `#${digits}`);

/** Addresses and numbers inside running text: what `text` promises to replace there. */
export function partsOf(text: string): readonly string[] {
  const folded = fold(text);
  return [...withEnough(folded.match(emails) ?? []), ...asNumbers(folded.match(numbers) ?? [])];
}

const address = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d+)?$/;

/** The forms of a value that is one original as it stands. */
export function formsOf(value: string): readonly string[] {
  const folded = fold(value).trim();
  const isNumber = digitsOf(folded).length >= FEWEST_DIGITS && /^[\d\s+()./-]+$/.test(folded);
  if (isNumber && !address.test(folded)) return asNumbers([folded]);
  const words = folded.includes('@') ? [] : (folded.match(word) ?? []);
  const joined = words.length > 0 && words.length <= MOST_WORDS ? [words.join(' ')] : [];
  return [...new Set(withEnough([folded.slice(0, LONGEST_WHOLE), ...joined]))];
}

/** Of how many words a form is, as `lookedFor` takes it. */
export const wordCount = (form: string): number => form.split(' ').length;

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
  return [...new Set([whole, ...runs, ...partsOf(folded), ...asNumbers(folded.match(plainNumbers) ?? [])])];
}

/** Texts and large numbers in the text of a JSON value, keys too, whatever it is nested in and however often a key stands there. */
export function textsOf(json: string): readonly string[] {
  return [...json.matchAll(/"((?:[^"\\]|\\.)*)"|\d{7,}/g)].map(([whole, inside]) => {
    if (inside === undefined) return whole;
    return inside.includes('\\') ? (JSON.parse(whole) as string) : inside;
  });
}
