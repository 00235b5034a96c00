/** Values of the first are values of the second, however they are written. */
const wider: Readonly<Record<string, readonly string[]>> = {
  smallint: ['integer', 'bigint', 'numeric'],
  integer: ['bigint', 'numeric'],
  bigint: ['numeric'],
  real: ['double precision'],
  'character varying': ['text'],
  text: ['character varying'],
  date: ['timestamp without time zone', 'timestamp with time zone'],
};

/**
 * The first place, from 1, where a type became another one that is not only wider. Null where none did, and where their number differs: a column
 * that came along is no shift of the others.
 */
export function typeShift(
  before: readonly string[],
  after: readonly string[],
): { readonly place: number; readonly was: string; readonly is: string } | null {
  if (before.length !== after.length) return null;
  const index = before.findIndex((was, at) => was !== after[at] && !(wider[was] ?? []).includes(after[at]!));
  return index < 0 ? null : { place: index + 1, was: before[index]!, is: after[index]! };
}
