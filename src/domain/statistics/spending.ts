import { crossingThresholds } from './crossing.ts';
import { normalCumulative, normalQuantile } from './normal.ts';

/** How the allowed false alarms are spread over repeated looks: hardly any early, or evenly. */
export type SpendingRule = 'obrien-fleming' | 'pocock';

/**
 * The share of a one-sided alpha that may be spent when a fraction (0..1) of the planned watch is over
 * (Lan and DeMets 1983). Grows from 0 to alpha; looks may come at any, unplanned, times.
 */
export function spentAlpha(fraction: number, alpha: number, rule: SpendingRule = 'obrien-fleming'): number {
  if (fraction <= 0) return 0;
  if (fraction >= 1) return alpha;
  if (rule === 'pocock') return alpha * Math.log(1 + (Math.E - 1) * fraction);
  return 2 * normalCumulative(-normalQuantile(1 - alpha / 2) / Math.sqrt(fraction));
}

export interface Looks {
  /** Part of the planned watch that is over at each look: rises, at most 1. */
  readonly fractions: readonly number[];
  /** How much is known at each look, in any unit (samples): rises. Default: as the fractions do. */
  readonly information?: readonly number[];
  /** One-sided, of all looks together. */
  readonly alpha: number;
  readonly rule?: SpendingRule;
}

export interface JudgingLooks {
  /** No further look comes. */
  readonly isOver: boolean;
  /** Replaced only by whoever judges many looks at the same times and remembers their thresholds. */
  readonly thresholds?: (of: Looks) => number[];
}

/**
 * The z that each look must exceed to alarm, so that all looks together alarm falsely in a share alpha of good runs (exact for
 * sums with independent steps). A threshold depends on the looks before it only, never on later ones. Throws RangeError when
 * fractions or information do not rise.
 */
export function lookThresholds({ fractions, information = fractions, alpha, rule }: Looks): number[] {
  assertRises(fractions, 'watched fraction');
  assertRises(information, 'information');
  if (information.length !== fractions.length) throw new RangeError('looks need a fraction and an information each');
  if ((fractions.at(-1) ?? 0) > 1) throw new RangeError(`watched fraction ${fractions.at(-1)} is above 1`);
  const increments = fractions.map(
    (fraction, index) => spentAlpha(fraction, alpha, rule) - spentAlpha(fractions[index - 1] ?? 0, alpha, rule),
  );
  return crossingThresholds(information, increments);
}

function assertRises(values: readonly number[], what: string): void {
  for (const [index, value] of values.entries())
    if (!(value > (values[index - 1] ?? 0))) throw new RangeError(`${what} ${value} does not rise`);
}
