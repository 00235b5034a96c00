import type { RehearsalBars } from './bars.ts';
import type { RehearsalFacts } from './facts.ts';

/** Whether a table is over the bar in production; one whose size nobody knows counts as large. */
export function largeIn({ tables }: RehearsalFacts, bars: RehearsalBars): (relation: string) => boolean {
  const sizes = new Map((tables ?? []).map(({ relation, productionBytes }) => [relation, productionBytes]));
  return (relation) => !((sizes.get(relation) ?? Infinity) <= bars.tableBytes);
}
