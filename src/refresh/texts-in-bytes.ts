// What reads as text in bytes of any kind, whether they come as they are or as PostgreSQL writes them. Of UTF-8 alone, as a stretch that nothing else interrupts.
import { SHORTEST_RUN } from '../kernel/look-text.ts';
import { LONGEST_AGAIN, SHORTEST_FORM } from '../kernel/sought.ts';

/** Blanks, and what ASCII shows. */
const isShown = Uint8Array.from({ length: 256 }, (_, c) => Number((c >= 9 && c <= 13) || (c >= 32 && c < 127)));

/** Stretches of text; shorter ones hold nothing that is sought. Most bytes of pictures are none, so they are told apart before anything is decoded. */
export function textsInBytes(bytes: Buffer): readonly string[] {
  const texts: string[] = [];
  let [from, signCount] = [0, 0];
  for (let at = 0; at <= bytes.length;) {
    const byteCount = at === bytes.length ? 0 : isShown[bytes[at]!] === 1 ? 1 : signBeyond(bytes, at);
    at += byteCount;
    if (byteCount > 0) {
      signCount += byteCount === 4 ? 2 : 1;
      continue;
    }
    if (signCount >= SHORTEST_FORM) texts.push(bytes.toString('utf8', from, at));
    at += 1;
    [from, signCount] = [at, 0];
  }
  return texts;
}

const follows = (c: number | undefined): boolean => c !== undefined && (c & 0xc0) === 0x80;

/** How many bytes the sign beyond ASCII has that begins there; 0 when none does, as Unicode's table of well-formed bytes says, and for the one that stands for what is none. */
function signBeyond(bytes: Buffer, at: number): number {
  const [first, second] = [bytes[at]!, bytes[at + 1]!];
  if (first < 0xc2 || first > 0xf4 || !follows(second)) return 0;
  if (first < 0xe0) return 2;
  if (!follows(bytes[at + 2])) return 0;
  if (first < 0xf0) {
    const isNone = (first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f);
    return isNone || (first === 0xef && second === 0xbf && bytes[at + 2] === 0xbd) ? 0 : 3;
  }
  const isNone = (first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f);
  return isNone || !follows(bytes[at + 3]) ? 0 : 4;
}

const tableOf = (signs: RegExp): Uint8Array =>
  Uint8Array.from({ length: 128 }, (_, c) => Number(signs.test(String.fromCharCode(c))));
const [base64, hexadecimal] = [tableOf(/[\w+/-]/), tableOf(/[\da-f]/i)];
/** Fewer stand for nothing that is sought. */
const FEWEST_DIGITS = 2 * SHORTEST_FORM;

/** No expression: of a run of megabytes it would need more stack than there is. */
function runsIn(text: string, signs: Uint8Array, shortest: number): readonly string[] {
  const runs: string[] = [];
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    if (signs[text.charCodeAt(at)] === 1) continue;
    if (at - from >= shortest) runs.push(text.slice(from, at));
    from = at + 1;
  }
  return runs;
}

const escape = /%([\da-fA-F]{2})|\\u([\da-fA-F]{4})|\\[nrt]/g;

/** What stands in a text in other signs: Base64 of both alphabets, hexadecimal, and the escapes of URLs and of JSON. Once, and not what is so inside of these. */
export function textsDecoded(text: string): readonly string[] {
  // Slashes part a path, and belong to Base64 too.
  const parts = runsIn(text, base64, SHORTEST_RUN).flatMap((run) => {
    const between = run.includes('/') ? run.split('/').filter(({ length }) => length >= SHORTEST_RUN) : [];
    return [...begunBefore(run, 4), ...between];
  });
  const hexes = runsIn(text, hexadecimal, FEWEST_DIGITS).flatMap((run) => begunBefore(run, 2));
  const unescaped = Buffer.from(text).toString('latin1').replaceAll(escape, unescape);
  const isAny = unescaped.length !== Buffer.byteLength(text);
  return [
    ...parts.flatMap((part) => textsInBytes(Buffer.from(part, 'base64'))),
    ...hexes.flatMap((hex) => textsInBytes(Buffer.from(hex, 'hex'))),
    ...(isAny ? textsInBytes(Buffer.from(unescaped, 'latin1')) : []),
  ];
}

/** A run, and where it is so long that its beginning may not be there, also from its next signs on: of so many one begins a byte. */
const begunBefore = (run: string, signCount: number): readonly string[] =>
  Array.from({ length: run.length > LONGEST_AGAIN ? signCount : 1 }, (_, first) => run.slice(first));

/** Bytes as signs of Latin-1. What begins a line, or parts two words, is a blank. */
function unescape(_: string, byte: string | undefined, unit: string | undefined): string {
  if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16));
  return unit === undefined ? ' ' : Buffer.from(String.fromCharCode(Number.parseInt(unit, 16))).toString('latin1');
}

/** Whether a text is nothing but such bytes, and not digits alone. */
export const isWritten = (text: string): boolean =>
  text.startsWith('\\x') && /[a-f]/.test(text) && !/[^\da-f]/.test(text.slice(2));

/** As PostgreSQL writes them; no more than of what a value is looked for as a whole, but all of digits alone. */
export function writtenBytes(bytes: Buffer): string {
  const start = `\\x${bytes.toString('hex', 0, 255)}`;
  return isWritten(start) ? start : `\\x${bytes.toString('hex')}`;
}
