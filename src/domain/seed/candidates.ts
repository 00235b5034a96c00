// What a column under a CHECK may hold: by its name first, then by what the check gives away. PostgreSQL says which of them it takes.
import { below, pick, unit } from './chance.ts';
import { comparedTexts, hintsOf } from './check-hints.ts';
import { instantColumn } from './column-facts.ts';
import { asDay, asInstant, DAY_MS } from './instants.ts';
import { limitsOf, written } from './number-values.ts';
import type { Check, SeedColumn } from './seed-schema.ts';
import { textOfPattern } from './text-of-pattern.ts';
import type { Maker } from './values.ts';

const signs = ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789'];
const numeric = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'money'];

/** `alone`: conditions that speak of this column only; `beside`: those that speak of others too. */
export function candidatesFor(
  column: SeedColumn,
  alone: readonly Check[],
  beside: readonly Check[],
  key: number,
): readonly Maker[] {
  const hints = hintsOf(alone.map(({ sql }) => sql));
  const { type } = column;
  const compared = beside.flatMap(({ sql }) => comparedTexts(sql, column.name));
  const found: Maker[] = [];
  if (alone.length === 0) return compared.length === 0 ? [] : [listed(compared, key)];
  if (instantColumn(type)) {
    const isDay = type.kind === 'base' && type.name === 'date';
    const write = isDay ? asDay : asInstant;
    const [from, to] = [hints.dates[0], hints.dates.at(-1)];
    if (from !== undefined && to !== undefined)
      for (const [low, high] of from === to
        ? [
            [from, from + 365 * DAY_MS],
            [from - 365 * DAY_MS, from - DAY_MS],
          ]
        : [[from, to]])
        found.push((row, attempt) => write(low! + Math.floor((high! - low!) * unit(key, row, attempt))));
  }
  if (type.kind === 'base' && numeric.includes(type.name)) {
    const limits = limitsOf(type.name, type.typmod);
    const [low, high] = [hints.numbers[0], hints.numbers.at(-1)];
    if (low !== undefined && high !== undefined) {
      const step = limits.scale > 0 ? 10 ** -limits.scale : 1;
      const spans =
        low === high
          ? [
              [low + step, low + 1000],
              [low - 1000, low - step],
            ]
          : [
              [low, high],
              [low + step, high - step],
            ];
      for (const [from, to] of spans)
        found.push((row, attempt) =>
          signed(from! + (to! - from! + (limits.scale === 0 ? 1 : 0)) * unit(key, row, attempt), limits),
        );
      found.push((row, attempt) => String(pick(hints.numbers, key, row, attempt)));
    }
  }
  if (hints.texts.length > 0) found.push(listed(hints.texts, key));
  for (const pattern of hints.patterns) found.push((row, attempt) => textOfPattern(pattern, key, row, attempt));
  if (type.kind === 'base' && hints.numbers.length > 0 && !numeric.includes(type.name) && !instantColumn(type))
    for (const alphabet of signs) found.push((row, attempt) => ofLength(hints.numbers, alphabet, key, row, attempt));
  return found;
}

const listed =
  (texts: readonly string[], key: number): Maker =>
  (row, attempt) =>
    pick(texts, key, row, attempt);

const signed = (value: number, limits: { readonly most: number; readonly scale: number }): string =>
  value < 0 && limits.scale === 0
    ? String(Math.ceil(value))
    : value < 0
      ? `-${written(-value, limits)}`
      : written(value, limits);

function ofLength(lengths: readonly number[], alphabet: string, key: number, row: number, attempt: number): string {
  const [low, high] = [lengths[0]!, lengths.at(-1)!];
  const count = Math.min(1000, Math.max(1, low + below(high - low + 1, key, row, attempt)));
  return Array.from({ length: count }, (_, i) => pick(Array.from(alphabet), key, row, attempt * 1000 + i)).join('');
}
