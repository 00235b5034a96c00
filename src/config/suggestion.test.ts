import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { editDistance, nearest, useOneOf } from './suggestion.ts';

it.each([
  ['kitten', 'sitting', 3],
  ['htpp', 'http', 1],
  ['ab', 'ba', 1],
  ['', 'abc', 3],
  ['same', 'same', 0],
])('%s → %s takes %i edits', (a, b, edits) => expect(editDistance(a, b)).toBe(edits));

it('is symmetric, and zero only for equal words', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }),
    { numRuns: 300 },
  );
});

it('suggests what was meant, and nothing far-fetched', () => {
  expect(nearest('lockTimeout', ['lock-timeout', 'budget'])).toBe('lock-timeout');
  expect(nearest('prodution', ['staging', 'production'])).toBe('production');
  expect(nearest('zebra', ['staging', 'production'])).toBeNull();
  expect(useOneOf('zebra', ['a', 'b'])).toBe('Use one of "a", "b".');
});
