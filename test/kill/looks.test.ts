// Greenroom is killed at the looks of a bake that judges; `npm run bench kill -- --part=looks` does the same beside the other rounds.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeGround, openGround, type Ground } from './loop.ts';
import { judging, killedAtLooks, oneLookForgotten } from './looks.ts';

const limitMs = 240_000;

describe('a bake that judges', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await openGround();
  }, limitMs);
  afterAll(() => closeGround(ground), limitMs);

  it.each([[1], [2]])(
    'F003 killed at %d looks, it goes on with those before, and nothing counts twice',
    async (deaths) => {
      expect(await judging(ground, () => killedAtLooks(ground, deaths))).toEqual([]);
    },
    limitMs,
  );

  it(
    'would see a look that is gone',
    async () => {
      const seen = await judging(ground, () => oneLookForgotten(ground));
      expect(seen).toEqual(['looks on record are 1,2,4,5, said 5']);
    },
    limitMs,
  );
});
