import type { RehearsalFacts } from './facts.ts';

/** Which of its commits were tried where there are many. */
export const cutWords = ({ tried, of }: NonNullable<RehearsalFacts['cuts']>): string =>
  `at ${tried} of its ${of} commits: each kind of place, the first, the last and evenly between`;
