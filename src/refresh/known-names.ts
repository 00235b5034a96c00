// Names that columns of names hold, so that running text that speaks of these people is masked too.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import type { PlannedColumn, PlannedTable } from '../domain/refresh/compile.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { quoted } from './connect.ts';

export interface KnownName {
  readonly word: string;
  readonly kind: 'given' | 'family';
}

/** As many as a kernel holds. */
const MOST_NAMES = 0xc000;
const FETCHED_ROWS = 10_000;
/** One letter stands for nobody. */
const FEWEST_LETTERS = 2;

const holdsText = ({ rule }: PlannedColumn): boolean =>
  (rule.kind === 'mask' && rule.masker === 'text') ||
  (rule.kind === 'json' && (rule.rest === 'text' || rule.paths.some(({ masker }) => masker === 'text')));

type NameRule = 'given-name' | 'family-name' | 'full-name';
const nameRuleOf = ({ rule }: PlannedColumn): NameRule | null =>
  rule.kind === 'mask' && ['given-name', 'family-name', 'full-name'].includes(rule.masker)
    ? (rule.masker as NameRule)
    : null;

/** Words of a value as its masker takes them: of a whole name the last is the family's, before a comma it is the other way round. */
export function wordsOf(value: string, rule: NameRule): readonly KnownName[] {
  const [before, after] = value.split(',', 2);
  const words = (text = ''): readonly string[] => text.split(/[\s,.;]+/).filter((word) => word !== '');
  const as = (kind: KnownName['kind'], list: readonly string[]) => list.map((word) => ({ word, kind }));
  const isLongEnough = ({ word }: KnownName): boolean => Array.from(word).length >= FEWEST_LETTERS;
  if (rule !== 'full-name') return as(rule === 'given-name' ? 'given' : 'family', words(value)).filter(isLongEnough);
  if (after !== undefined) return [...as('family', words(before)), ...as('given', words(after))].filter(isLongEnough);
  const all = words(value);
  const last = all.length > 1 ? all.length - 1 : all.length;
  return [...as('given', all.slice(0, last)), ...as('family', all.slice(last))].filter(isLongEnough);
}

/** In the transaction of the snapshot. None where no rule masks running text. Throws `GR5059` when there are more than fit. */
export async function readNames(source: Client, tables: readonly PlannedTable[]): Promise<readonly KnownName[]> {
  if (!tables.some(({ columns }) => columns.some(holdsText))) return [];
  const found = new Map<string, KnownName>();
  for (const { name: table, columns } of tables)
    for (const column of columns) {
      const rule = nameRuleOf(column);
      if (rule === null) continue;
      const value = column.type.startsWith('_') ? `unnest(${quoted(column.name)})` : quoted(column.name);
      await source.query(
        `DECLARE greenroom_names NO SCROLL CURSOR FOR SELECT DISTINCT ${value}::text AS name FROM ${table}`,
      );
      for (let count = -1; count !== 0;) {
        const { rows } = await source.query<{ name: string | null }>(`FETCH ${FETCHED_ROWS} FROM greenroom_names`);
        count = rows.length;
        for (const { name } of rows)
          for (const known of wordsOf(name ?? '', rule)) found.set(`${known.kind} ${known.word.toLowerCase()}`, known);
        if (found.size > MOST_NAMES) fail(tooMany(table, column.name));
      }
      await source.query('CLOSE greenroom_names');
    }
  return [...found.values()];
}

export function teachNames(kernel: Kernel, names: readonly KnownName[]): void {
  const encoder = new TextEncoder();
  for (const { word, kind } of names)
    if (!kernel.learn(encoder.encode(word), kind)) throw new Error('more names than a kernel holds');
}

const tooMany = (table: string, column: string) => ({
  code: 'GR5059',
  message: `There are more than ${MOST_NAMES} different words in columns of names, which is more than can be looked for in running text.`,
  where: `${table}.${column}`,
  do: 'Give the columns of running text `nothing` or a constant instead of text, also as the rest of JSON.',
});
