// The statements of a subset: each reads a table in one pass, joined to the keys of what it hangs on. Nothing is written, not even a temporary
// table, which a transaction that only reads may not make.
import type { ForeignKey, TablePart } from '../domain/refresh/subset.ts';
import { quoted } from './connect.ts';
import { placesOf, type Batch } from './row-lists.ts';
import * as of from './subset-conditions.ts';
import type { SubsetGround, With } from './subset-conditions.ts';

/** Kept rows; `columns` of the table, emptied where a reference leads out of the subset. */
export function rowsQuery(ground: SubsetGround, table: string, columns: readonly string[]): string {
  const with_: With = new Map();
  const part = of.partOf(ground, table);
  const { joins, terms } = of.conditionOf(ground, part, 'kept', with_);
  const { joins: outside, leadsOut } = emptying(ground, part, with_);
  const list = columns.map((name) => {
    const own = `t.${quoted(name)}`;
    return leadsOut.has(name) ? `CASE WHEN ${leadsOut.get(name)!} THEN NULL ELSE ${own} END AS ${quoted(name)}` : own;
  });
  return `${of.said(with_)}SELECT ${list.join(', ')} FROM ${of.sourceOf(part)}${joins}${outside} WHERE ${terms.join(' OR ')}`;
}

/** Joins to what references that may be emptied refer to, and by column when that is not there. */
function emptying(ground: SubsetGround, { empties }: TablePart, with_: With) {
  const leadsOut = new Map<string, string>();
  const joins = empties.map(({ reference, columns }, i) => {
    const keys = of.keysOf(ground, of.partOf(ground, reference.parent), 'kept', with_);
    const refers = reference.columns.map(({ child }) => `t.${quoted(child)} IS NOT NULL`).join(' AND ');
    for (const name of columns)
      leadsOut.set(name, `greenroom_e${i}.${of.firstKey(ground, reference)} IS NULL AND ${refers}`);
    return ` LEFT JOIN ${keys} AS greenroom_e${i} ON ${of.meets(ground, reference, `greenroom_e${i}`)}`;
  });
  return { joins: joins.join(''), leadsOut };
}

export function countQuery(ground: SubsetGround, table: string): string {
  const with_: With = new Map();
  const part = of.partOf(ground, table);
  const { joins, terms } = of.conditionOf(ground, part, 'kept', with_);
  return `${of.said(with_)}SELECT count(*)::float8 AS count FROM ${of.sourceOf(part)}${joins} WHERE ${terms.join(' OR ')}`;
}

const chosenFrom = (ground: SubsetGround, table: string): string => {
  const part = of.partOf(ground, table);
  return `${of.sourceOf(part)} WHERE ${of.chosenTerm(ground, part, part.root!)}`;
};

/** Of a root: how many its rule chooses. */
export const chosenCountQuery = (ground: SubsetGround, table: string): string =>
  `SELECT count(*)::float8 AS count FROM ${chosenFrom(ground, table)}`;

/** Of a root: the places of what its rule chooses. */
export const chosenQuery = (ground: SubsetGround, table: string): string => placesOf(chosenFrom(ground, table));

/** Places of children that do not drive yet; see `SubsetStep`. */
export function childrenQuery(ground: SubsetGround, reference: ForeignKey, from: Batch | null): string {
  const with_: With = new Map();
  const [child, parent] = [of.partOf(ground, reference.child), of.partOf(ground, reference.parent)];
  const keys =
    from === null
      ? of.keysOf(ground, parent, 'drive', with_)
      : `(SELECT ${of.selectKeys(ground, parent)} FROM ${of.ofBatch(parent, from)})`;
  const { joins, terms } = of.conditionOf(ground, child, 'drive', with_);
  const meet = of.meets(ground, reference, 'greenroom_p');
  const found = `${of.sourceOf(child)} JOIN ${keys} AS greenroom_p ON ${meet}${joins} WHERE ${noneOf(terms)}`;
  return of.said(with_) + placesOf(found);
}

/** Places of parents that are not kept yet. */
export function parentsQuery(ground: SubsetGround, reference: ForeignKey, from: Batch | null): string {
  const with_: With = new Map();
  const [child, parent] = [of.partOf(ground, reference.child), of.partOf(ground, reference.parent)];
  const { columns } = reference;
  const asked = columns.map(({ child: name }, i) => `t.${quoted(name)} AS greenroom_f${i}`).join(', ');
  const refers = columns.map(({ child: name }) => `t.${quoted(name)} IS NOT NULL`).join(' AND ');
  const children = (): string => {
    if (from !== null) return `${of.ofBatch(child, from)} WHERE ${refers}`;
    const { joins, terms } = of.conditionOf(ground, child, 'kept', with_);
    return `${of.sourceOf(child)}${joins} WHERE (${terms.join(' OR ')}) AND ${refers}`;
  };
  const meet = columns.map(({ parent: name, operator, collation }, i) => {
    const other = `greenroom_c.greenroom_f${i}${collation === null ? '' : ` COLLATE ${collation}`}`;
    return `t.${quoted(name)} OPERATOR(${operator}) ${other}`;
  });
  const pointing = `(SELECT DISTINCT ${asked} FROM ${children()}) AS greenroom_c ON ${meet.join(' AND ')}`;
  const { joins, terms } = of.conditionOf(ground, parent, 'kept', with_);
  return of.said(with_) + placesOf(`${of.sourceOf(parent)} JOIN ${pointing}${joins} WHERE ${noneOf(terms)}`);
}

const noneOf = (terms: readonly string[]): string => `(${terms.join(' OR ')}) IS NOT TRUE`;
