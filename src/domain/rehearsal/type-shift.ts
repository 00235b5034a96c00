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

/** As PostgreSQL writes a type: its name without a schema, its modifiers, and the collation where it is not the type's own. */
function partsOf(type: string) {
  const [written = '', collation = ''] = type.split(' collate ');
  const modifiers = /\(([\d, -]+)\)/.exec(written)?.[1]?.split(',').map(Number) ?? null;
  return { name: written.replace(/\([\d, -]+\)/, '').replace(/^[^ ]*\./, ''), modifiers, collation };
}

/** Every value of the first type is one of the second, and compares as before. */
export function isWider(was: string, is: string): boolean {
  const [old, now] = [partsOf(was), partsOf(is)];
  if (old.collation !== now.collation) return false;
  if (old.name !== now.name) {
    const plain = (name: string) => name.replace(/\[\]$/, '');
    const isArray = old.name.endsWith('[]') === now.name.endsWith('[]');
    return isArray && now.modifiers === null && (wider[plain(old.name)] ?? []).includes(plain(now.name));
  }
  if (now.modifiers === null) return true;
  if (old.modifiers === null || old.name === 'character') return was === is;
  const [[size = 0, scale = 0], [newSize = 0, newScale = 0]] = [old.modifiers, now.modifiers];
  return newSize - newScale >= size - scale && newScale >= scale;
}

const texts = ['text', 'character varying', 'character', 'citext', 'name'];
/** Those that compare alike. */
const plainTexts = ['text', 'character varying'];

/** The same text is another one, or stands elsewhere, though every value may be there. */
export function comparesOtherwise(was: string, is: string): boolean {
  const [old, now] = [partsOf(was), partsOf(is)];
  const both = [old.name, now.name].map((name) => name.replace(/\[\]$/, ''));
  const isOtherText = old.name !== now.name && both.every((name) => texts.includes(name));
  return old.collation !== now.collation || (isOtherText && !both.every((name) => plainTexts.includes(name)));
}
