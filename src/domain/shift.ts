import type { Step } from './step.ts';

/** Percent of the traffic that the new version gets by a switch, or has in a bake; null for all of it. */
export const shareOf = ({ kind, subject }: Step): number | null =>
  subject !== null && (kind === 'switch' || kind === 'bake') ? Number.parseInt(subject, 10) : null;
