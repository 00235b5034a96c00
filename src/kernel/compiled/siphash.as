// SipHash-2-4 on whole 64-bit numbers. May read, and leaves out, up to seven bytes behind the text.
export let hashLow: i32 = 0;
export let hashHigh: i32 = 0;
export function hash(k: i32, p_: i32, len: i32): void {
  let p = p_ as usize;
  let k0 = load<u64>(k as usize), k1 = load<u64>(k as usize + 8);
  let v0: u64 = k0 ^ 0x736f6d6570736575, v1: u64 = k1 ^ 0x646f72616e646f6d, v2: u64 = k0 ^ 0x6c7967656e657261, v3: u64 = k1 ^ 0x7465646279746573;
  let end = p + (len & ~7);
  let m: u64;
  for (; p < end; p += 8) {
    m = load<u64>(p); v3 ^= m;
    v0 += v1; v1 = rotl<u64>(v1, 13); v1 ^= v0; v0 = rotl<u64>(v0, 32); v2 += v3; v3 = rotl<u64>(v3, 16); v3 ^= v2; v0 += v3; v3 = rotl<u64>(v3, 21); v3 ^= v0; v2 += v1; v1 = rotl<u64>(v1, 17); v1 ^= v2; v2 = rotl<u64>(v2, 32);
    v0 += v1; v1 = rotl<u64>(v1, 13); v1 ^= v0; v0 = rotl<u64>(v0, 32); v2 += v3; v3 = rotl<u64>(v3, 16); v3 ^= v2; v0 += v3; v3 = rotl<u64>(v3, 21); v3 ^= v0; v2 += v1; v1 = rotl<u64>(v1, 17); v1 ^= v2; v2 = rotl<u64>(v2, 32);
    v0 ^= m;
  }
  m = (len as u64) << 56;
  let rem = len & 7;
  if (rem) m |= load<u64>(p) & (((1 as u64) << ((rem as u64) << 3)) - 1);
  v3 ^= m;
  for (let i = 0; i < 2; i++) { v0 += v1; v1 = rotl<u64>(v1, 13); v1 ^= v0; v0 = rotl<u64>(v0, 32); v2 += v3; v3 = rotl<u64>(v3, 16); v3 ^= v2; v0 += v3; v3 = rotl<u64>(v3, 21); v3 ^= v0; v2 += v1; v1 = rotl<u64>(v1, 17); v1 ^= v2; v2 = rotl<u64>(v2, 32); }
  v0 ^= m; v2 ^= 0xff;
  for (let i = 0; i < 4; i++) { v0 += v1; v1 = rotl<u64>(v1, 13); v1 ^= v0; v0 = rotl<u64>(v0, 32); v2 += v3; v3 = rotl<u64>(v3, 16); v3 ^= v2; v0 += v3; v3 = rotl<u64>(v3, 21); v3 ^= v0; v2 += v1; v1 = rotl<u64>(v1, 17); v1 ^= v2; v2 = rotl<u64>(v2, 32); }
  let r = v0 ^ v1 ^ v2 ^ v3;
  hashLow = r as i32; hashHigh = (r >> 32) as i32;
}
