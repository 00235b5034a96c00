// Which rows of a table a subset has, as joins and conditions over the table, named `t`. Keys of what it hangs on stand in the WITH of a statement.
import type { ForeignKey, RootRule, TablePart } from '../domain/refresh/subset.ts';
import { quoted } from './connect.ts';
import { listed, type Batch, type RowLists } from './row-lists.ts';

export interface SubsetGround {
  readonly tables: readonly TablePart[];
  readonly looseShare: number;
  /** As they are when a statement is written. */
  lists(table: string): RowLists;
  /** Hexadecimal. */
  readonly key: string;
}

/** Which rows of a table: those that children are kept for, or all that are kept. */
type Which = 'drive' | 'kept';
/** Queries by their names, each after those that it needs. */
export type With = Map<string, string>;

export const said = (with_: With): string =>
  with_.size === 0 ? '' : `WITH ${[...with_].map(([name, query]) => `${name} AS (${query})`).join(', ')} `;

export const partOf = ({ tables }: SubsetGround, name: string): TablePart =>
  tables.find(({ table }) => table.name === name)!;

/** Tables that inherit from one are tables of their own; partitions are not. */
export const sourceOf = ({ table: { name, isPartitioned } }: TablePart): string =>
  `${isPartitioned ? '' : 'ONLY '}${name} AS t`;

const AT_LIST = 'greenroom_l.greenroom_rel = t.tableoid AND greenroom_l.greenroom_at = t.ctid';

export const ofBatch = (part: TablePart, batch: Batch): string =>
  `${sourceOf(part)} JOIN ${listed([batch])!} AS greenroom_l ON ${AT_LIST}`;

/** Any of the terms holds, once the joins are made. */
export function conditionOf(ground: SubsetGround, part: TablePart, which: Which, with_: With) {
  const { table, standing, hangsOn, root } = part;
  if (standing === 'whole') return { joins: '', terms: ['true'] };
  const joins = hangsOn.map((reference, i) => {
    const keys = keysOf(ground, partOf(ground, reference.parent), 'drive', with_);
    return ` LEFT JOIN ${keys} AS greenroom_${i} ON ${meets(ground, reference, `greenroom_${i}`)}`;
  });
  const terms = hangsOn.map((reference, i) => `greenroom_${i}.${firstKey(ground, reference)} IS NOT NULL`);
  // A condition is asked once: what it says of the time is another in every connection.
  if (standing === 'chosen' && root!.where === null) terms.push(chosenTerm(ground, part, root!));
  if (standing === 'hanging') terms.push(...looseTerms(ground, part));
  const { drive, more } = ground.lists(table.name);
  const list = listed(which === 'drive' ? drive : [...drive, ...more]);
  if (list !== null) {
    joins.push(` LEFT JOIN ${list} AS greenroom_l ON ${AT_LIST}`);
    terms.push('greenroom_l.greenroom_at IS NOT NULL');
  }
  return { joins: joins.join(''), terms: terms.length > 0 ? terms : ['false'] };
}

export function chosenTerm({ key }: SubsetGround, { table }: TablePart, { share, where }: RootRule): string {
  const parts = [
    ...(share === null ? [] : [shareTerm(key, table.primaryKey, share)]),
    ...(where === null ? [] : [`(${where}\n)`]), // a comment at its end must not swallow the bracket
  ];
  return parts.length > 0 ? `(${parts.join(' AND ')})` : 'true';
}

/** A row that may hang on others and hangs on nothing. */
function looseTerms({ looseShare, key }: SubsetGround, { table, hangsOn, circles }: TablePart): readonly string[] {
  const driving = [...hangsOn, ...circles];
  const isAlwaysFull = driving.some(({ columns }) => columns.every(({ isNullable }) => !isNullable));
  if (looseShare === 0 || table.primaryKey.length === 0 || isAlwaysFull) return [];
  const isEmpty = ({ columns }: ForeignKey): string =>
    `(${columns.map(({ child }) => `t.${quoted(child)} IS NULL`).join(' OR ')})`;
  const share = shareTerm(key, table.primaryKey, looseShare);
  return [`(${driving.map(isEmpty).join(' AND ')} AND ${share})`];
}

/** Without the table's name: what has the same key in several tables or databases is chosen in all of them. */
function shareTerm(key: string, primaryKey: readonly string[], share: number): string {
  if (share >= 1) return 'true';
  const columns = primaryKey.map((name) => `t.${quoted(name)}`).join(', ');
  const bound = Math.round(share * 2 ** 48)
    .toString(16)
    .padStart(12, '0');
  return `sha256(convert_to('${key}' || ROW(${columns})::text, 'UTF8')) < decode('${bound}', 'hex')`;
}

/** Columns of a table that somebody refers to. */
function referredTo({ tables }: SubsetGround, name: string): readonly string[] {
  const columns = tables.flatMap(({ hangsOn, circles, follows, empties }) =>
    [...hangsOn, ...circles, ...follows, ...empties.map(({ reference }) => reference)]
      .filter(({ parent }) => parent === name)
      .flatMap((reference) => reference.columns.map(({ parent }) => parent)),
  );
  return [...new Set(columns)];
}

const keyColumn = (ground: SubsetGround, table: string, column: string): string =>
  `greenroom_k${referredTo(ground, table).indexOf(column)}`;
/** Null where no row was met. */
export const firstKey = (ground: SubsetGround, { parent, columns }: ForeignKey): string =>
  keyColumn(ground, parent, columns[0]!.parent);
export const selectKeys = (ground: SubsetGround, { table: { name } }: TablePart): string =>
  referredTo(ground, name)
    .map((column) => `t.${quoted(column)} AS ${keyColumn(ground, name, column)}`)
    .join(', ');

/** The name of the keys of a table's rows. */
export function keysOf(ground: SubsetGround, part: TablePart, which: Which, with_: With): string {
  const name = `greenroom_${which}_${ground.tables.indexOf(part)}`;
  if (with_.has(name)) return name;
  const { joins, terms } = conditionOf(ground, part, which, with_);
  with_.set(name, `SELECT ${selectKeys(ground, part)} FROM ${sourceOf(part)}${joins} WHERE ${terms.join(' OR ')}`);
  return name;
}

/** That `t`, the child, refers to a row of these keys. */
export const meets = (ground: SubsetGround, { parent, columns }: ForeignKey, keys: string): string =>
  columns
    .map(({ child, parent: column, operator, collation }) => {
      const own = `t.${quoted(child)}${collation === null ? '' : ` COLLATE ${collation}`}`;
      return `${keys}.${keyColumn(ground, parent, column)} OPERATOR(${operator}) ${own}`;
    })
    .join(' AND ');
