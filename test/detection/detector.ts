// The product's detector as the measurement takes it, and one that says nothing.
import { detectSchema } from '../../src/domain/refresh/detect-schema.ts';
import { columnName, familyOf, type SourceTable } from '../../src/domain/refresh/source-schema.ts';
import { measure, together, type Detector, type Measured } from './measure.ts';
import { readPublicSchema } from './schemas.ts';

export type DetectorOf = (tables: readonly SourceTable[]) => Detector;

export const ofProduct: DetectorOf = (tables) => {
  const all = detectSchema(tables);
  return (table, column) => {
    const found = all.get(columnName(table, column));
    if (!found) return [];
    if (familyOf(column.type) !== 'json') return [{ path: null, masker: found.detected.masker }];
    return found.leaves.map(({ path, detected }) => ({ path, masker: detected.masker }));
  };
};

export const silent: DetectorOf = () => () => [];
/** Calls everything personal. */
export const shouting: DetectorOf = () => () => [{ path: null, masker: 'text' }];

export const measureAll = (names: readonly string[], detectorOf: DetectorOf): Measured =>
  together(
    names.map((name) => {
      const schema = readPublicSchema(name);
      return measure(schema, detectorOf(schema.tables));
    }),
  );
