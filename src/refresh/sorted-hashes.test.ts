import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holds, openSortedHashes } from './sorted-hashes.ts';

/** Halves that are often the same, or at the ends. */
const half = fc.oneof(fc.constantFrom(0, 1, 7, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff), fc.nat(0xffff_ffff));
const pairs = fc.array(fc.tuple(half, half), { maxLength: 900 });

test('F100 each that was added stands there once, in its order, however they came; and no other', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), pairs), { maxLength: 4 }), pairs, (batches, others) => {
      const all = openSortedHashes();
      for (const [isJoined, batch] of batches)
        if (isJoined) all.join(Uint32Array.from(batch.flat()));
        else for (const [low, high] of batch) all.add(low, high);
      const numbers = batches.flatMap(([, batch]) => batch.map(([low, high]) => BigInt(low) | (BigInt(high) << 32n)));
      const model = [...new Set(numbers)].toSorted((a, b) => (a < b ? -1 : 1));
      const sorted = all.sorted();
      expect([...new BigUint64Array(sorted.buffer, 0, sorted.length / 2)]).toEqual(model);
      for (const [low, high] of [...others, ...batches.flatMap(([, batch]) => batch)])
        expect(holds(sorted, low, high)).toBe(model.includes(BigInt(low) | (BigInt(high) << 32n)));
    }),
    { numRuns: 60 },
  );
});

test('F100 half a million take 10 bytes each and a bit, and each is found', () => {
  const all = openSortedHashes();
  const at = (i: number): readonly [number, number] => [Math.imul(i, 0x9e3779b1) >>> 0, Math.imul(i, 0x85ebca6b) >>> 0];
  const COUNT = 500_000;
  for (let i = 0; i < COUNT; i++) all.add(...at(i));
  const sorted = all.sorted();
  expect(sorted.length / 2).toBe(COUNT);
  expect(all.sizeBytes() / COUNT).toBeLessThan(10.5);
  let [found, others] = [0, 0];
  for (let i = 0; i < COUNT; i++) {
    if (holds(sorted, ...at(i))) found += 1;
    if (holds(sorted, ...at(i + COUNT))) others += 1;
  }
  expect([found, others]).toEqual([COUNT, 0]);
});
