import type { RehearsalFacts, UnmetChange } from './facts.ts';
import { finding, type RehearsalFinding } from './finding.ts';

/** What changed for the old version, and none of its statements has met: told by table. */
export function judgeUnmet({ unmet }: RehearsalFacts): readonly RehearsalFinding[] {
  return (['role', 'statement', 'rows'] as const).flatMap((by) => {
    const some = (unmet ?? []).filter((each) => each.by === by);
    return [...new Set(some.map(({ relation }) => relation))].map((relation) => {
      const whats = [...new Set(some.filter((each) => each.relation === relation).map(({ what }) => what))].join('; ');
      return told[by](relation, whats);
    });
  });
}

const told: Readonly<Record<UnmetChange['by'], (relation: string, whats: string) => RehearsalFinding>> = {
  role: (relation, whats) =>
    finding(
      'not-measured',
      `Of ${relation} changes who may see and do what (${whats}), and the old version was asked as who owns everything, whom that does not bind.`,
      'Declare by  role:  of the check the role that the old version logs in as.',
      { relation },
    ),
  statement: (relation, whats) =>
    finding(
      'not-asked',
      `Of ${relation} changes for the old version what none of its listed statements meets: ${whats}.`,
      'List a statement of the old version that writes or compares just that; where each would end as before, see that its code can live with it.',
      { relation },
    ),
  rows: (relation, whats) =>
    finding(
      'not-asked',
      `Rows of ${relation} break what was added NOT VALID, so that whoever updates one of them is refused: ${whats}.`,
      'Correct the rows first, in batches.',
      { relation },
    ),
};
