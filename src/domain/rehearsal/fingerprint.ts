/** One fact of a schema: `index public.users_email` and what it says of itself. */
export interface SchemaFact {
  /** Kind and qualified name; each once. */
  readonly name: string;
  readonly text: string;
}

export interface SchemaDifference {
  readonly name: string;
  readonly how: 'missing' | 'new' | 'changed';
}

/** What a table held, over the columns that were asked for: number of rows, and a sum that does not depend on their order. */
export interface TableData {
  readonly relation: string;
  readonly rows: number;
  readonly hash: string;
}

/** Null: it has never given out a number. */
export interface SequenceState {
  readonly name: string;
  readonly lastValue: string | null;
}

export interface DataFingerprint {
  readonly tables: readonly TableData[];
  readonly sequences: readonly SequenceState[];
}

/** What differs between two schemas, by name; the order of facts says nothing. */
export function compareSchemas(
  before: readonly SchemaFact[],
  after: readonly SchemaFact[],
): readonly SchemaDifference[] {
  const [old, now] = [textByName(before), textByName(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .toSorted()
    .filter((name) => old.get(name) !== now.get(name))
    .map((name) => ({ name, how: !now.has(name) ? 'missing' : !old.has(name) ? 'new' : 'changed' }));
}

/** Two facts of one name are one fact of both texts, so that none hides the other. */
function textByName(facts: readonly SchemaFact[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name, text } of facts.toSorted((a, b) => (a.text < b.text ? -1 : 1)))
    found.set(name, found.has(name) ? `${found.get(name)}\n${text}` : text);
  return found;
}

/** Data of before that is not there as it was; a table or sequence that came since is nobody's loss. */
export function compareData(
  before: DataFingerprint,
  after: DataFingerprint,
): { readonly lostTables: readonly string[]; readonly movedSequences: readonly string[] } {
  const tables = new Map(after.tables.map((each) => [each.relation, each]));
  const sequences = new Map(after.sequences.map((each) => [each.name, each.lastValue]));
  const isSame = (old: TableData) => {
    const now = tables.get(old.relation);
    return now !== undefined && now.rows === old.rows && now.hash === old.hash;
  };
  return {
    lostTables: before.tables.filter((old) => !isSame(old)).map(({ relation }) => relation),
    movedSequences: before.sequences
      .filter(({ name, lastValue }) => !sequences.has(name) || sequences.get(name) !== lastValue)
      .map(({ name }) => name),
  };
}
