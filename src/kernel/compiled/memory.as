// The kernel's memory where it is WebAssembly's own: the same functions as memory.ts.
@inline export function load8(at: i32): i32 { return load<u8>(at as usize) as i32; }
@inline export function load16(at: i32): i32 { return bswap<i16>(load<i16>(at as usize)) as i32; }
@inline export function load32(at: i32): i32 { return bswap<i32>(load<i32>(at as usize)); }
@inline export function store8(at: i32, value: i32): void { store<u8>(at as usize, value as u8); }
@inline export function store32(at: i32, value: i32): void { store<i32>(at as usize, bswap<i32>(value)); }
@inline export function storeLittle32(at: i32, value: i32): void { store<i32>(at as usize, value); }
@inline export function loadLittle32(at: i32): i32 { return load<i32>(at as usize); }
@inline export function move(to: i32, from: i32, count: i32): void { if (count > 0) memory.copy(to as usize, from as usize, count as usize); }
@inline export function remainder(value: i32, by: i32): i32 { return ((value as u32) % (by as u32)) as i32; }
export function addDays64(to: i32, from: i32, days: i32): i32 {
  const v = bswap<i64>(load<i64>(from as usize)); const d = (days as i64) * 86400000000;
  const s = v + d;
  if (((v ^ s) & (d ^ s)) < 0) return 0;
  if (s == i64.MIN_VALUE || s == i64.MAX_VALUE) return 0;
  store<i64>(to as usize, bswap<i64>(s)); return 1;
}
export function band64(to: i32, from: i32, thousandths: i32): i32 {
  const v = bswap<i64>(load<i64>(from as usize)); const t = thousandths as i64;
  const d = (v / 1000) * t + ((v % 1000) * t) / 1000;
  const s = v + d;
  if (((v ^ s) & (d ^ s)) < 0) return 0;
  store<i64>(to as usize, bswap<i64>(s)); return 1;
}
export function writeDecimal64(to: i32, top: i32, low: i32): i32 {
  const v = ((top as i64) << 32) | ((low as u32) as i64);
  let rest: u64 = v < 0 ? (0 - (v as u64)) : (v as u64);
  let count = 1; for (let r: u64 = rest; r >= 10; r /= 10) count += 1;
  for (let i = count - 1; i >= 0; i--) { store<u8>((to + i) as usize, (48 + (rest % 10)) as u8); rest /= 10; }
  return count;
}
export function splitDay64(to: i32, from: i32): void {
  const day: i64 = 86400000000; const v = bswap<i64>(load<i64>(from as usize));
  let rest = v % day; if (rest < 0) rest += day;
  store32(to, ((v - rest) / day) as i32); store32(to + 4, (rest / 1000000) as i32); store32(to + 8, (rest % 1000000) as i32);
}
