import type { RehearsalFacts } from './facts.ts';
import { finding, type RehearsalFinding } from './finding.ts';

/** The old version is asked in sessions that had begun before, so that what only new ones get was met by nobody. */
export function judgeSettings({ newSettings }: RehearsalFacts): readonly RehearsalFinding[] {
  if (!newSettings || newSettings.length === 0) return [];
  const text = `New sessions get other settings since (${newSettings.join(', ')}), and the old version was asked in one that had begun before.`;
  return [finding('not-measured', text, 'Set it where the sessions of the new version begin, not for everybody.')];
}
