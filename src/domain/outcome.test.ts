import fc from 'fast-check';
import { expect, test } from 'vitest';
import { worst, type Outcome } from './outcome.ts';

const order: readonly Outcome[] = ['pass', 'skip', 'warn', 'error', 'fail'];

test('the worst of several is the one that is furthest from a pass, in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...order), { minLength: 1 }), (outcomes) => {
      const expected = order[Math.max(...outcomes.map((each) => order.indexOf(each)))];
      expect(worst(outcomes)).toBe(expected);
      expect(worst(outcomes.toReversed())).toBe(expected);
    }),
  );
});

test('nothing measured is never a pass', () => {
  expect(worst([])).toBe('error');
});
