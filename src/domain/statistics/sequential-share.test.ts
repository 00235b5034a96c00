import { expect, test } from 'vitest';
import { seededUniform } from './seeded.ts';
import { judgeShares, type ShareLook, type ShareRule } from './sequential-share.ts';
import { lookThresholds, type Looks } from './spending.ts';

const rule: ShareRule = { allowedShare: 0.01, alpha: 0.025, power: 0.8 };

/** All watches look at the same times. */
const known = new Map<number, number[]>();
function remembered(looks: Looks): number[] {
  const found = known.get(looks.fractions.length) ?? lookThresholds(looks);
  known.set(looks.fractions.length, found);
  return found;
}

const looksOf = (counts: readonly (readonly [number, number])[], of = counts.length): ShareLook[] =>
  counts.map(([bad, asked], index) => ({ bad, asked, fraction: (index + 1) / of }));

test('a share within the objective, out of enough, is within at the end and open before', () => {
  const looks = looksOf([
    [1, 200],
    [0, 200],
    [2, 200],
  ]);
  expect(judgeShares(looks, rule, { isOver: true })).toMatchObject({
    verdict: 'within',
    bad: 3,
    asked: 600,
    moreNeeded: 0,
  });
  expect(judgeShares(looks.slice(0, 2), rule, { isOver: false })).toMatchObject({ verdict: 'open' });
});

test('a share far above the objective is worse at once', () => {
  const judged = judgeShares(looksOf([[60, 200]], 4), rule, { isOver: false });
  expect(judged.verdict).toBe('worse');
  expect(judged.pValue).toBeLessThan(judged.boundary);
});

test('too few questions are insufficient although none was bad: 299 are needed to show 1 %', () => {
  expect(
    judgeShares(
      looksOf([
        [0, 100],
        [0, 100],
      ]),
      rule,
      { isOver: true },
    ),
  ).toMatchObject({ verdict: 'insufficient', moreNeeded: 99 });
  expect(judgeShares(looksOf([[0, 299]]), rule, { isOver: true })).toMatchObject({ verdict: 'within' });
  expect(judgeShares([], rule, { isOver: true })).toMatchObject({ verdict: 'insufficient', moreNeeded: 299 });
});

test('above the objective by no more than chance is neither good nor bad', () => {
  expect(judgeShares(looksOf([[7, 600]]), rule, { isOver: true })).toMatchObject({
    verdict: 'insufficient',
    moreNeeded: 600,
  });
});

test('exactly at the objective it is called worse in at most 2.5 % of watches; at the stated detectable share in 80 %', () => {
  const uniform = seededUniform(11);
  const runs = 1_000;
  const alarmsAt = (share: number): number => {
    let alarms = 0;
    for (let run = 0; run < runs; run += 1) {
      const counts = Array.from({ length: 8 }, () => {
        const bad = Array.from({ length: 250 }, () => uniform() < share).filter(Boolean).length;
        return [bad, 250] as const;
      });
      const looks = looksOf(counts);
      alarms += Number(
        looks.some(
          (_, at) =>
            judgeShares(looks.slice(0, at + 1), rule, { isOver: false, thresholds: remembered }).verdict === 'worse',
        ),
      );
    }
    return alarms / runs;
  };
  const stated = judgeShares(looksOf(Array.from({ length: 8 }, () => [2, 250] as const)), rule, { isOver: true });
  expect(alarmsAt(rule.allowedShare)).toBeLessThan(0.04);
  expect(alarmsAt(stated.minimumDetectableShare)).toBeGreaterThan(0.77);
});
