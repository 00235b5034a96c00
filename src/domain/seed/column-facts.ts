// What follows from the schema alone for how a column is filled.
import { columnOf, type SeedColumn, type SeedTable, type ValueType } from './seed-schema.ts';

export const instantColumn = (type: ValueType): boolean =>
  type.kind === 'base' && ['date', 'timestamp', 'timestamptz'].includes(type.name);

/** Types of which one can be told from the number of a row, with no end of them. */
const countable = new Set(
  'text varchar bpchar citext int2 int4 int8 numeric uuid date timestamp timestamptz bytea macaddr inet json jsonb interval hstore ltree xml'.split(
    ' ',
  ),
);

const isReferring = ({ references }: SeedTable, name: string): boolean =>
  references.some(({ columns }) => columns.some(({ child }) => child === name));

/** Its value follows from the number of its row, and no two are alike. */
export function isPredictable(table: SeedTable, name: string): boolean {
  const column = columnOf(table, name);
  if (!column || isReferring(table, name)) return false;
  if (column.sequence !== null) return true;
  if (table.checks.some(({ columns }) => columns.includes(name))) return false;
  return isDistinct(table, column);
}

const isCountable = (type: ValueType): boolean =>
  type.kind === 'enum' ||
  (type.kind === 'range' && type.of.kind === 'base') ||
  (type.kind === 'base' && (countable.has(type.name) || type.name === 'bool'));

/** What tells rows apart within another column's: `id` beside `tenant_id`. */
const telling = /(?:^|_)(?:id|uuid|guid|key|no|nr|number|code|slug|token|e_?mail)$/i;

/** Unique by itself, or made so because a constraint over several columns is then held. */
export const isAlone = (table: SeedTable, name: string): boolean =>
  table.uniques.some(
    ({ columns }) =>
      columns.includes(name) && (columns.length === 1 || (telling.test(name) && !isReferring(table, name))),
  );

/** Each row has its own value, as far as the type has so many. */
export const isDistinct = (table: SeedTable, column: SeedColumn): boolean =>
  isAlone(table, column.name) && isCountable(column.type);

/** No value is made: its default says it all, and nobody refers to it. */
export function isLeftToDefault(table: SeedTable, column: SeedColumn): boolean {
  if (column.preset.kind !== 'constant' || column.sequence !== null) return false;
  const isKey = isReferring(table, column.name) || table.uniques.some(({ columns }) => columns.includes(column.name));
  // States and switches vary in life; most rows have the default.
  return !isKey && !isMixed(column);
}

export const isMixed = ({ type, preset }: SeedColumn): boolean =>
  preset.kind === 'constant' && (type.kind === 'enum' || (type.kind === 'base' && type.name === 'bool'));

/** How many different values a type has here: of what is long, no end of them. */
export function valueCountOf(type: ValueType): number {
  if (type.kind === 'enum') return type.labels.length;
  if (type.kind !== 'base') return Number.POSITIVE_INFINITY;
  const { name, typmod } = type;
  if (name === 'bool') return 2;
  if (name === 'int2') return 32_767;
  if (name === 'numeric' && typmod >= 4) return 10 ** ((typmod - 4) >> 16) - 1;
  const isShort = ['varchar', 'bpchar'].includes(name) && typmod > 4;
  return isShort ? 36 ** (typmod - 4) : Number.POSITIVE_INFINITY;
}
