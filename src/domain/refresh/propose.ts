// For every column that needs a rule, one that fits it, why, and how sure. What is not sure is not proposed as a rule: it waits for people, and the refresh stops until they have said it.
import { detectSchema, type DetectedColumn } from './detect-schema.ts';
import { leavesIn } from './detect-leaves.ts';
import { parseJsonPath } from './json-path.ts';
import { maskerOf, type MaskerName } from './maskers.ts';
import { namingColumn } from './outbound-columns.ts';
import { isPlainLeaf, isPlainType, plainReason } from './plain.ts';
import { ruleOf, type FoundRule, type PathRule, type RefreshRules, type Rule } from './rules.ts';
import { columnName, familyOf, LARGE_OBJECT, type SourceColumn, type SourceTable } from './source-schema.ts';
import { nowhere } from './surroundings.ts';

export interface Proposal {
  /** As rules name it. */
  readonly column: string;
  readonly table: string;
  readonly type: string;
  /** Null where no masker takes the type and nothing may be left out: only people can say. */
  readonly rule: Rule | null;
  /** `sure`: written as a rule. Otherwise it is written so that the refresh still stops. */
  readonly confidence: 'sure' | 'likely' | 'unknown';
  /** For people; never a value. */
  readonly because: string;
}

const mask = (masker: MaskerName, by: string | null = null): Rule => ({
  ...{ kind: 'mask', masker, days: 60, by, percent: 10 },
});

interface Column {
  readonly name: string;
  readonly table: SourceTable;
  readonly column: SourceColumn;
  readonly found: FoundRule | null;
  readonly detected: DetectedColumn | null;
}

/** `rules`: those there are; what has one that holds gets no proposal. */
export function propose(tables: readonly SourceTable[], rules: RefreshRules): readonly Proposal[] {
  const detected = detectSchema(tables);
  const columns = tables.flatMap((table) =>
    table.columns.map((column): Column => {
      const name = columnName(table, column);
      return { ...{ name, table, column }, found: ruleOf(rules, name, column), detected: detected.get(name) ?? null };
    }),
  );
  const byName = new Map(columns.map((each) => [each.name, each]));
  const groups = Map.groupBy(columns, (each) => rootOf(each, byName).name);
  return columns
    .filter(needsRule)
    .map((each) => ofGroup(each, groups.get(rootOf(each, byName).name)!, rootOf(each, byName)));
}

/** Also one that a rule for all of a type would keep, though it looks like something of people: that rule would be refused. */
const needsRule = ({ column, found, detected }: Column): boolean => {
  if (column.isGenerated) return false;
  return (
    found === null ||
    (isByType(found) && found.rule.kind === 'keep' && found.rule.because === null && detected !== null)
  );
};
const isByType = ({ place }: FoundRule): boolean => place.startsWith('types.');

/** The column that its foreign keys lead to in the end; itself when there are none, and where they go in circles. */
function rootOf(start: Column, byName: ReadonlyMap<string, Column>): Column {
  let at = start;
  for (const seen = new Set([start.name]); ; seen.add(at.name)) {
    const next = at.column.references === null ? undefined : byName.get(at.column.references);
    if (!next || seen.has(next.name)) return at;
    at = next;
  }
}

/** Both ends of a foreign key need the same rule, one-to-one where the values are unique. */
function ofGroup(each: Column, group: readonly Column[], root: Column): Proposal {
  if (group.length === 1) return proposalOf(each, each, each.column.isUnique);
  const ruled = [root, ...group].find(({ found }) => found !== null && !isByType(found));
  if (ruled && ruled !== each)
    return { ...bare(each), rule: ruled.found!.rule, confidence: 'sure', because: `as ${ruled.name} has it` };
  const telling = [root, ...group].filter(({ detected }) => detected !== null);
  const [best] = [...telling.filter(({ detected }) => detected!.detected.confidence === 'sure'), ...telling];
  return proposalOf(
    best ?? each,
    each,
    group.some(({ column }) => column.isUnique),
  );
}

const bare = ({ name, table, column }: Column) => ({ column: name, table: table.name, type: column.type });

/** `told`: the column that says what both hold. */
function proposalOf(told: Column, each: Column, isUnique: boolean): Proposal {
  const { column } = each;
  const reason = (because: string): string => (told === each ? because : `${told.name}: ${because}`);
  if (told.detected === null) return { ...bare(each), ...undetected(column) };
  if (column.isPartitionKey)
    return {
      ...bare(each),
      rule: null,
      confidence: 'likely',
      because: reason(
        `${told.detected.detected.because}; it decides which partition a row goes to and cannot be masked`,
      ),
    };
  if (familyOf(column.type) === 'json' && told.detected.detected.masker !== 'outbound') {
    const json = ofJson(column, told.detected);
    if (!isUnique) return { ...bare(each), ...json };
    return {
      ...bare(each),
      rule: orNothing(column),
      confidence: 'likely',
      because: `${json.because}; it is unique, and JSON is not masked one-to-one`,
    };
  }
  const { masker, confidence, because } = told.detected.detected;
  const fitting = fittingMasker(masker, column, isUnique);
  if (fitting === null)
    return {
      ...bare(each),
      rule: orNothing(column),
      confidence: 'likely',
      because: reason(`${because}; no masker fits its type and its limits`),
    };
  const by = fitting === 'date-shift' ? entityOf(each.table) : fitting === 'outbound' ? nameOf(each) : null;
  return { ...bare(each), rule: mask(fitting, by), confidence, because: reason(because) };
}

const entityOf = ({ columns }: SourceTable): string | null =>
  columns.find(({ name, isUnique, isGenerated }) => name === 'id' && isUnique && !isGenerated)?.name ?? null;

const nameOf = ({ table, column }: Column): string | null => namingColumn(table, column)?.name ?? null;

/** The masker itself where it takes the type, is one-to-one if it must be, and is not too long; otherwise one that keeps the form. */
function fittingMasker(masker: MaskerName, column: SourceColumn, isUnique: boolean): MaskerName | null {
  const family = familyOf(column.type);
  const takes = (name: MaskerName): boolean =>
    maskerOf(name).families.includes(family) || (family === 'text-array' && maskerOf(name).isLeaf);
  const holds = (name: MaskerName): boolean =>
    takes(name) && (!isUnique || maskerOf(name).isInjective !== false) && fitsLength(name, column);
  return ([masker, 'token', 'id'] as const).find(holds) ?? null;
}

/** Three made-up words; what is longer is seldom. */
const UNBOUNDED_CHARACTERS = 24;
function fitsLength(name: MaskerName, { maxCharacters }: SourceColumn): boolean {
  const longest = maskerOf(name).maxCharacters;
  if (maxCharacters === null || longest === null) return true;
  return maxCharacters >= (longest === 'unbounded' ? UNBOUNDED_CHARACTERS : longest);
}

const orNothing = ({ isNullable }: SourceColumn): Rule | null => (isNullable ? { kind: 'null' } : null);

function undetected(column: SourceColumn): Pick<Proposal, 'rule' | 'confidence' | 'because'> {
  const family = familyOf(column.type);
  if (isPlainType(column.type))
    return {
      rule: { kind: 'keep', because: null },
      confidence: 'sure',
      because: `nothing speaks for people in ${column.type}`,
    };
  if (family === 'network' || family === 'mac') {
    const fitting = fittingMasker(family === 'mac' ? 'mac' : 'ip', column, column.isUnique);
    if (fitting && !column.isPartitionKey)
      return { rule: mask(fitting), confidence: 'sure', because: `its type ${column.type}` };
  }
  const why = plainReason(column);
  if (why !== null) return { rule: { kind: 'keep', because: why }, confidence: 'sure', because: why };
  if (column.type === LARGE_OBJECT) {
    const because = 'it refers to large objects, of which nothing is known';
    return { rule: mask('picture'), confidence: 'unknown', because };
  }
  const values = column.samples.filter((sample) => sample !== null && sample !== '').length;
  const because = values === 0 ? 'there were no values to look at' : `nothing is known of its ${values} values`;
  const fitting = family === 'bytes' ? 'bytes' : family === 'text' || family === 'text-array' ? 'text' : null;
  const rule: Rule | null =
    family === 'json'
      ? { kind: 'json', paths: [], rest: 'text' }
      : fitting && !column.isUnique
        ? mask(fitting)
        : orNothing(column);
  return { rule, confidence: 'unknown', because };
}

/** Sure only when every leaf is told: a leaf of which nothing is known may be anybody's. */
function ofJson(column: SourceColumn, { leaves }: DetectedColumn): Pick<Proposal, 'rule' | 'confidence' | 'because'> {
  const paths = leaves.flatMap(({ path, detected }): PathRule[] =>
    path === '' || parseJsonPath(path) === null ? [] : [{ path, masker: detected.masker }],
  );
  const told = new Set(leaves.map(({ path }) => path));
  const open = leavesIn(column.samples, nowhere).filter((leaf) => !told.has(leaf.path) && !isPlainLeaf(leaf));
  const isSure =
    open.length === 0 &&
    paths.length === leaves.length &&
    leaves.every(({ detected }) => detected.confidence === 'sure');
  const reasons = leaves
    .map(({ detected }) => detected.because)
    .slice(0, 3)
    .join('; ');
  const more = leaves.length > 3 ? `; and ${leaves.length - 3} more` : '';
  const unknown =
    open.length > 0
      ? `; nothing is known of ${open
          .slice(0, 3)
          .map(({ path }) => (path === '' ? 'its root' : `"${path}"`))
          .join(', ')}${open.length > 3 ? ` and ${open.length - 3} more` : ''}`
      : '';
  return {
    rule: { kind: 'json', paths, rest: 'text' },
    confidence: isSure ? 'sure' : 'likely',
    because: `${reasons}${more}${unknown}`,
  };
}
