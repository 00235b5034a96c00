// The words and signs that the maskers know, as they lie in their memory.
import { madeUpWord } from '../domain/made-up-word.ts';
import { CHARACTER, FAMILY, FAMILY_COUNT, GIVEN, GIVEN_COUNT, SYMBOLS } from './layout.ts';
import { DIGITS, LETTERS, UNKNOWN } from './permute.ts';
import { BETWEEN, CAPITAL, DIGIT, HOST, LOCAL, WORD } from './text.ts';

export function writeDictionary(memory: Uint8Array): void {
  const write = (at: number, word: string): void => {
    memory[at] = word.length;
    memory.set(new TextEncoder().encode(word), at + 1);
  };
  for (let i = 0; i < GIVEN_COUNT; i++) write(GIVEN + i * 16, madeUpWord(i, 2));
  for (let i = 0; i < FAMILY_COUNT; i++) write(FAMILY + i * 16, madeUpWord(i, 3));
}

/** What each byte of free text may be part of. Bytes of letters beyond ASCII count as letters, their first also as a capital. */
export function writeCharacters(memory: Uint8Array): void {
  const kinds: readonly [RegExp, number][] = [
    [/[\w.%+\-!#$&*/=?^`{|}~]/, LOCAL],
    [/[A-Za-z0-9.-]/, HOST],
    [/[0-9]/, DIGIT],
    [/[A-Z]/, CAPITAL],
    [/[A-Za-z']/, WORD],
    [/[ \-.()/+]/, BETWEEN],
  ];
  for (let c = 0; c < 128; c++) {
    const character = String.fromCharCode(c);
    memory[CHARACTER + c] = kinds.reduce((all, [shape, kind]) => (shape.test(character) ? all | kind : all), 0);
  }
  for (let c = 128; c < 256; c++) memory[CHARACTER + c] = LOCAL | HOST | WORD | (c >= 0xc3 ? CAPITAL : 0);
}

/** Which symbols each byte may become in a permutation of digits, of letters, or of both: the first, and how many there are in the lowest 8 bits; 0 where it stays. */
export function writeSymbols(memory: Uint8Array): void {
  const view = new DataView(memory.buffer, memory.byteOffset);
  for (const kinds of [0, DIGITS, LETTERS, DIGITS | LETTERS]) {
    const write = (c: number, own: number): void => view.setInt32(SYMBOLS + kinds * 1024 + c * 4, own);
    const range = (from: string, to: string): void => {
      const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)];
      for (let c = first; c <= last; c++) write(c, (first << 8) | (last - first + 1));
    };
    if (kinds & DIGITS) range('0', '9');
    if (!(kinds & LETTERS)) continue;
    range('A', 'Z');
    range('a', 'z');
    for (let c = 128; c < 256; c++) write(c, UNKNOWN);
  }
}
