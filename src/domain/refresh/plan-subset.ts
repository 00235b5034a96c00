// From roots and foreign keys to what becomes of each table. Rows are not looked at here.
import { failed, ok, type Failure, type Result } from '../failure.ts';
import { refuseSubset } from './subset-refusals.ts';
import type { Emptied, ForeignKey, PlannedSubset, Standing, SubsetRules, SubsetTable, TablePart } from './subset.ts';

interface Place {
  readonly standing: Standing;
  readonly stage: number;
}

/** Every refusal at once. References to tables that are not here are left alone. */
export function planSubset(
  tables: readonly SubsetTable[],
  references: readonly ForeignKey[],
  rules: SubsetRules,
): Result<PlannedSubset> {
  const names = new Set(tables.map(({ name }) => name));
  const inside = references.filter(({ child, parent }) => names.has(child) && names.has(parent));
  const { nullified, failures: named } = nullifiedBy(inside, rules);
  const active = inside.filter((reference) => !nullified.has(reference));
  const places = placesOf(tables, active, rules);
  const isPart = (name: string): boolean => places.get(name)!.standing !== 'whole';
  const failures: readonly Failure[] = [
    ...Object.keys(rules.roots).flatMap((name) => judgeRoot(name, tables, rules)),
    ...rules.whole.filter((name) => !names.has(name)).map((name) => refuseSubset.noTable(`whole: ${name}`, name)),
    ...named,
    ...inside
      .filter(({ oddity, parent, child }) => oddity !== null && (isPart(parent) || isPart(child)))
      .map((reference) => refuseSubset.odd(reference)),
    ...[...nullified]
      .filter((reference) => emptiedColumns(reference, inside).length === 0)
      .map((reference) => refuseSubset.notNullable(reference)),
  ];
  if (failures.length > 0) return failed(...failures);
  const ordered = inOrder(tables, active, places);
  const before = new Map(ordered.map(({ name }, i) => [name, i]));
  const parts = ordered.map((table): TablePart => {
    const place = places.get(table.name)!;
    const own = active.filter(({ child }) => child === table.name);
    const driving = place.standing === 'hanging' ? own.filter((reference) => drives(reference, places)) : [];
    const isBefore = ({ parent, child }: ForeignKey): boolean => before.get(parent)! < before.get(child)!;
    return {
      ...{ table, ...place, root: rules.roots[table.name] ?? null },
      hangsOn: driving.filter(isBefore),
      circles: driving.filter((reference) => !isBefore(reference)),
      follows: own.filter(({ parent }) => isPart(parent)),
      empties: [...nullified]
        .filter(({ child, parent }) => child === table.name && isPart(parent))
        .map((reference): Emptied => ({ reference, columns: emptiedColumns(reference, inside) })),
    };
  });
  const shares = Object.values(rules.roots).map(({ share }) => share ?? 0);
  const stageCount = Math.max(0, ...parts.map(({ stage }) => stage)) + 1;
  return ok({ tables: parts, stageCount, looseShare: Math.max(0, ...shares) });
}

function judgeRoot(name: string, tables: readonly SubsetTable[], { roots, whole }: SubsetRules): readonly Failure[] {
  const table = tables.find((each) => each.name === name);
  if (!table) return [refuseSubset.noTable(`roots: ${name}`, name)];
  return [
    ...(whole.includes(name) ? [refuseSubset.rootAndWhole(name)] : []),
    ...(roots[name]!.share !== null && table.primaryKey.length === 0 ? [refuseSubset.noPrimaryKey(name)] : []),
  ];
}

function nullifiedBy(references: readonly ForeignKey[], { references: rules }: SubsetRules) {
  const nullified = new Set<ForeignKey>();
  const failures: Failure[] = [];
  for (const [place, rule] of Object.entries(rules)) {
    const byName = references.filter(({ child, name }) => `${child}.${name}` === place);
    const byColumn = references.filter(({ child, columns }) =>
      columns.some((column) => `${child}.${column.child}` === place),
    );
    const [met, ...more] = byName.length > 0 ? byName : byColumn;
    if (!met) failures.push(refuseSubset.noReference(place));
    else if (more.length > 0) failures.push(refuseSubset.manyReferences(place, [met, ...more]));
    else if (rule === 'nullify') nullified.add(met);
  }
  return { nullified, failures };
}

/** Columns that may be null and that no other reference needs; all of them where PostgreSQL wants all or none. */
function emptiedColumns(reference: ForeignKey, all: readonly ForeignKey[]): readonly string[] {
  const nullable = reference.columns.filter(({ isNullable }) => isNullable).map(({ child }) => child);
  const others = all.filter((each) => each !== reference && each.child === reference.child);
  const free = nullable.filter((name) => !others.some(({ columns }) => columns.some(({ child }) => child === name)));
  return reference.isFull && free.length < reference.columns.length ? [] : free;
}

/** Down from the roots; up to what these point at; down again from there to tables not yet met; what is left is whole. */
function placesOf(
  tables: readonly SubsetTable[],
  active: readonly ForeignKey[],
  { roots, whole }: SubsetRules,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const name of whole) places.set(name, { standing: 'whole', stage: 0 });
  for (const name of Object.keys(roots)) places.set(name, { standing: 'chosen', stage: 0 });
  const reach = (from: readonly string[], standing: Standing, stage: number): readonly string[] => {
    const met: string[] = [];
    for (const open = [...from]; open.length > 0;) {
      const name = open.shift()!;
      for (const { child, parent } of active) {
        const [here, there] = standing === 'hanging' ? [parent, child] : [child, parent];
        if (here !== name || places.has(there)) continue;
        places.set(there, { standing, stage });
        met.push(there);
        open.push(there);
      }
    }
    return met;
  };
  let from: readonly string[] = Object.keys(roots);
  for (let stage = 0; from.length > 0; stage += 1) {
    const hanging = reach(from, 'hanging', stage);
    from = reach([...(stage === 0 ? from : []), ...hanging], 'pointed', stage);
  }
  for (const { name } of tables) if (!places.has(name)) places.set(name, { standing: 'whole', stage: 0 });
  return places;
}

/** Whether rows of the child are kept because of the parent's: within a stage, and from what the stage before pointed at. */
function drives({ child, parent }: ForeignKey, places: ReadonlyMap<string, Place>): boolean {
  const [of, on] = [places.get(child)!, places.get(parent)!];
  if (on.standing === 'chosen' || on.standing === 'hanging') return on.stage === of.stage;
  return on.standing === 'pointed' && on.stage === of.stage - 1;
}

/** Parents first; where they go in a circle, the one that stands nearest to what is settled. */
function inOrder(
  tables: readonly SubsetTable[],
  active: readonly ForeignKey[],
  places: ReadonlyMap<string, Place>,
): readonly SubsetTable[] {
  const done: SubsetTable[] = [];
  const isDone = (name: string): boolean => done.some((each) => each.name === name);
  const key = ({ name }: SubsetTable): string => name;
  let open = tables.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  const stageOf = ({ name }: SubsetTable): number => places.get(name)!.stage;
  const isHanging = ({ name }: SubsetTable): boolean => places.get(name)!.standing === 'hanging';
  while (open.length > 0) {
    const stage = Math.min(...open.map(stageOf));
    const now = open.filter((table) => stageOf(table) === stage);
    const driversOf = ({ name }: SubsetTable): readonly string[] =>
      active.flatMap((each) =>
        each.child === name && each.parent !== name && drives(each, places) ? each.parent : [],
      );
    const hanging = now.filter(isHanging);
    const next =
      now.find((table) => places.get(table.name)!.standing === 'chosen') ??
      hanging.find((table) => driversOf(table).every(isDone)) ??
      hanging.find((table) => driversOf(table).some(isDone)) ??
      now[0]!;
    done.push(next);
    open = open.filter((table) => table !== next);
  }
  return done;
}
