/**
 * One thing that a table asks of who writes to it. `column`: name and type; `required`: a column that must be given; `rule`: constraint, unique
 * index, trigger with its function, policy or rule, by its text. Relations by qualified names.
 */
export interface WriteRule {
  readonly relation: string;
  readonly kind: 'column' | 'required' | 'rule';
  readonly name: string;
  readonly text: string;
}

/** Tables that ask for more than before, with what. A column that is new and need not be given asks for nothing; what is gone asks for nothing either. */
export function harderTables(
  before: readonly WriteRule[],
  after: readonly WriteRule[],
): ReadonlyMap<string, readonly string[]> {
  const key = ({ relation, kind, name, text }: WriteRule) =>
    JSON.stringify(kind === 'rule' ? [relation, kind, text] : [relation, kind, name, text]);
  const known = new Set(before.map(key));
  const columns = new Set(
    before.filter(({ kind }) => kind === 'column').map((each) => `${each.relation} ${each.name}`),
  );
  const relations = new Set(before.map(({ relation }) => relation));
  const found = new Map<string, string[]>();
  for (const each of after) {
    const { relation, kind, name } = each;
    if (known.has(key(each)) || !relations.has(relation)) continue;
    if (kind === 'column' && !columns.has(`${relation} ${name}`)) continue;
    found.set(relation, [...(found.get(relation) ?? []), `${kind} ${name}`]);
  }
  return found;
}
