import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lastGood, type Lived } from './last-good.ts';

const deploy = (releaseId: string): Lived => ({ releaseId, purpose: 'deploy' });
const back = (releaseId: string): Lived => ({ releaseId, purpose: 'roll-back' });

describe('the release to return to', () => {
  test.each<[string, readonly Lived[], string | null]>([
    ['nothing has lived', [], null],
    ['only one has', [deploy('a')], null],
    ['the one before', [deploy('a'), deploy('b')], 'a'],
    ['the same release twice is one', [deploy('a'), deploy('b'), deploy('b')], 'a'],
    ['never the one that was left by a rollback', [deploy('a'), deploy('b'), deploy('c'), back('b')], 'a'],
    ['nothing is left before the first', [deploy('a'), deploy('b'), back('a')], null],
    ['a repair counts from where the rollback had led', [deploy('a'), deploy('b'), back('a'), deploy('c')], 'a'],
    ['a release may come again', [deploy('a'), deploy('b'), back('a'), deploy('b')], 'a'],
  ])('%s', (_, lived, expected) => {
    expect(lastGood(lived)).toBe(expected);
  });

  test('rolling back again and again ends at the first release and never goes forward', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 }), (releases) => {
        const lived = releases.map(deploy);
        const seen = [releases.at(-1)!];
        for (let next = lastGood(lived); next !== null; next = lastGood(lived)) {
          lived.push(back(next));
          seen.push(next);
        }
        expect(seen).toEqual(releases.toReversed());
      }),
    );
  });
});
