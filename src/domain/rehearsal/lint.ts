import type { RehearsalFinding } from './finding.ts';

/** A finding by reading alone; its place is always known. */
export type LintFinding = RehearsalFinding;
