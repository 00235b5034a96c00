/** Control codes, halves of surrogate pairs, separators of lines and paragraphs, and marks that turn the direction of what stands beside them. */
const steering = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;
/** What nobody sees; a name of nothing else names nobody. U+2800 is an empty letter of Braille. */
const unseen = /[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Why nobody may act under this name; null when it can stand in a record and on a line. */
export function nameFault(name: string): string | null {
  const found = steering.exec(name)?.[0];
  if (found !== undefined) {
    const number = found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    return `it holds U+${number}, which is no letter but steers how a line is shown`;
  }
  return name.replace(unseen, '') === '' ? 'it is blank' : null;
}
