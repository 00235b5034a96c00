import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestSequence } from './sequence.ts';

describe('requestSequence', () => {
  it('gives every stretch each request nearly in proportion to its weight', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 });
    const place = fc.record({ seed: fc.integer(), from: fc.integer({ min: 0, max: 100_000 }) });
    fc.assert(
      fc.property(weights, place, (shares, { seed, from }) => {
        const choose = requestSequence(shares, seed);
        const counts = shares.map(() => 0);
        const stretch = 200;
        for (let index = from; index < from + stretch; index++) counts[choose(index)]!++;
        const total = shares.reduce((sum, share) => sum + share, 0);
        for (const [choice, share] of shares.entries()) {
          expect(Math.abs(counts[choice]! - (stretch * share) / total)).toBeLessThan(5);
        }
      }),
    );
  });

  it('is the same for the same seed, another for another', () => {
    const first = (seed: number): number[] =>
      Array.from({ length: 50 }, (_, index) => requestSequence([1, 1, 2], seed)(index));
    expect(first(7)).toEqual(first(7));
    expect(first(7)).not.toEqual(first(8));
  });
});
