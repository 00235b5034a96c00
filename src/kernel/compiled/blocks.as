// Sixteen bytes in one register: the same functions as blocks.ts.
export const BLOCK_BYTES: i32 = 16;
export const WHOLE_BLOCK: i32 = 0xffff;
@inline function within(v: v128, first: i32, count: i32): v128 { return i8x16.lt_u(i8x16.sub(v, i8x16.splat(first as i8)), i8x16.splat(count as i8)); }
@inline function equal(v: v128, c: i32): v128 { return i8x16.eq(v, i8x16.splat(c as i8)); }
@inline export function blockUntil(at: i32, end: i32): i32 { return end - at < BLOCK_BYTES ? (1 << (end - at)) - 1 : WHOLE_BLOCK; }
@inline export function foldBlock(to: i32, from: i32): void {
  const v = v128.load(from as usize);
  v128.store(to as usize, v128.or(v, v128.and(within(v, 65, 26), i8x16.splat(32))));
}
@inline export function beyondIn(at: i32): i32 { return i8x16.bitmask(v128.load(at as usize)); }
@inline export function wordsIn(at: i32): i32 {
  const v = v128.load(at as usize);
  return i8x16.bitmask(v128.or(v128.or(within(v128.or(v, i8x16.splat(32)), 97, 26), within(v, 48, 10)), v128.or(equal(v, 95), equal(v, 45))));
}
@inline export function digitsIn(at: i32): i32 { return i8x16.bitmask(within(v128.load(at as usize), 48, 10)); }
@inline export function hexIn(at: i32): i32 {
  const v = v128.load(at as usize);
  return i8x16.bitmask(v128.or(within(v, 48, 10), within(v128.or(v, i8x16.splat(32)), 97, 6)));
}
@inline export function equalIn(at: i32, c: i32): i32 { return i8x16.bitmask(equal(v128.load(at as usize), c)); }
export function textIn(at: i32, before: bool): i32 {
  const v = v128.load(at as usize);
  const plain = i8x16.bitmask(v128.or(within(v, 32, 95), within(v, 9, 5)));
  const follows = i8x16.bitmask(within(v, 0x80, 0x40));
  const leads = i8x16.bitmask(within(v, 0xc2, 0x33));
  const open = ((follows | leads) << 1) | (before as i32);
  return (plain | (follows & open) | (leads & ((follows >> 1) | 0x8000))) & WHOLE_BLOCK;
}
export function decodeBlock(to: i32, from: i32): void {
  const v = v128.load(from as usize);
  let s = v128.bitselect(i8x16.sub(v, i8x16.splat(65)), i8x16.splat(63), within(v, 65, 26));
  s = v128.bitselect(i8x16.sub(v, i8x16.splat(71)), s, within(v, 97, 26));
  s = v128.bitselect(i8x16.add(v, i8x16.splat(4)), s, within(v, 48, 10));
  s = v128.bitselect(i8x16.splat(62), s, v128.or(equal(v, 43), equal(v, 45)));
  const pairs = v128.or(i16x8.shl(v128.and(s, i16x8.splat(0xff)), 6), i16x8.shr_u(s, 8));
  const fours = v128.or(i32x4.shl(v128.and(pairs, i32x4.splat(0xffff)), 12), i32x4.shr_u(pairs, 16));
  v128.store(to as usize, i8x16.swizzle(fours, i8x16(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1)));
}
@inline export function lowest(bits: i32): i32 { return ctz<i32>(bits); }
@inline export function highest(bits: i32): i32 { return 31 - clz<i32>(bits); }
@inline export function countBits(bits: i32): i32 { return popcnt<i32>(bits); }
@inline export function eightInRow(bits: i32): i32 {
  const twos = bits & (bits >>> 1); const fours = twos & (twos >>> 2);
  return fours & (fours >>> 4);
}
export function nextDigit(from: i32, end: i32): i32 {
  for (let i = from; i < end; i += BLOCK_BYTES) {
    const bits = digitsIn(i);
    if (bits !== 0) return min(i + lowest(bits), end);
  }
  return end;
}
export function nextEqual(from: i32, end: i32, c: i32): i32 {
  for (let i = from; i < end; i += BLOCK_BYTES) {
    const bits = equalIn(i, c);
    if (bits !== 0) return min(i + lowest(bits), end);
  }
  return end;
}
export function nextQuote(from: i32, end: i32): i32 {
  for (let i = from; i < end; i += BLOCK_BYTES) {
    const v = v128.load(i as usize);
    const bits = i8x16.bitmask(v128.or(equal(v, 34), equal(v, 92)));
    if (bits !== 0) return min(i + lowest(bits), end);
  }
  return end;
}
