// SipHash-2-4 (Aumasson, Bernstein 2012) on halves of 32 bits, because plain numbers have no 64. A WebAssembly build brings its own file.
import { load8, load32 } from './memory.ts';

/** The two halves of the last hash. */
export let hashLow: i32 = 0;
export let hashHigh: i32 = 0;

let a0 = 0;
let a1 = 0;
let b0 = 0;
let b1 = 0;
let c0 = 0;
let c1 = 0;
let d0 = 0;
let d1 = 0;

const swap = (v: i32): i32 => ((v & 255) << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24);
/** Lowest byte first, as the hash reads. */
const little = (at: i32): i32 => swap(load32(at));

function round(): void {
  let low = (a0 >>> 0) + (b0 >>> 0);
  a1 = (a1 + b1 + (low > 0xffffffff ? 1 : 0)) | 0;
  a0 = low | 0;
  let t = ((b0 << 13) | (b1 >>> 19)) ^ a0;
  b1 = ((b1 << 13) | (b0 >>> 19)) ^ a1;
  b0 = t;
  t = a0;
  a0 = a1;
  a1 = t;
  low = (c0 >>> 0) + (d0 >>> 0);
  c1 = (c1 + d1 + (low > 0xffffffff ? 1 : 0)) | 0;
  c0 = low | 0;
  t = ((d0 << 16) | (d1 >>> 16)) ^ c0;
  d1 = ((d1 << 16) | (d0 >>> 16)) ^ c1;
  d0 = t;
  low = (a0 >>> 0) + (d0 >>> 0);
  a1 = (a1 + d1 + (low > 0xffffffff ? 1 : 0)) | 0;
  a0 = low | 0;
  t = ((d0 << 21) | (d1 >>> 11)) ^ a0;
  d1 = ((d1 << 21) | (d0 >>> 11)) ^ a1;
  d0 = t;
  low = (c0 >>> 0) + (b0 >>> 0);
  c1 = (c1 + b1 + (low > 0xffffffff ? 1 : 0)) | 0;
  c0 = low | 0;
  t = ((b0 << 17) | (b1 >>> 15)) ^ c0;
  b1 = ((b1 << 17) | (b0 >>> 15)) ^ c1;
  b0 = t;
  t = c0;
  c0 = c1;
  c1 = t;
}

function take(low: i32, high: i32): void {
  d0 ^= low;
  d1 ^= high;
  round();
  round();
  a0 ^= low;
  a1 ^= high;
}

function begin(key: i32): void {
  const k0 = little(key);
  const k1 = little(key + 4);
  const k2 = little(key + 8);
  const k3 = little(key + 12);
  a0 = k0 ^ 0x70736575;
  a1 = k1 ^ 0x736f6d65;
  b0 = k2 ^ 0x6e646f6d;
  b1 = k3 ^ 0x646f7261;
  c0 = k0 ^ 0x6e657261;
  c1 = k1 ^ 0x6c796765;
  d0 = k2 ^ 0x79746573;
  d1 = k3 ^ 0x74656462;
}

/** Hashes `length` bytes at `at` under the 16 bytes at `key`, into `hashLow` and `hashHigh`. */
export function hash(key: i32, at: i32, length: i32): void {
  begin(key);
  const whole = at + (length & ~7);
  for (let p = at; p < whole; p += 8) take(little(p), little(p + 4));
  let low = 0;
  let high = length << 24;
  for (let i = 0; i < (length & 7); i++) {
    const byte = load8(whole + i);
    if (i < 4) low |= byte << (i << 3);
    else high |= byte << ((i - 4) << 3);
  }
  take(low, high);
  c0 ^= 255;
  for (let i = 0; i < 4; i++) round();
  hashLow = a0 ^ b0 ^ c0 ^ d0;
  hashHigh = a1 ^ b1 ^ c1 ^ d1;
}
