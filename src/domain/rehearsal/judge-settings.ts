import type { RehearsalFacts } from './facts.ts';
import { finding, type RehearsalFinding } from './finding.ts';

/** The old version is asked in sessions that had begun before, and as one role: what only new ones get, or another role, was met by nobody. */
export function judgeSettings({ newSettings, unaskedSchemas }: RehearsalFacts): readonly RehearsalFinding[] {
  return [...otherSettings(newSettings ?? []), ...(unaskedSchemas ?? []).map(otherPath)];
}

function otherSettings(newSettings: readonly string[]): readonly RehearsalFinding[] {
  if (newSettings.length === 0) return [];
  const text = `New sessions get other settings since (${newSettings.join(', ')}), and the old version was asked in one that had begun before.`;
  return [finding('not-measured', text, 'Set it where the sessions of the new version begin, not for everybody.')];
}

function otherPath(schema: string): RehearsalFinding {
  const text = `Names without a schema mean something else since to a role of production's that finds the schema ${schema} first, and the old version was not asked as that role.`;
  const next =
    'Say by  role  as whom the old version logs in; the scratch server has to know that role, and the copy the rights that it was given.';
  return finding('not-measured', text, next);
}
