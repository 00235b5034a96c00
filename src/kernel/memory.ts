// The only file of the kernel, with siphash.ts, that knows what its memory is. A WebAssembly build brings its own of both; the others stay as they are.
let bytes = new Uint8Array(0);
let view = new DataView(bytes.buffer);

/** One kernel a thread: whoever works next hands in the memory that he laid out. */
export function useMemory(memory: Uint8Array<ArrayBuffer>): void {
  bytes = memory;
  view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
}

export const load8 = (at: i32): i32 => bytes[at]!;
export const load16 = (at: i32): i32 => view.getInt16(at);
/** Numbers of the wire have their highest byte first. */
export const load32 = (at: i32): i32 => view.getInt32(at);
export function store8(at: i32, value: i32): void {
  bytes[at] = value;
}
export function store32(at: i32, value: i32): void {
  view.setInt32(at, value);
}
/** As this machine's arrays of numbers have it: its lowest byte first. */
export function storeLittle32(at: i32, value: i32): void {
  view.setInt32(at, value, true);
}
export const loadLittle32 = (at: i32): i32 => view.getInt32(at, true);
export function move(to: i32, from: i32, count: i32): void {
  if (count > 0) bytes.copyWithin(to, from, from + count);
}

/** Of two numbers without a sign. */
export const remainder = (value: i32, by: i32): i32 => ((value >>> 0) % by) | 0;

const DAY_MICROS = 86_400_000_000n;
/** Adds days to the microseconds at `from`, writes them to `to`; 0 when they would not be a time any more. */
export function addDays64(to: i32, from: i32, days: i32): i32 {
  const sum = view.getBigInt64(from) + BigInt(days) * DAY_MICROS;
  if (sum <= -(2n ** 63n) || sum >= 2n ** 63n - 1n) return 0;
  view.setBigInt64(to, sum);
  return 1;
}

/** Adds `thousandths` of the value at `from` to it, towards zero; 0 when it no longer fits. */
export function band64(to: i32, from: i32, thousandths: i32): i32 {
  const value = view.getBigInt64(from);
  const sum = value + (value * BigInt(thousandths)) / 1000n;
  if (sum < -(2n ** 63n) || sum > 2n ** 63n - 1n) return 0;
  view.setBigInt64(to, sum);
  return 1;
}

/** Whole days of the microseconds at `from`, then seconds and microseconds of the day that has begun. Also before the first day. */
export function splitDay64(to: i32, from: i32): void {
  const micros = view.getBigInt64(from);
  const rest = ((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
  store32(to, Number((micros - rest) / DAY_MICROS));
  store32(to + 4, Number(rest / 1_000_000n));
  store32(to + 8, Number(rest % 1_000_000n));
}

/** The digits of a whole number of 64 bits without its sign; how many there are. */
export function writeDecimal64(to: i32, top: i32, low: i32): i32 {
  const value = (BigInt(top) << 32n) | BigInt(low >>> 0);
  const digits = String(value < 0n ? -value : value);
  for (let i = 0; i < digits.length; i++) store8(to + i, digits.charCodeAt(i));
  return digits.length;
}
