// Which row of another table a row refers to: few of them are met often, many seldom.
import { below, keyFor, longTail, shuffled, unit } from './chance.ts';
import type { ForeignKey } from '../refresh/subset.ts';
import { isEmptiable } from './plan-seed.ts';
import type { OpenRows, Opening, Values } from './rows.ts';

export interface Referring {
  /** Sets the columns of the reference. Instant at which the parent was made, 0 where there is none; false where nothing fits. */
  fill(row: number, salt: number, values: Values, isSet: Uint8Array): number | false;
}

interface Place {
  readonly opening: Opening;
  readonly self: OpenRows;
  /** Place of each column in a row. */
  readonly at: ReadonlyMap<string, number>;
  readonly key: number;
  readonly isSingle: boolean;
}

const EMPTY_SHARE = 0.15;
const LOOKS = 40;
const apart = '\u0001';

export function openReference(reference: ForeignKey, place: Place): Referring {
  const { opening, self, at, isSingle } = place;
  const { table } = opening.planned;
  const isSelf = reference.parent === table.name;
  const parent = isSelf ? self : opening.parents(reference.parent);
  const key = keyFor(place.key, reference.name);
  const isOptional = isEmptiable(reference);
  const columns = reference.columns.map(({ child, parent: name, isNullable }) => ({
    to: at.get(child)!,
    name,
    isNullable,
  }));
  const count = parent?.count ?? 0;
  const spread = shuffled(count, key);
  const isKey = table.uniques.some((unique) =>
    columns.some(({ to }) => self.columns[to] !== undefined && unique.columns.includes(self.columns[to])),
  );
  const indexes = new Map<string, ReadonlyMap<string, readonly number[]>>();

  /** Nothing is referred to: what may be empty is, unless another reference has set it. */
  function leaveEmpty(isSet: Uint8Array): 0 | false {
    const isFree = columns.some(({ to, isNullable }) => isNullable && isSet[to] === 0);
    if (!isOptional || !isFree) return false;
    for (const { to, isNullable } of columns) if (isNullable) isSet[to] = 1;
    return 0;
  }

  function fits(row: number, values: Values, isSet: Uint8Array): boolean {
    return columns.every(({ to, name }) => isSet[to] === 0 || parent!.valueOf(name, row) === values[to]);
  }

  /** Rows of the parent by the columns that another reference has set. */
  function fitting(values: Values, isSet: Uint8Array): readonly number[] {
    const fixed = columns.filter(({ to }) => isSet[to] === 1);
    const names = fixed.map(({ name }) => name).join(apart);
    let index = indexes.get(names);
    if (!index) {
      const rows = new Map<string, number[]>();
      for (let i = 0; i < count; i++) {
        const told = fixed.map(({ name }) => parent!.valueOf(name, i)).join(apart);
        const same = rows.get(told);
        if (same) same.push(i);
        else rows.set(told, [i]);
      }
      indexes.set(names, (index = rows));
    }
    return index.get(fixed.map(({ to }) => values[to]).join(apart)) ?? [];
  }

  function choose(row: number, salt: number, values: Values, isSet: Uint8Array): number | null {
    const isFixed = columns.some(({ to }) => isSet[to] === 1);
    if (isSelf) {
      // Each row is met once: a chain, or each its own where none may end it.
      if (isSingle && !isOptional) return row;
      if (row === 0) return isOptional ? null : 0;
      if (isSingle) return row - 1;
      const looks = Array.from({ length: isFixed ? LOOKS : 1 }, (_, look) => below(row, key, row, salt + look));
      return looks.find((found) => fits(found, values, isSet)) ?? null;
    }
    if (count === 0) return null;
    if (isSingle) return row < count ? spread(row) : null;
    if (!isFixed) return salt % 400 === 0 ? spread(longTail(count, key, row, salt)) : below(count, key, row, salt);
    const rows = fitting(values, isSet);
    return rows.length === 0 ? null : rows[below(rows.length, key, row, salt)]!;
  }

  return {
    fill(row, salt, values, isSet) {
      // Another reference has set all of it, and to a row that refers here itself.
      if (columns.every(({ to }) => isSet[to] === 1)) return 0;
      const share = salt >= 1200 ? 0.5 : EMPTY_SHARE;
      if (isOptional && !isKey && unit(key, row, salt + 3) < share) {
        const left = leaveEmpty(isSet);
        if (left !== false) return left;
      }
      const found = choose(row, salt, values, isSet);
      if (found === null) return leaveEmpty(isSet);
      for (const { to, name } of columns) {
        values[to] = parent!.valueOf(name, found);
        isSet[to] = 1;
      }
      // A parent that comes later can tell its key and not more.
      if (columns.some(({ to }) => values[to] === null)) return isOptional ? 0 : false;
      return parent!.bornAt(found);
    },
  };
}
