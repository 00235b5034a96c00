// Addresses of machines as PostgreSQL sends them, of either family, with any network.
import fc from 'fast-check';

const valueOf = (bytes: Buffer, bits: number): Buffer =>
  Buffer.concat([Buffer.from([bytes.length === 4 ? 2 : 3, bits, 0, bytes.length]), bytes]);
const group = fc.oneof(
  fc.constant(0),
  fc.constantFrom(1, 0xf, 0x10, 0xff, 0x100, 0xfff, 0x1000, 0xffff),
  fc.nat(0xffff),
);
const six = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => {
  const bytes = Buffer.alloc(16);
  for (const [i, each] of groups.entries()) bytes.writeUInt16BE(each, i * 2);
  return bytes;
});
const four = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes));

export const anyAddress = fc.oneof(
  fc.tuple(four, fc.oneof(fc.constant(32), fc.nat(32))).map(([bytes, bits]) => valueOf(bytes, bits)),
  fc.tuple(six, fc.oneof(fc.constant(128), fc.nat(128))).map(([bytes, bits]) => valueOf(bytes, bits)),
);

const sixOf = (...groups: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(16);
  for (const [i, each] of groups.entries()) bytes.writeUInt16BE(each, (8 - groups.length + i) * 2);
  return valueOf(bytes, 128);
};
/** Those that have a way of their own to be written. */
export const addresses = [
  ...[sixOf(0), sixOf(1), sixOf(2), sixOf(0xcb00, 0x7107), sixOf(0xffff, 0xcb00, 0x7107), sixOf(1, 0xcb00, 0x7107)],
  ...[
    sixOf(1, 0, 0, 0, 0, 0, 0, 0),
    sixOf(1, 0, 0, 1, 0, 0, 0, 1),
    sixOf(1, 0, 0, 2, 0, 0, 3, 4),
    sixOf(1, 0, 2, 3, 4, 5, 6, 7),
  ],
];
