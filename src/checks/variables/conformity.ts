import { parseDuration } from '../../domain/duration.ts';
import { matcher } from '../../kinds/pattern.ts';
import { shortNumber } from '../../kinds/wording.ts';
import type { Declaration } from './schema-file.ts';

/** What is wrong with a value, in words that do not hold it; null when nothing is. */
export function problemOf(value: string | undefined, declared: Declaration): string | null {
  if (value === undefined || value === '') return declared.required ? 'missing' : null;
  if (!isOfType(value, declared)) return `not ${expectation(declared)}`;
  if (declared.pattern !== undefined && !matcher(declared.pattern)(value)) return 'not of the form wanted';
  const size = sizeOf(value, declared);
  if (size < (declared.min ?? -Infinity) || size > (declared.max ?? Infinity)) return `not ${expectation(declared)}`;
  if (declared.values && !declared.values.includes(value)) return 'not one of the values allowed';
  return declared.secret && isPlaceholder(value) ? 'a placeholder' : null;
}

/** `an integer from 1 to 10`. */
export function expectation({ type, min, max, values, pattern }: Declaration): string {
  const article = /^[aeiou]/.test(type) && type !== 'url' ? 'an' : 'a';
  const noun = { string: 'text', url: 'URL', enum: 'value of the list' }[type as string] ?? type;
  const unit = type === 'string' && (min !== undefined || max !== undefined) ? ' characters long' : '';
  const range = [
    min === undefined ? '' : ` from ${shortNumber(min)}`,
    max === undefined ? '' : ` up to ${shortNumber(max)}`,
  ].join('');
  const list = values ? ` (${values.join(', ')})` : '';
  return `${noun === type ? article : 'a'} ${noun}${range}${unit}${list}${pattern === undefined ? '' : `, matching ${pattern}`}`;
}

function isOfType(value: string, { type }: Declaration): boolean {
  switch (type) {
    case 'string':
    case 'enum':
      return true;
    case 'integer':
      return /^[+-]?\d+$/.test(value) && Number.isSafeInteger(Number(value));
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value);
    case 'boolean':
      return /^(true|false|yes|no|on|off|1|0)$/i.test(value);
    case 'port':
      return /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535;
    case 'url':
      return /^[a-z][a-z\d+.-]*:\/\/[^\s]+$/i.test(value) && URL.canParse(value);
    case 'duration':
      return parseDuration(value) !== null;
    default:
      return type satisfies never;
  }
}

function sizeOf(value: string, { type }: Declaration): number {
  return type === 'integer' || type === 'number' || type === 'port' ? Number(value) : value.length;
}

/** What stands in example files until somebody fills it in. */
const isPlaceholder = (value: string): boolean =>
  /^(change[-_ ]?(me|this|it)|x{3,}|\*{3,}|todo|tbd|placeholder|example|dummy|secret|password|your[-_ ].*|<.*>|\$\{.*\})$/i.test(
    value,
  );
