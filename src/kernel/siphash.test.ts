import fc from 'fast-check';
import { expect, test } from 'vitest';
import { useMemory } from './memory.ts';
import { hash, hashHigh, hashLow } from './siphash.ts';

const memory = new Uint8Array(4096);
const hashOf = (key: Uint8Array, text: Uint8Array): bigint => {
  useMemory(memory);
  memory.set(key, 0);
  memory.set(text, 16);
  hash(0, 16, text.length);
  return (BigInt(hashHigh >>> 0) << 32n) | BigInt(hashLow >>> 0);
};

const upTo = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => i);

// From the authors' reference implementation, `vectors.h`: key 00…0f, text 00…, read lowest byte first.
test.each([
  [0, 0x726fdb47dd0e0e31n],
  [1, 0x74f839c593dc67fdn],
  [7, 0xab0200f58b01d137n],
  [8, 0x93f5f5799a932462n],
  [15, 0xa129ca6149be45e5n],
  [63, 0x958a324ceb064572n],
])('the vector of %i bytes', (count, expected) => expect(hashOf(upTo(16), upTo(count))).toBe(expected));

/** The same with whole 64-bit numbers, slowly. */
function byBigInt(key: Uint8Array, text: Uint8Array): bigint {
  const mask = (1n << 64n) - 1n;
  const read = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const turn = (v: bigint, by: bigint): bigint => ((v << by) | (v >> (64n - by))) & mask;
  const [k0, k1] = [read(key.subarray(0, 8)), read(key.subarray(8))];
  let [v0, v1, v2, v3] = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ];
  const round = (): void => {
    v0 = (v0 + v1) & mask;
    v1 = turn(v1, 13n) ^ v0;
    v0 = turn(v0, 32n);
    v2 = (v2 + v3) & mask;
    v3 = turn(v3, 16n) ^ v2;
    v0 = (v0 + v3) & mask;
    v3 = turn(v3, 21n) ^ v0;
    v2 = (v2 + v1) & mask;
    v1 = turn(v1, 17n) ^ v2;
    v2 = turn(v2, 32n);
  };
  const whole = text.length - (text.length % 8);
  const blocks = Array.from({ length: whole / 8 }, (_, i) => read(text.subarray(i * 8, i * 8 + 8)));
  for (const block of [...blocks, read(text.subarray(whole)) | (BigInt(text.length & 255) << 56n)]) {
    v3 ^= block;
    round();
    round();
    v0 ^= block;
  }
  v2 ^= 255n;
  for (let i = 0; i < 4; i++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

test('as the definition with 64-bit numbers, for any key and text', () => {
  const bytes = (most: number, least = 0) => fc.uint8Array({ minLength: least, maxLength: most });
  fc.assert(
    fc.property(bytes(16, 16), bytes(300), (key, text) => {
      expect(hashOf(key, text)).toBe(byBigInt(key, text));
    }),
    { numRuns: 300 },
  );
});
