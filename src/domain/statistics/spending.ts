import { normalCumulative, normalQuantile } from './normal.ts';

/** How the allowed false alarms are spread over repeated looks: hardly any early, or evenly. */
export type SpendingRule = 'obrien-fleming' | 'pocock';

/**
 * The share of a one-sided alpha that may be spent when a fraction (0..1) of the planned information is in
 * (Lan and DeMets 1983). Grows from 0 to alpha; looks may come at any, unplanned, times.
 */
export function spentAlpha(informationFraction: number, alpha: number, rule: SpendingRule = 'obrien-fleming'): number {
  if (informationFraction <= 0) return 0;
  if (informationFraction >= 1) return alpha;
  if (rule === 'pocock') return alpha * Math.log(1 + (Math.E - 1) * informationFraction);
  return 2 * normalCumulative(-normalQuantile(1 - alpha / 2) / Math.sqrt(informationFraction));
}

/**
 * The z each look must exceed to alarm, so that all looks together alarm falsely with at most alpha. Bonferroni on the
 * increments of the spending function: looks are correlated, so this is a little stricter than exact integration.
 * Fractions must rise and end at most at 1; throws RangeError otherwise.
 */
export function lookThresholds(fractions: readonly number[], alpha: number, rule?: SpendingRule): number[] {
  let before = 0;
  return fractions.map((fraction) => {
    if (!(fraction > before && fraction <= 1)) throw new RangeError(`information fraction ${fraction} does not rise`);
    const increment = spentAlpha(fraction, alpha, rule) - spentAlpha(before, alpha, rule);
    before = fraction;
    return normalQuantile(1 - increment);
  });
}
