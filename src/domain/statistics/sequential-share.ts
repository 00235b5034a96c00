import { binomialCumulative } from './beta.ts';
import { normalCumulative } from './normal.ts';
import { lookThresholds, spentAlpha, type JudgingLooks } from './spending.ts';

/** How many of how many were bad in one look, looks never sharing a question. */
export interface ShareLook {
  readonly bad: number;
  /** 1 or more. */
  readonly asked: number;
  /** Part of the planned watch that was over, 0..1. */
  readonly fraction: number;
}

export interface ShareRule {
  /** 0.001: one in a thousand may be bad. Above 0, below 1. */
  readonly allowedShare: number;
  /** One-sided, of all looks together: releases exactly at the allowed share that are called worse. */
  readonly alpha: number;
  readonly power: number;
}

export interface ShareJudgement {
  /** `worse` at any look; the others are of the end: `open` before it. `insufficient` is never a pass. */
  readonly verdict: 'worse' | 'within' | 'insufficient' | 'open';
  readonly bad: number;
  readonly asked: number;
  /** How easily a release at the allowed share has this many bad ones or more, and what that must stay below to be `worse`. */
  readonly pValue: number;
  readonly boundary: number;
  /** The share from which on this look calls it worse; above 1 when none does. */
  readonly worseFrom: number;
  /** The smallest true share that is called worse at this look with the power wanted; 1 when nothing is seen. */
  readonly minimumDetectableShare: number;
  readonly spentAlpha: number;
  readonly moreNeeded: number;
}

/**
 * Is the share of bad answers above an objective? Exact binomial tails against the group-sequential boundary. At the end it is
 * `within` when the share seen keeps the objective, out of so many that a release beyond it would have shown one (95 %).
 */
export function judgeShares(
  looks: readonly ShareLook[],
  rule: ShareRule,
  { isOver, thresholds = lookThresholds }: JudgingLooks,
): ShareJudgement {
  const { allowedShare, alpha, power } = rule;
  const bad = looks.reduce((sum, look) => sum + look.bad, 0);
  const asked = looks.reduce((sum, look) => sum + look.asked, 0);
  const enough = Math.ceil(Math.log(0.05) / Math.log(1 - allowedShare));
  const moreNeeded = isOver ? Math.max(0, enough - asked) : 0;
  if (asked === 0) {
    const verdict = isOver ? 'insufficient' : 'open';
    return {
      verdict,
      bad,
      asked,
      pValue: 1,
      boundary: 0,
      worseFrom: 2,
      minimumDetectableShare: 1,
      spentAlpha: 0,
      moreNeeded,
    };
  }
  let known = 0;
  const information = looks.map((look) => (known += look.asked));
  const fractions = looks.map((look) => look.fraction);
  const boundary = normalCumulative(-thresholds({ fractions, information, alpha }).at(-1)!);
  const pValue = atLeast(bad, asked, allowedShare);
  const critical = criticalCount(asked, { allowedShare, boundary });
  const seen = {
    ...{ bad, asked, pValue, boundary, spentAlpha: spentAlpha(fractions.at(-1)!, alpha) },
    worseFrom: critical / asked,
    minimumDetectableShare: detectable(critical, asked, { allowedShare, power }),
  };
  if (pValue < boundary) return { ...seen, verdict: 'worse', moreNeeded: 0 };
  if (!isOver) return { ...seen, verdict: 'open', moreNeeded };
  if (asked >= enough && bad / asked <= allowedShare) return { ...seen, verdict: 'within', moreNeeded };
  // Enough of them and still above the objective, by no more than chance: as many again tell which.
  return { ...seen, verdict: 'insufficient', moreNeeded: moreNeeded > 0 ? moreNeeded : asked };
}

const atLeast = (bad: number, asked: number, share: number): number =>
  bad === 0 ? 1 : 1 - binomialCumulative(bad - 1, asked, share);

/** The fewest bad ones of `asked` that are called worse; one more than `asked` when not even all of them are. */
function criticalCount(asked: number, { allowedShare, boundary }: { allowedShare: number; boundary: number }): number {
  let [low, high] = [0, asked + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (atLeast(middle, asked, allowedShare) < boundary) high = middle;
    else low = middle + 1;
  }
  return low;
}

function detectable(critical: number, asked: number, want: { allowedShare: number; power: number }): number {
  if (critical > asked) return 1;
  let [from, to] = [want.allowedShare, 1];
  for (let halving = 0; halving < 50; halving += 1) {
    const middle = (from + to) / 2;
    if (atLeast(critical, asked, middle) >= want.power) to = middle;
    else from = middle;
  }
  return to;
}
