// Which rows of the source a subset has, found on the snapshot before anything is copied.
import type { Client } from 'pg';
import { fail, FailureError } from '../domain/failure.ts';
import { closeSubset, type SubsetStep } from '../domain/refresh/close-subset.ts';
import { planSubset } from '../domain/refresh/plan-subset.ts';
import { refuseSubset } from '../domain/refresh/subset-refusals.ts';
import type { PlannedSubset, Standing, SubsetRules } from '../domain/refresh/subset.ts';
import { readReferences } from './read-references.ts';
import { MOST_LISTED, toBatch, type Batch, type PlacesRow, type RowLists } from './row-lists.ts';
import { sourceOf, type SubsetGround } from './subset-conditions.ts';
import { childrenQuery, chosenCountQuery, chosenQuery, countQuery, parentsQuery, rowsQuery } from './subset-sql.ts';

export interface FoundSubset {
  readonly plan: PlannedSubset;
  /** A query of the kept rows; null where a table is copied as it stands. */
  rowsOf(table: string, columns: readonly string[]): string | null;
  /** Kept rows by table, counted by the source. */
  countKept(): Promise<ReadonlyMap<string, number>>;
  /** All rows by table. */
  countAll(): Promise<ReadonlyMap<string, number>>;
}

export interface SubsetShare {
  readonly name: string;
  readonly standing: Standing;
  readonly rowCount: number;
  /** Of the source. */
  readonly totalCount: number;
}

/** Fewer are looked for by their keys. */
const FEW_ROWS = 10_000;

/** What connections that read a subset are set to: the planner knows little of how many keys there are, and a wrong loop never ends. */
export const subsetSettings: readonly string[] = [
  ...["SET LOCAL datestyle = 'ISO'", "SET LOCAL timezone = 'UTC'", "SET LOCAL bytea_output = 'hex'"],
  ...["SET LOCAL intervalstyle = 'postgres'", 'SET LOCAL extra_float_digits = 1', 'SET LOCAL jit = off'],
  ...["SET LOCAL work_mem = '64MB'", 'SET LOCAL enable_nestloop = off'],
];

/** In the transaction of the snapshot. `key`: hexadecimal. Throws `GR5085`–`GR5092`. */
export async function findSubset(
  source: Client,
  rules: SubsetRules,
  names: readonly string[],
  key: string,
  signal: AbortSignal,
): Promise<FoundSubset> {
  const { tables, references } = await readReferences(source, names);
  const planned = planSubset(tables, references, rules);
  if (!planned.ok) throw new FailureError(...planned.failures);
  const plan = planned.value;
  for (const setting of subsetSettings) await source.query(setting);
  const lists = new Map<string, RowLists>();
  const listsOf = (table: string): RowLists => {
    if (!lists.has(table)) lists.set(table, { drive: [], more: [] });
    return lists.get(table)!;
  };
  const ground: SubsetGround = { tables: plan.tables, looseShare: plan.looseShare, lists: listsOf, key };
  await choose(source, ground);
  await close(source, plan, ground, signal);
  const partOf = new Map(plan.tables.map((part) => [part.table.name, part]));
  const count = async (queryOf: (table: string) => string): Promise<ReadonlyMap<string, number>> => {
    const counted = new Map<string, number>();
    for (const { table } of plan.tables) {
      signal.throwIfAborted();
      counted.set(table.name, (await source.query<{ count: number }>(queryOf(table.name))).rows[0]!.count);
    }
    return counted;
  };
  return {
    plan,
    rowsOf: (table, columns) => {
      const { standing, empties } = partOf.get(table)!;
      return standing === 'whole' && empties.length === 0 ? null : rowsQuery(ground, table, columns);
    },
    countKept: () => count((table) => countQuery(ground, table)),
    countAll: () => count((table) => `SELECT count(*)::float8 AS count FROM ${sourceOf(partOf.get(table)!)}`),
  };
}

export const sharesOf = (
  { plan }: FoundSubset,
  kept: ReadonlyMap<string, number>,
  all: ReadonlyMap<string, number>,
): readonly SubsetShare[] =>
  plan.tables
    .map(({ table: { name }, standing }) => ({
      ...{ name, standing, rowCount: kept.get(name) ?? 0, totalCount: all.get(name) ?? 0 },
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** A condition is asked once, and its rows are listed. Words of PostgreSQL are told only where they can hold no value. */
async function choose(source: Client, ground: SubsetGround): Promise<void> {
  for (const { table, root } of ground.tables) {
    if (root === null) continue;
    const { name } = table;
    if (root.where === null) {
      const { rows } = await source.query<{ count: number }>(chosenCountQuery(ground, name));
      if (rows[0]!.count === 0) fail(refuseSubset.nothingChosen(name));
      continue;
    }
    const { rows } = await source
      .query<PlacesRow>(chosenQuery(ground, name))
      .catch(({ code = 'unknown', message = '' }: { code?: string; message?: string }) =>
        fail(refuseSubset.badCondition(name, code.startsWith('42') ? message : `SQLSTATE ${code}`)),
      );
    const batch = toBatch(rows);
    if (batch === null) return fail(refuseSubset.nothingChosen(name));
    if (batch.count > MOST_LISTED) fail(refuseSubset.tooMany(name));
    ground.lists(name).drive.push(batch);
  }
}

/** Rows are added to the lists as they are found. */
async function close(source: Client, plan: PlannedSubset, ground: SubsetGround, signal: AbortSignal): Promise<void> {
  let listedCount = 0;
  const find = async (query: string, into: Batch[], table: string, from: Batch | null): Promise<Batch | null> => {
    signal.throwIfAborted();
    // A few rows are looked for by their keys, many by one pass.
    const isFew = from !== null && from.count < FEW_ROWS;
    await source.query(`SET LOCAL enable_nestloop = ${isFew ? 'on' : 'off'}`);
    const { rows } = await source.query<PlacesRow>(query);
    const batch = toBatch(rows);
    if (batch === null) return null;
    into.push(batch);
    listedCount += batch.count;
    if (listedCount > MOST_LISTED) fail(refuseSubset.tooMany(table));
    return batch;
  };
  const answer = (step: SubsetStep<Batch>): Promise<Batch | null> | null => {
    if (step.find === 'drive') {
      const own = ground.lists(step.table);
      own.drive.push(...own.more.splice(0));
      return null;
    }
    const { find: what, reference, from } = step;
    if (what === 'children')
      return find(childrenQuery(ground, reference, from), ground.lists(reference.child).drive, reference.child, from);
    return find(parentsQuery(ground, reference, from), ground.lists(reference.parent).more, reference.parent, from);
  };
  const steps = closeSubset<Batch>(plan);
  for (let step = steps.next(); !step.done;) step = steps.next(await answer(step.value));
  await source.query('SET LOCAL enable_nestloop = off');
}
