// Rules and the source's schema become what is done to each column, or a list of everything that stands against it. Nothing is left out silently.
import { failed, ok, type Failure, type Result } from '../failure.ts';
import type { DetectedLeaf } from './detect-leaves.ts';
import { detectSchema, type DetectedColumn } from './detect-schema.ts';
import { covers, parseJsonPath } from './json-path.ts';
import { maskerOf, type MaskerName } from './maskers.ts';
import { refuse } from './refusals.ts';
import { ruleOf, fits, type FoundRule, type RefreshRules, type Rule } from './rules.ts';
import {
  columnName,
  familyOf,
  isOtherType,
  LARGE_OBJECT,
  type SourceColumn,
  type SourceTable,
} from './source-schema.ts';

export interface PlannedTable {
  readonly name: string;
  /** Columns that are copied; what PostgreSQL generates is not. The one that says whose the dates are stands first. */
  readonly columns: readonly PlannedColumn[];
}

export interface PlannedColumn {
  readonly name: string;
  readonly type: string;
  readonly rule: Rule;
  readonly isEntity: boolean;
}

/** Whether masked values of a sample satisfied the limits of their columns, by column; what was not tried is not here. */
export type Trials = ReadonlyMap<string, 'held' | 'broke'>;

/** Every refusal at once. `locked`: the columns and types of the last plan that people looked at, null when there was none. */
export function compilePlan(
  tables: readonly SourceTable[],
  rules: RefreshRules,
  trials: Trials,
  locked: Readonly<Record<string, string>> | null,
): Result<readonly PlannedTable[]> {
  const all = tables.flatMap((table) =>
    table.columns.map((column) => ({ table, column, name: columnName(table, column) })),
  );
  const found = new Map(
    all.flatMap(({ name, column }) => {
      const rule = ruleOf(rules, name, column);
      return rule ? [[name, rule] as const] : [];
    }),
  );
  const detected = detectSchema(tables);
  const failures = [
    ...all.flatMap(({ column, name }) =>
      column.isGenerated
        ? []
        : judge(column, name, { rule: found.get(name) ?? null, detected: detected.get(name) ?? null }, trials),
    ),
    ...all.flatMap(({ column, name }) => judgePartners(column, name, found, all)),
    ...tables.flatMap((table) => [...judgeEntities(table, found), ...judgeNaming(table, found)]),
    ...unusedRules(
      rules,
      all.map(({ name }) => name),
    ),
    ...(locked ? drift(locked, lockOf(tables)) : []),
  ];
  return failures.length > 0 ? failed(...failures) : ok(tables.map((table) => plannedTable(table, found)));
}

/** Columns and their types, for the file that says which schema people looked at. */
export const lockOf = (tables: readonly SourceTable[]): Record<string, string> =>
  Object.fromEntries(
    tables.flatMap((table) => table.columns.map((column) => [columnName(table, column), column.type])),
  );

interface Known {
  readonly rule: FoundRule | null;
  readonly detected: DetectedColumn | null;
}

function judge(column: SourceColumn, name: string, known: Known, trials: Trials): readonly Failure[] {
  const detected = known.detected?.detected ?? null;
  if (known.rule === null) return [refuse.withoutRule(name, column.type, detected)];
  const { rule, place } = known.rule;
  const family = familyOf(column.type);
  if (rule.kind === 'keep' && rule.because === null) {
    if (column.type === LARGE_OBJECT) return [refuse.keptObjects(name, place)];
    return detected ? [refuse.keptThoughPersonal(name, place, detected)] : [];
  }
  // Of a large object the content is masked, and its number stays.
  if (rule.kind === 'keep' || (family === 'object' && rule.kind === 'mask' && takes(rule.masker, column.type)))
    return [];
  const limits = column.checks.length > 0 || (column.maxCharacters !== null && mayGrow(rule, column.maxCharacters));
  const tried = trials.get(name);
  return [
    ...(rule.kind === 'null' && !column.isNullable ? [refuse.nullWhereNone(name, place)] : []),
    ...(rule.kind === 'constant' && family !== 'text'
      ? [refuse.wrongType(name, place, 'a constant', column.type)]
      : []),
    ...(rule.kind === 'json' ? judgeJson(rule, column, place, { name, leaves: known.detected?.leaves ?? [] }) : []),
    ...(rule.kind === 'mask' && !takes(rule.masker, column.type)
      ? [refuse.wrongType(name, place, `"${rule.masker}"`, column.type)]
      : []),
    ...(column.isUnique && !isInjective(rule) ? [refuse.notInjective(name, place)] : []),
    ...(column.isPartitionKey ? [refuse.partitionKey(name, place)] : []),
    ...(rule.kind !== 'null' && limits && tried !== 'held'
      ? [refuse.limits(name, place, column, tried ?? 'untried')]
      : []),
  ];
}

const takes = (masker: MaskerName, type: string): boolean => {
  const { families, isLeaf } = maskerOf(masker);
  const family = familyOf(type);
  return families.includes(family) || (family === 'text-array' && isLeaf);
};

/** Nulls are never equal to each other, so `null` breaks no unique column. */
function isInjective(rule: Rule): boolean {
  if (rule.kind === 'mask') return maskerOf(rule.masker).isInjective !== false;
  return rule.kind === 'null';
}

function mayGrow(rule: Rule, limit: number): boolean {
  if (rule.kind === 'constant') return rule.value.length > limit;
  if (rule.kind !== 'mask') return false;
  const { maxCharacters } = maskerOf(rule.masker);
  return maxCharacters === 'unbounded' || (maxCharacters !== null && maxCharacters > limit);
}

function judgeJson(
  rule: Extract<Rule, { kind: 'json' }>,
  column: SourceColumn,
  place: string,
  { name, leaves }: { readonly name: string; readonly leaves: readonly DetectedLeaf[] },
): readonly Failure[] {
  if (familyOf(column.type) !== 'json') return [refuse.wrongType(name, place, 'JSON paths', column.type)];
  const named = [...rule.paths.map(({ masker }) => masker), rule.rest].filter((masker) => masker !== 'keep');
  return [
    ...rule.paths
      .filter(({ path }) => parseJsonPath(path) === null)
      .map(({ path }) => refuse.noPath(name, place, path)),
    ...named
      .filter((masker) => !maskerOf(masker).isLeaf)
      .map((masker) => refuse.wrongType(name, place, `"${masker}"`, 'a leaf of JSON')),
    ...(rule.rest === 'keep' ? uncovered(rule, leaves) : []).map(({ path, detected }) =>
      refuse.keptThoughPersonal(`${name} ${path}`, place, detected),
    ),
  ];
}

/** Leaves that hold something of people and that no path meets. */
function uncovered({ paths }: Extract<Rule, { kind: 'json' }>, leaves: readonly DetectedLeaf[]) {
  const parsed = paths.map(({ path }) => parseJsonPath(path) ?? []);
  return leaves.filter(({ path }) => {
    const leaf = parseJsonPath(path) ?? [];
    return !parsed.some((steps) => steps.length > 0 && covers(steps, leaf));
  });
}

type Column = { readonly table: SourceTable; readonly column: SourceColumn; readonly name: string };

/** Both ends of a foreign key must say the same of the same value. */
function judgePartners(
  column: SourceColumn,
  name: string,
  found: ReadonlyMap<string, FoundRule>,
  all: readonly Column[],
): readonly Failure[] {
  const partner = all.find((each) => each.name === column.references);
  const [own, other] = [found.get(name), partner && found.get(partner.name)];
  if (!partner || !own || !other) return [];
  if (own.rule.kind === 'null') return [];
  const isSame = meaning(own.rule, column.type) === meaning(other.rule, partner.column.type);
  return isSame ? [] : [refuse.partners(name, own.place, partner.name)];
}

/** What decides which value comes out. A smallint has a permutation of its own; int and bigint share one. */
function meaning(rule: Rule, type: string): string {
  if (rule.kind === 'keep') return 'keep';
  if (rule.kind !== 'mask') return `${rule.kind} of its own`;
  const shape = rule.masker === 'id' ? (type === 'int4' ? 'int8' : type) : familyOf(type);
  return [rule.masker, shape, rule.days, rule.by, rule.percent].join(' ');
}

function judgeEntities(table: SourceTable, found: ReadonlyMap<string, FoundRule>): readonly Failure[] {
  const named = namedEntities(table, found);
  return [
    ...[...new Set(named)]
      .filter((by) => !table.columns.some((column) => column.name === by && !column.isGenerated))
      .map((by) => refuse.noEntity(table.name, by)),
    ...(new Set(named).size > 1 ? [refuse.manyEntities(table.name, [...new Set(named)])] : []),
  ];
}

/** A setting whose name is looked for where there is none would stay as it is. */
const judgeNaming = (table: SourceTable, found: ReadonlyMap<string, FoundRule>): readonly Failure[] =>
  table.columns.flatMap((column) => {
    const rule = found.get(columnName(table, column))?.rule;
    const by = rule?.kind === 'mask' && rule.masker === 'outbound' ? rule.by : null;
    const isThere = table.columns.some(
      ({ name, type, isGenerated }) => name === by && !isGenerated && familyOf(type) === 'text',
    );
    return by === null || isThere ? [] : [refuse.noSettingName(table.name, by)];
  });

const namedEntities = (table: SourceTable, found: ReadonlyMap<string, FoundRule>): readonly string[] =>
  table.columns.flatMap((column) => {
    const rule = found.get(columnName(table, column))?.rule;
    return rule?.kind === 'mask' && rule.masker === 'date-shift' && rule.by !== null ? [rule.by] : [];
  });

/** A rule that meets nothing is a rule that somebody believes in. */
const unusedRules = ({ columns, patterns }: RefreshRules, names: readonly string[]): readonly Failure[] => [
  ...Object.keys(columns)
    .filter((name) => !names.includes(name))
    .map((name) => refuse.unused(`columns.${name}`)),
  ...patterns
    .filter(({ pattern }) => !names.some((name) => fits(pattern, name)))
    .map(({ pattern }) => refuse.unused(`patterns.${pattern}`)),
];

/** A new column that some pattern lets through has been looked at by nobody. */
function drift(before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): readonly Failure[] {
  const changed = Object.keys(now).filter((name) => isOtherType(before[name], now[name]!));
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(now, name));
  return [
    ...changed.map((name) =>
      refuse.drift(name, Object.hasOwn(before, name) ? `was ${before[name]} and is ${now[name]}` : 'is new'),
    ),
    ...gone.map((name) => refuse.drift(name, 'is gone')),
  ];
}

function plannedTable(table: SourceTable, found: ReadonlyMap<string, FoundRule>): PlannedTable {
  const entity = namedEntities(table, found)[0];
  const columns = table.columns
    .filter((column) => !column.isGenerated)
    .map((column) => ({
      ...{ name: column.name, type: column.type, rule: found.get(columnName(table, column))!.rule },
      isEntity: column.name === entity,
    }));
  return { name: table.name, columns: columns.toSorted((a, b) => Number(b.isEntity) - Number(a.isEntity)) };
}
