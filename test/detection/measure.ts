// How much of what is personal a detector finds, and how much of what it finds is personal.
import { familyOf, type SourceColumn, type SourceTable } from '../../src/domain/refresh/source-schema.ts';
import type { PublicSchema } from './schemas.ts';

/** What a detector says of one column; of JSON by path, of others one find without a path. */
export interface Found {
  readonly path: string | null;
  readonly masker: string;
}
export type Detector = (table: SourceTable, column: SourceColumn) => readonly Found[];

export interface Measured {
  readonly personalCount: number;
  readonly missed: readonly string[];
  readonly foundCount: number;
  readonly wrong: readonly string[];
  /** Found, and with a masker that does not fit. */
  readonly unfit: readonly string[];
}

export function measure({ name, tables, truth }: PublicSchema, detector: Detector): Measured {
  const found = new Map<string, string>();
  for (const table of tables)
    for (const column of table.columns)
      for (const { path, masker } of detector(table, column)) found.set(placeOf(table, column, path), masker);
  const personal = [...truth].filter(([, { isOpen }]) => !isOpen);
  const counted = [...found].filter(([place]) => !truth.get(place)?.isOpen);
  return {
    personalCount: personal.length,
    missed: personal
      .filter(([place]) => !found.has(place))
      .map(([place, { maskers }]) => `${name}: ${place} (${maskers.join(' ')})`),
    foundCount: counted.length,
    wrong: counted.filter(([place]) => !truth.has(place)).map(([place, masker]) => `${name}: ${place} (${masker})`),
    unfit: counted
      .filter(([place, masker]) => truth.has(place) && !truth.get(place)!.maskers.includes(masker))
      .map(([place, masker]) => `${name}: ${place} (${masker})`),
  };
}

const placeOf = (table: SourceTable, column: SourceColumn, path: string | null): string =>
  `${table.name}.${column.name}${path === null || familyOf(column.type) !== 'json' ? '' : ` > ${path}`}`;

/** All of several schemas as one. */
export const together = (all: readonly Measured[]): Measured => ({
  personalCount: all.reduce((sum, each) => sum + each.personalCount, 0),
  foundCount: all.reduce((sum, each) => sum + each.foundCount, 0),
  missed: all.flatMap((each) => each.missed),
  wrong: all.flatMap((each) => each.wrong),
  unfit: all.flatMap((each) => each.unfit),
});

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
export const recallOf = ({ personalCount, missed }: Measured): number =>
  share(personalCount - missed.length, personalCount);
/** Of a detector that says nothing: 0. */
export const precisionOf = ({ foundCount, wrong }: Measured): number => share(foundCount - wrong.length, foundCount);
/** Of what was rightly found, how much got a masker that fits. */
export const fitOf = ({ foundCount, wrong, unfit }: Measured): number =>
  share(foundCount - wrong.length - unfit.length, foundCount - wrong.length);

/** The bar of the product. */
export const least = { recall: 0.95, precision: 0.8 } as const;
