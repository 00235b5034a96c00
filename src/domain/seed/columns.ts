// How a column of a table is filled: by a sequence, by what a check wants, by type and name, now and then by nothing.
import { fail } from '../failure.ts';
import { surroundingsOf } from '../refresh/surroundings.ts';
import { keyFor, unit } from './chance.ts';
import { isDistinct, isMixed, isPredictable } from './column-facts.ts';
import { isSeldom, rankOf } from './instants.ts';
import type { Opening } from './rows.ts';
import type { SeedColumn } from './seed-schema.ts';
import { makerOf, type Maker } from './values.ts';

export type ColumnMaker = (row: number, salt: number, bornAt: number) => string | null;

const DEFAULT_SHARE = 0.7;

/** `refers`: its references say. Null: it is left out. Throws GR5175 where nobody knows what belongs there. */
export function openColumn(column: SeedColumn, opening: Opening, isReferring: boolean): ColumnMaker | 'refers' | null {
  const { planned, seed, counted } = opening;
  const { table } = planned;
  if (isReferring) return 'refers';
  const { sequence, preset } = column;
  if (sequence) return (row) => String(counted(sequence.name, row));
  const key = keyFor(seed, `${table.name}.${column.name}`);
  const isUnique = isPredictable(table, column.name);
  const chosen = opening.chosen.get(column.name);
  if (chosen === null) return null;
  const make = chosen ?? naturalMaker(column, opening);
  if (!make) {
    if (column.isNullable || preset.kind !== 'none') return null;
    return fail({
      code: 'GR5175',
      message: `Nobody knows what belongs into ${table.name}.${column.name} (${column.typeSql}), and it may not be empty.`,
      where: `${table.name}.${column.name}`,
      do: 'Give it a default, or fill the table by a script of your own and name it under "keep" in seed.yaml.',
    });
  }
  if (isUnique) return make;
  const isKey = table.uniques.some(({ columns }) => columns.includes(column.name));
  const empty = column.isNullable && !isKey ? emptyShare(column.name) : 0;
  const usual = isMixed(column) && preset.kind === 'constant' ? preset.text : null;
  return (row, salt, bornAt) => {
    const share = empty > 0 && salt >= 1200 ? 0.5 : empty;
    if (share > 0 && unit(key, row, salt + 11) < share) return null;
    if (usual !== null && unit(key, row, salt + 13) < DEFAULT_SHARE) return usual;
    return make(row, salt, bornAt);
  };
}

/** By type and name alone. */
export function naturalMaker(
  column: SeedColumn,
  { planned: { table }, seed, untilAt }: Pick<Opening, 'planned' | 'seed' | 'untilAt'>,
): Maker | null {
  return makerOf(column.type, {
    ...{ name: column.name, key: keyFor(seed, `${table.name}.${column.name}`), untilAt },
    around: surroundingsOf(
      table.name,
      table.columns.map(({ name }) => name),
    ),
    isUnique: isDistinct(table, column),
  });
}

function emptyShare(name: string): number {
  if (isSeldom(name)) return 0.85;
  return (rankOf(name) ?? 0) >= 2 ? 0.3 : 0.1;
}
