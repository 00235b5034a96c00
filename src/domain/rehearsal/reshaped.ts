import type { ReshapedRelation } from './facts.ts';
import { compareSchemas, type SchemaDifference, type SchemaFact } from './fingerprint.ts';

/** The worst last. */
const ways = ['stricter', 'changed', 'gone'] as const;

/**
 * Relations of before that an old statement may meet otherwise since. `changed`: a column is gone, or one more is required. `stricter`: a column is another
 * one, a constraint, a unique index, a trigger, a rule, a policy stands on it. What only stands beside what was there changes nothing for who does not know of it.
 */
export function reshapedRelations(
  before: readonly SchemaFact[],
  after: readonly SchemaFact[],
): readonly ReshapedRelation[] {
  const stood = before.flatMap(({ name }) => (/^(?:table|view) /.test(name) ? [afterKind(name)] : []));
  const now = new Map(after.map(({ name, text }) => [name, text]));
  const found = new Map<string, ReshapedRelation['how']>();
  for (const difference of compareSchemas(before, after)) {
    const how = metAs(difference, now.get(difference.name) ?? '');
    const own = afterKind(difference.name);
    const relation = stood.find((each) => own === each || own.startsWith(`${each}.`));
    const known = relation === undefined ? undefined : found.get(relation);
    if (how === null || relation === undefined) continue;
    if (known === undefined || ways.indexOf(how) > ways.indexOf(known)) found.set(relation, how);
  }
  return [...found].map(([relation, how]) => ({ relation: relation.replace(/^public\./, ''), how }));
}

const afterKind = (name: string): string => name.replace(/^\w+ /, '');

function metAs({ name, how }: SchemaDifference, text: string): ReshapedRelation['how'] | null {
  switch (/^\w+/.exec(name)![0]) {
    case 'table':
    case 'view':
      return how === 'missing' ? 'gone' : 'stricter';
    case 'column':
      return how === 'changed' ? 'stricter' : how === 'missing' || text.endsWith(' not null') ? 'changed' : null;
    case 'index':
      return how !== 'missing' && text.startsWith('unique') ? 'stricter' : null;
    case 'constraint':
      return how === 'missing' ? null : 'stricter';
    default:
      return 'stricter';
  }
}
