// Finds that are no leak: what a masker makes may be somebody else's original by chance. Whoever has the key can say what a permuted text was made of,
// and ranges that are kept for documentation and tests are nobody's.
import { maskerByPath } from './classified.ts';
import { leavesOf } from './json-path.ts';
import type { MaskerName } from './maskers.ts';
import { formsOf } from './originals.ts';
import { numbersIn, type DigitRun } from './parts.ts';
import type { Rule } from './rules.ts';
import { digitsOf, passesLuhn } from './value-shapes.ts';

/** Maskers whose masks may be originals: those that permute, and two that go into ranges which are nobody's. */
const explainable = ['digits', 'token', 'iban', 'card', 'text', 'ip'] as const satisfies readonly MaskerName[];
/** How a text may have come about; numbers of JSON are permuted in a way of their own, whatever the masker. */
export interface Way {
  readonly by: (typeof explainable)[number] | 'json-number' | 'id';
  readonly masker: MaskerName;
}

/** The ways at each place of a value where the text stands. None: no masker has made it. */
export type WaysIn = (text: string) => readonly (readonly Way[])[];

/** By the rule of a column, for each of its values as PostgreSQL writes it in JSON. */
export function waysBy(rule: Rule | undefined): (json: () => string) => WaysIn {
  if (rule?.kind !== 'json') {
    const ways = [rule?.kind === 'mask' ? waysOf(rule.masker) : []];
    return () => () => ways;
  }
  const maskerAt = maskerByPath(rule);
  return (json) => {
    let value: unknown;
    return (text) => {
      value ??= JSON.parse(json());
      // Keys are never masked.
      if (isKey(value, text)) return [[]];
      const places = [...leavesOf(value)].filter(([, texts]) => texts.includes(text));
      return places.map(([path]) => [...waysOf(maskerAt(path)), ...numberWays(maskerAt(path), text)]);
    };
  };
}

const waysOf = (masker: MaskerName | 'keep'): readonly Way[] =>
  explainable.filter((way) => way === masker).map((by) => ({ by, masker: by }));

const numberWays = (masker: MaskerName | 'keep', text: string): readonly Way[] =>
  masker !== 'keep' && /^\d+$/.test(text) ? [{ by: 'json-number', masker }] : [];

function isKey(value: unknown, text: string): boolean {
  if (value === null || typeof value !== 'object') return false;
  return (
    (!Array.isArray(value) && Object.hasOwn(value, text)) || Object.values(value).some((member) => isKey(member, text))
  );
}

export interface Found {
  readonly form: string;
  /** Of the copy. */
  readonly text: string;
}

/** What is known of originals, and of the key. */
export interface Judging {
  /** What a way has made a text of; null when that cannot be told. */
  before(by: Way['by'], text: string): string | null;
  /** Whether a form is that of an original which this masker has. */
  isOriginal(form: string, masker: MaskerName): boolean;
  /** Forms of originals that stand in a text. */
  find(text: string): readonly string[];
}

/**
 * Whether a masker has made the text out of another original of its own wherever it stands, so that what was found is there by chance. What only comes
 * of itself, or of nothing, is a leak; so is what the masker has not touched.
 */
export const isCoincidence = (found: Found, places: readonly (readonly Way[])[], judging: Judging): boolean =>
  places.length > 0 && places.every((ways) => ways.some((way) => isMadeBy(way, found, judging)));

function isMadeBy({ by, masker }: Way, { form, text }: Found, { before, isOriginal, find }: Judging): boolean {
  if (by === 'ip') return isForDocumentation(text);
  if (by === 'card' && isTestCard(form)) return true;
  const was = before(by, text);
  if (was === null || find(was).includes(form)) return false;
  const isOther = (other: string): boolean => other !== form && isOriginal(other, masker);
  return by === 'text' ? comesOfNumbers(form, text, was, isOther) : formsOf(was).some(isOther);
}

/** Maskers that make one value of a column out of just one other. */
const oneToOne = ['digits', 'token', 'iban', 'id'] as const satisfies readonly MaskerName[];

/**
 * The only value of the source's column that its masker can have made this one of, if only the source can say whether it was there: a short number is no
 * original, and neither is an id. Null when it would be an original, when it cannot be told, and when what was found has not been changed.
 */
export function madeOf({ form, text }: Found, rule: Rule | undefined, { before, find }: Judging): string | null {
  const by = oneToOne.find((masker) => rule?.kind === 'mask' && masker === rule.masker);
  const was = by === undefined ? null : before(by, text);
  if (was === null || was === text || find(was).includes(form)) return null;
  return by === 'id' || formsOf(was).length === 0 ? was : null;
}

/** Every number of a running text that holds what was found must have been another. */
function comesOfNumbers(form: string, text: string, was: string, isOther: (form: string) => boolean): boolean {
  if (!form.startsWith('#')) return isForDocumentation(form.replaceAll(' ', '.'));
  const holding = numbersIn(text).filter((each) => digitsOf(each.text).includes(form.slice(1)));
  const wasOther = ({ text: number, index }: DigitRun): boolean => {
    const before = digitsOf(was.slice(index, index + number.length));
    return isForDocumentation(number) || (before !== digitsOf(number) && isOther(`#${before}`));
  };
  return holding.length > 0 && holding.every(wasOther);
}

const documentation = /^(?:(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}|2001:db8:[\da-f:]*)(?:\/\d{1,3})?$/i;
const isForDocumentation = (text: string): boolean => documentation.test(text.trim());

/** As the masker makes them: of the test range, with a right check digit. */
const isTestCard = (form: string): boolean => /^#400000\d{6,13}$/.test(form) && passesLuhn(form.slice(1));
