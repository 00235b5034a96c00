import fc from 'fast-check';
import { expect, test } from 'vitest';
import { below, draw, keyFor, longTail, shuffled, unit } from './chance.ts';

const key = fc.integer({ min: 0, max: 0xffff_ffff });

test('another order has each number once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), key, (count, seed) => {
      const order = shuffled(count, seed);
      expect(new Set(Array.from({ length: count }, (_, i) => order(i))).size).toBe(count);
      for (let i = 0; i < count; i++) expect(order(i)).toBeLessThan(count);
    }),
  );
});

test('the same place and row give the same number, within its bounds; another seed, place or row another', () => {
  fc.assert(
    fc.property(key, fc.string(), fc.nat(), fc.integer({ min: 1, max: 1e9 }), (seed, place, row, count) => {
      const at = keyFor(seed, place);
      expect(draw(at, row)).toBe(draw(keyFor(seed, place), row));
      expect(unit(at, row)).toBeLessThan(1);
      for (const found of [below(count, at, row), longTail(count, at, row)]) {
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThan(count);
      }
    }),
  );
  const places = ['a', 'b', 'ab', 'ba', 'public.users.id', 'public.users.ie'].flatMap((place) =>
    [1, 2].map((seed) => keyFor(seed, place)),
  );
  const drawn = places.flatMap((place) => Array.from({ length: 2000 }, (_, row) => draw(place, row)));
  // 24,000 of 2³²: about 0.07 pairs are one by chance.
  expect(new Set(drawn).size).toBeGreaterThan(drawn.length - 5);
});

test('numbers are even, and a long tail is long', () => {
  const at = keyFor(1, 'x');
  const counts = Array.from({ length: 10 }, () => 0);
  for (let row = 0; row < 100_000; row++) counts[below(10, at, row)]! += 1;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  const first = Array.from({ length: 100_000 }, (_, row) => longTail(1000, at, row)).filter(
    (found) => found < 100,
  ).length;
  expect(first / 100_000).toBeGreaterThan(0.44);
  expect(first / 100_000).toBeLessThan(0.49);
});
