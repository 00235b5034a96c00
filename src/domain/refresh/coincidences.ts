// Finds that are no leak: what a masker makes may be somebody else's original by chance. Whoever has the key can say what a permuted text was made of,
// and ranges that are kept for documentation and tests are nobody's.
import type { MaskerName } from './maskers.ts';
import { digitsOf, formsOf, numbers } from './originals.ts';
import type { Rule } from './rules.ts';

const permuting = ['digits', 'token', 'iban', 'card', 'text', 'ip'] as const satisfies readonly MaskerName[];
/** How a value of the copy may have come about; a number of JSON is permuted in a way of its own. */
export type Way = (typeof permuting)[number] | 'json-number';

/** Of the values of a column. */
export function waysOf(rule: Rule | undefined): readonly Way[] {
  const maskers = rule?.kind === 'json' ? [rule.rest, ...rule.paths.map(({ masker }) => masker)] : [];
  if (rule?.kind === 'mask') maskers.push(rule.masker);
  const ways = permuting.filter((way) => maskers.includes(way));
  return rule?.kind === 'json' && maskers.some((masker) => masker !== 'keep') ? [...ways, 'json-number'] : ways;
}

export interface Copied {
  /** What was found, in this text of the copy. */
  readonly form: string;
  readonly text: string;
  readonly ways: readonly Way[];
}

/**
 * Whether a way has made the text out of another original, so that what was found stands there by chance. What only comes of itself, or of nothing,
 * is a leak. `before`: what a way has made a text of; null when that cannot be told. `has`: whether a form is an original's.
 */
export function isCoincidence(
  { form, text, ways }: Copied,
  before: (way: Way, text: string) => string | null,
  has: (form: string) => boolean,
): boolean {
  const isOther = (other: string): boolean => other !== form && has(other);
  return ways.some((way) => {
    if (way === 'ip') return isForDocumentation(text);
    if (way === 'card' && testCard.test(form)) return true;
    const was = before(way, text);
    if (was === null) return false;
    if (way === 'text') return comesOfNumbers(form, text, was, isOther);
    const forms = formsOf(was);
    return !forms.includes(form) && forms.some(isOther);
  });
}

/** Every number of a running text that holds what was found must have been another. */
function comesOfNumbers(form: string, text: string, was: string, isOther: (form: string) => boolean): boolean {
  if (!form.startsWith('#')) return isForDocumentation(form.replaceAll(' ', '.'));
  const holding = [...text.matchAll(numbers)].filter(([number]) => digitsOf(number).includes(form.slice(1)));
  const wasOther = ({ 0: number, index }: RegExpExecArray): boolean =>
    isForDocumentation(number) || isOther(`#${digitsOf(was.slice(index, index + number.length))}`);
  return holding.length > 0 && holding.every(wasOther);
}

const testCard = /^#400000\d{6,13}$/;
const documentation = /^(?:(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}|2001:db8:[\da-f:]*)(?:\/\d+)?$/i;
const isForDocumentation = (text: string): boolean => documentation.test(text.trim());
