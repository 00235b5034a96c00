// What the kernel is told of the forms that it looks for, before it looks.
import { ENDS, FEWEST_SIGNS, FILTER, FILTER_SHIFT, MOST_FILTER_BYTES, NIBBLES, SEXTETS, SIGN } from './layout.ts';
import type { Keeper } from './ask.ts';
import * as sign from './sought.ts';
import { bitsOf } from './sought.ts';

export interface Sought {
  /** One bit for each of what is known of their lengths and ends. */
  readonly ends: Uint8Array;
  /** Made by `filterOf`. */
  readonly filter: Uint8Array;
  readonly has: Keeper['has'];
}

/** As `bitsOf` of domain/refresh/originals.ts counts them. */
const FEWEST_BITS = 20;

/** A word of four bytes is found by the first bits of a hash. */
const shiftOf = (filter: Uint8Array): number => 32 - Math.log2(filter.length / 4);

/** As many bits for each as keep nearly every other hash out. `hashes`: pairs of halves, in order, so that the filter is written from one end to the other. */
export function filterOf(hashes: Uint32Array): Uint8Array<SharedArrayBuffer> {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(2, hashes.length) / 4)) * 4;
  const filter = new Uint8Array(new SharedArrayBuffer(Math.min(MOST_FILTER_BYTES, Math.max(8, wanted))));
  const view = new DataView(filter.buffer);
  const shift = shiftOf(filter);
  for (let i = 0; i < hashes.length; i += 2) {
    const [low, high] = [hashes[i]!, hashes[i + 1]!];
    const at = (high >>> shift) * 4;
    view.setInt32(at, view.getInt32(at) | bitsOf(low));
  }
  return filter;
}

export function writeSought(memory: Uint8Array, { ends, filter }: Sought): void {
  const view = new DataView(memory.buffer, memory.byteOffset);
  view.setInt32(FILTER_SHIFT, shiftOf(filter));
  memory.set(ends, ENDS);
  memory.set(filter, FILTER);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Of mails, and of addresses and file names. */
const base64 = [`${alphabet}+/`, `${alphabet}-_`];

/** What each byte of a text may be part of, after it was folded; a capital before. What it stands for where bytes are written as text. And of how many signs a form must be. */
export function writeSigns(memory: Uint8Array): void {
  const kinds: readonly [RegExp, number][] = [
    [/[A-Za-z0-9_-]/, sign.WORD],
    [/[0-9]/, sign.DIGIT],
    [/\s/, sign.BLANK],
    [/[A-Z]/, sign.CAPITAL],
    [/[^\s@<>"'(),;:=[\]{}]/, sign.ADDRESS],
    [/[a-z0-9-]/, sign.DOMAIN],
    [/[0-9 ()./-]/, sign.NUMBER],
  ];
  for (let c = 0; c < 128; c++) {
    const character = String.fromCharCode(c);
    memory[SIGN + c] = kinds.reduce((all, [shape, kind]) => (shape.test(character) ? all | kind : all), 0);
  }
  for (let c = 0; c < 256; c++) {
    const character = String.fromCharCode(c);
    memory[SEXTETS + c] = Math.max(...base64.map((signs) => signs.indexOf(character))) & 0xff;
    memory[NIBBLES + c] = /[\da-f]/i.test(character) ? Number.parseInt(character, 16) : 0xff;
  }
  // Followers of the letters that are folded; those of other signs are never asked about.
  memory.fill(sign.WORD | sign.ADDRESS | sign.DOMAIN, SIGN + 0x80, SIGN + 0xc0);
  memory.fill(sign.BEYOND, SIGN + 0xc0, SIGN + 0x100);
  memory[SIGN + 0xc3]! |= sign.WORD | sign.ADDRESS | sign.DOMAIN;
  // No number of equal signs tells anything.
  for (let different = 2; different < 128; different++) {
    let count = 1;
    while (count * Math.log2(different) < FEWEST_BITS) count += 1;
    memory[FEWEST_SIGNS + different] = count;
  }
}
