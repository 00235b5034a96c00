// Signs and words of a text, in one form on both sides.

// oxlint-disable-next-line no-control-regex -- all of ASCII
const beyondAscii = /[^\0-\x7f]/;
export const isAscii = (text: string): boolean => !beyondAscii.test(text);
/** What is of ASCII alone has one form; most texts are. */
export const fold = (text: string): string => (isAscii(text) ? text : text.normalize('NFC')).toLowerCase();

const beyondWord = /[\p{L}\p{N}]/u;
export const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isAsciiWord = (c: number): boolean => (c >= 97 && c <= 122) || isDigit(c) || c === 95 || c === 45;
export const isWordSign = (sign: string): boolean =>
  sign.length === 1 && sign < '\x80' ? isAsciiWord(sign.charCodeAt(0)) : beyondWord.test(sign);

export interface Word {
  readonly text: string;
  readonly index: number;
}

/** Letters, digits, `_` and `-` in a row. No expression: of a word of megabytes it would need more stack than there is. */
export function* wordsIn(folded: string): Generator<Word> {
  let from = -1;
  for (let i = 0; i < folded.length;) {
    const sign = signAt(folded, i);
    const isInside = isWordSign(sign);
    if (isInside && from < 0) from = i;
    if (!isInside && from >= 0) {
      yield { text: folded.slice(from, i), index: from };
      from = -1;
    }
    i += sign.length;
  }
  if (from >= 0) yield { text: folded.slice(from), index: from };
}

export const signAt = (text: string, at: number): string => {
  const c = text.charCodeAt(at);
  return c >= 0xd800 && c <= 0xdbff ? String.fromCodePoint(text.codePointAt(at)!) : (text[at] ?? '');
};
export function signBefore(text: string, at: number): string {
  const isPair = at > 1 && /[\udc00-\udfff]/.test(text[at - 1]!) && /[\ud800-\udbff]/.test(text[at - 2]!);
  return text.slice(Math.max(0, at - (isPair ? 2 : 1)), at);
}

/** Half of a pair is written as what stands for no sign. */
export function utf8(text: string): readonly number[] {
  return Array.from(text).flatMap((sign) => {
    const c = sign.isWellFormed() ? sign.codePointAt(0)! : 0xfffd;
    if (c < 0x80) return [c];
    const rest = [0x80 | (c & 63)];
    if (c < 0x800) return [0xc0 | (c >> 6), ...rest];
    rest.unshift(0x80 | ((c >> 6) & 63));
    return c < 0x10000 ? [0xe0 | (c >> 12), ...rest] : [0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), ...rest];
  });
}

/** Of UTF-8. */
export const byteLengthOf = (text: string): number => (isAscii(text) ? text.length : utf8(text).length);
