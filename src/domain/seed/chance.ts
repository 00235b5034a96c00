// Chance that is none: the same seed, place and row give the same number, whatever was drawn before.

const PRIME = 0x85ebca6b;
const OTHER = 0xc2b2ae35;

function stir(bits: number): number {
  let h = bits ^ (bits >>> 16);
  h = Math.imul(h, PRIME);
  h ^= h >>> 13;
  h = Math.imul(h, OTHER);
  return h ^ (h >>> 16);
}

/** A key for a place: of a table, of a column of it. */
export function keyFor(seed: number, place: string): number {
  let h = stir(seed ^ 0x9e3779b9);
  for (let i = 0; i < place.length; i++) h = stir(h ^ Math.imul(place.charCodeAt(i) + i, OTHER));
  return h >>> 0;
}

/** 32 bits without a sign. `salt` tells several numbers of one row apart. */
export const draw = (key: number, row: number, salt = 0): number =>
  stir(stir(key ^ Math.imul(row, 0x9e3779b1) ^ Math.floor(row / 2 ** 32)) ^ Math.imul(salt + 1, PRIME)) >>> 0;

/** From 0, below 1. */
export const unit = (key: number, row: number, salt = 0): number => draw(key, row, salt) / 2 ** 32;

/** A whole number from 0, below `count`. */
export const below = (count: number, key: number, row: number, salt = 0): number =>
  Math.floor(unit(key, row, salt) * count);

export const pick = <T>(from: readonly T[], key: number, row: number, salt = 0): T =>
  from[below(from.length, key, row, salt)]!;

function commonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}

/** Numbers below `count` in another order: each comes once. Meant for at most 2³⁰ of them. */
export function shuffled(count: number, key: number): (index: number) => number {
  if (count <= 1) return (index) => index;
  let step = (Math.floor(count * 0.618) % 2 ** 20) + 1;
  while (commonDivisor(step, count) !== 1) step += 1;
  const from = draw(key, count);
  return (index) => (index * step + (from % count)) % count;
}

/** As in life: a tenth of the parents has about half of the children, half of them a fifth. Below `count`. */
export const longTail = (count: number, key: number, row: number, salt = 0): number =>
  Math.floor(count * unit(key, row, salt) ** 3);
