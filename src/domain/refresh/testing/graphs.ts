// Random databases in memory: tables, foreign keys of every sort, rows. And the subset of one, told without any order or list.
import fc from 'fast-check';
import type { ForeignKey, ReferenceRule, SubsetRules, SubsetTable } from '../subset.ts';

/** By column; every table has a primary key `a, b` (or `a`), and for each reference columns of its own. */
export type Row = Readonly<Record<string, number | null>>;
export interface Graph {
  readonly tables: readonly SubsetTable[];
  readonly references: readonly ForeignKey[];
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  readonly rules: SubsetRules;
}

const MOST_TABLES = 6;
export const tableName = (i: number): string => `public.t${i}`;
const keyOf = (i: number): readonly string[] => (i % 3 === 0 ? ['a', 'b'] : ['a']);

interface Link {
  readonly child: number;
  readonly parent: number;
  readonly isNullable: boolean;
  readonly rule: ReferenceRule | null;
}

/** Rows of later tables may refer to earlier and later ones, to themselves, and to nothing where they may. */
export const anyGraph: fc.Arbitrary<Graph> = fc
  .integer({ min: 2, max: MOST_TABLES })
  .chain((count) => {
    const table = fc.nat(count - 1);
    const link: fc.Arbitrary<Link> = fc.record({
      ...{ child: table, parent: table, isNullable: fc.boolean() },
      rule: fc.constantFrom<ReferenceRule | null>(null, null, 'follow', 'nullify'),
    });
    return fc.record({
      count: fc.constant(count),
      links: fc.array(link, { minLength: 1, maxLength: count + 3 }),
      sizes: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: count, maxLength: count }),
      picks: fc.infiniteStream(fc.nat(1000)),
      rootCount: fc.integer({ min: 1, max: 2 }),
      hasWhole: fc.boolean(),
      least: fc.integer({ min: 1, max: 8 }),
    });
  })
  .map(({ count, links, sizes, picks, rootCount, hasWhole, least }) => {
    const pick = (below: number): number => Number(picks.next().value) % below;
    const references = links.map((link, i) => referenceOf(link, i));
    const rows = Object.fromEntries(
      sizes.map((size, i) => [
        tableName(i),
        Array.from({ length: size }, (_, n): Row => {
          const key: Row = { a: n + 1, ...(keyOf(i).length > 1 && { b: (n * 7) % 5 }) };
          const refers = links.map((link, l) => {
            if (link.child !== i) return {};
            const target = link.isNullable && pick(3) === 0 ? null : pick(sizes[link.parent]!);
            return Object.fromEntries(
              keyOf(link.parent).map((name) => [
                `r${l}_${name}`,
                target === null ? null : name === 'a' ? target + 1 : (target * 7) % 5,
              ]),
            );
          });
          return Object.assign({}, key, ...refers) as Row;
        }),
      ]),
    );
    const roots = Array.from({ length: rootCount }, (_, i) => tableName((i * 2) % count));
    const whole = hasWhole ? [tableName(count - 1)].filter((name) => !roots.includes(name)) : [];
    const rules: SubsetRules = {
      roots: Object.fromEntries(roots.map((name) => [name, { share: null, where: `a <= ${least}` }])),
      whole,
      references: Object.fromEntries(
        links.flatMap(({ child, rule, isNullable }, i) =>
          rule === null || (rule === 'nullify' && !isNullable) ? [] : [[`${tableName(child)}.fk${i}`, rule]],
        ),
      ),
    };
    const tables = sizes.map((_, i) => ({ name: tableName(i), isPartitioned: false, primaryKey: keyOf(i) }));
    return { tables, references, rows, rules };
  });

function referenceOf({ child, parent, isNullable }: Link, i: number): ForeignKey {
  return {
    ...{ name: `fk${i}`, child: tableName(child), parent: tableName(parent), isFull: false, oddity: null },
    columns: keyOf(parent).map((name) => ({
      ...{ child: `r${i}_${name}`, parent: name, operator: 'pg_catalog.=', collation: null, isNullable },
    })),
  };
}

export const meets = ({ columns }: ForeignKey, child: Row, parent: Row): boolean =>
  columns.every((column) => child[column.child] !== null && child[column.child] === parent[column.parent]);

const leastOf = (where: string | null): number => Number(/\d+$/.exec(where ?? '')![0]);
export const isChosen = (rules: SubsetRules, table: string, row: Row): boolean =>
  row['a']! <= leastOf(rules.roots[table]!.where);

/** What is kept, by what the words mean. `driving`: of it, what children were kept for. */
export function keptOf({ references, rows, rules, tables }: Graph): { kept: Set<Row>; driving: Set<Row> } {
  const active = references.filter(({ child, name }) => rules.references[`${child}.${name}`] !== 'nullify');
  const of = (name: string): readonly Row[] => rows[name]!;
  const parentsOf = (row: Row, { parent, ...rest }: ForeignKey): readonly Row[] =>
    of(parent).filter((each) => meets({ parent, ...rest }, row, each));
  const met = new Set([...rules.whole, ...Object.keys(rules.roots)]);
  const [kept, driving] = [new Set<Row>(), new Set<Row>()];
  const untilStill = (act: () => boolean): void => {
    while (act());
  };
  const climb = (): void =>
    untilStill(() => {
      const found = active.flatMap((reference) =>
        rules.whole.includes(reference.parent)
          ? []
          : of(reference.child).flatMap((row) => (kept.has(row) ? parentsOf(row, reference) : [])),
      );
      const fresh = found.filter((row) => !kept.has(row));
      for (const row of fresh) kept.add(row);
      return fresh.length > 0;
    });
  const reach = (from: ReadonlySet<string>, isDown: boolean): Set<string> => {
    const [reached, found] = [new Set(from), new Set<string>()];
    untilStill(() => {
      const next = active
        .map(({ child, parent }) => (isDown ? [parent, child] : [child, parent]) as [string, string])
        .find(([here, there]) => reached.has(here) && !met.has(there));
      if (!next) return false;
      for (const set of [reached, found, met]) set.add(next[1]);
      return true;
    });
    return found;
  };
  let drivers = new Set(Object.keys(rules.roots));
  for (const name of drivers) for (const row of of(name)) if (isChosen(rules, name, row)) driving.add(row);
  for (let isFirst = true; drivers.size > 0; isFirst = false) {
    const hanging = reach(drivers, true);
    const both = new Set([...drivers, ...hanging]);
    untilStill(() => {
      const found = active.flatMap((reference) =>
        hanging.has(reference.child) && both.has(reference.parent)
          ? of(reference.child).filter(
              (row) => !driving.has(row) && parentsOf(row, reference).some((parent) => driving.has(parent)),
            )
          : [],
      );
      for (const row of found) driving.add(row);
      return found.length > 0;
    });
    for (const row of driving) kept.add(row);
    climb();
    drivers = reach(new Set([...(isFirst ? drivers : []), ...hanging]), false);
    for (const name of drivers) for (const row of of(name)) if (kept.has(row)) driving.add(row);
  }
  for (const { name } of tables)
    if (!met.has(name) || rules.whole.includes(name)) for (const row of of(name)) kept.add(row);
  climb();
  return { kept, driving };
}
