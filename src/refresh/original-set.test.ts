import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openOriginalSet } from './original-set.ts';

test('it has what was added and nothing else, in at most 16 bytes each, however many', () => {
  const set = openOriginalSet(new Uint8Array(16).fill(7));
  for (let i = 0; i < 20_000; i++) set.add(`original ${i}`, 1);
  for (let i = 0; i < 20_000; i += 7) set.add(`original ${i}`, 1);
  expect(set.count()).toBe(20_000);
  expect(set.sizeBytes() / set.count()).toBeLessThanOrEqual(16);
  for (let i = 0; i < 20_000; i += 13) expect([set.has(`original ${i}`), set.has(`other ${i}`)]).toEqual([true, false]);
});

test('a model of sets of any texts, long ones too', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }),
      fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }),
      (added, asked) => {
        const set = openOriginalSet(new Uint8Array(16).fill(9));
        for (const each of added) set.add(each, 1);
        const model = new Set(added.map((each) => each.toWellFormed()));
        for (const each of [...added, ...asked]) expect(set.has(each)).toBe(model.has(each.toWellFormed()));
      },
    ),
    { numRuns: 25 },
  );
  const long = 'x'.repeat(100_000);
  const set = openOriginalSet(new Uint8Array(16));
  set.add(long, 1);
  expect(set.has(long)).toBe(true);
});

test('an original is of the origin that it was added with, and of no other', () => {
  const set = openOriginalSet(new Uint8Array(16).fill(5));
  for (let i = 0; i < 3_000; i++) set.add(`original ${i}`, 1 + (i % 6));
  set.add('original 0', 6);
  expect(set.count()).toBe(3_000);
  for (let i = 0; i < 3_000; i += 11) {
    const own = [1, 2, 3, 4, 5, 6].filter((origin) => set.isOf(`original ${i}`, origin));
    expect(own).toEqual(i === 0 ? [1, 6] : [1 + (i % 6)]);
    expect([set.has(`original ${i}`), set.has(`other ${i}`)]).toEqual([true, false]);
  }
});
