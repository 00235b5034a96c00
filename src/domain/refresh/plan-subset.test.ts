import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closeSubset, type SubsetStep } from './close-subset.ts';
import { planSubset } from './plan-subset.ts';
import type { ForeignKey, PlannedSubset, SubsetRules, SubsetTable } from './subset.ts';
import { anyGraph, isChosen, keptOf, meets, type Graph, type Row } from './testing/graphs.ts';

const planned = ({ tables, references, rules }: Graph): PlannedSubset => {
  const plan = planSubset(tables, references, rules);
  if (!plan.ok) throw new Error(plan.failures.map(({ message }) => message).join('\n'));
  return plan.value;
};

/** As PostgreSQL does it: a condition for each table, that asks for its parents' conditions, and lists. */
function openRows({ rows, rules }: Graph, plan: PlannedSubset) {
  const partOf = new Map(plan.tables.map((part) => [part.table.name, part]));
  const [drive, more] = [new Set<Row>(), new Set<Row>()];
  const doesDrive = (name: string, row: Row): boolean => {
    const { standing, hangsOn } = partOf.get(name)!;
    if (standing === 'whole' || drive.has(row)) return true;
    if (standing === 'chosen') return isChosen(rules, name, row);
    return hangsOn.some((reference) => drivingParents(reference).some((parent) => meets(reference, row, parent)));
  };
  const drivingParents = ({ parent }: ForeignKey): readonly Row[] =>
    rows[parent]!.filter((row) => doesDrive(parent, row));
  const isKept = (name: string, row: Row): boolean => more.has(row) || doesDrive(name, row);
  const filled = (found: readonly Row[], into: Set<Row>): readonly Row[] | null => {
    for (const row of found) into.add(row);
    return found.length > 0 ? found : null;
  };
  const answer = (step: SubsetStep<readonly Row[]>): readonly Row[] | null => {
    if (step.find === 'drive') {
      for (const row of rows[step.table]!) if (more.delete(row)) drive.add(row);
      return null;
    }
    const { reference, from } = step;
    const { child, parent } = reference;
    if (step.find === 'children') {
      const parents = from ?? drivingParents(reference);
      const isFound = (row: Row): boolean => parents.some((each) => meets(reference, row, each));
      return filled(
        rows[child]!.filter((row) => !doesDrive(child, row) && isFound(row)),
        drive,
      );
    }
    const children = from ?? rows[child]!.filter((row) => isKept(child, row));
    const isFound = (row: Row): boolean => children.some((each) => meets(reference, each, row));
    return filled(
      rows[parent]!.filter((row) => !isKept(parent, row) && isFound(row)),
      more,
    );
  };
  return { answer, isKept };
}

function closed(graph: Graph, skipped: SubsetStep<unknown>['find'] | null = null): Set<Row> {
  const plan = planned(graph);
  const { answer, isKept } = openRows(graph, plan);
  const steps = closeSubset<readonly Row[]>(plan);
  for (let step = steps.next(); !step.done;) step = steps.next(step.value.find === skipped ? null : answer(step.value));
  return new Set(Object.entries(graph.rows).flatMap(([name, all]) => all.filter((row) => isKept(name, row))));
}

describe('over any graph of foreign keys, with circles, self references and composite keys', () => {
  test('kept is what the words say, found without their order', () =>
    fc.assert(
      fc.property(anyGraph, (graph) => {
        expect(closed(graph)).toEqual(keptOf(graph).kept);
      }),
      { numRuns: 200 },
    ));

  test('no kept row refers to one that is not, and what drives has all its children', () =>
    fc.assert(
      fc.property(anyGraph, (graph) => {
        expect(wrongIn(graph, closed(graph))).toEqual([]);
      }),
      { numRuns: 80 },
    ));

  test.each(['children', 'parents', 'drive'] as const)(
    'a search that leaves out its steps for %s is found out',
    (skipped) => {
      const isRight = (graph: Graph): boolean => wrongIn(graph, closed(graph, skipped)).length === 0;
      expect(fc.check(fc.property(anyGraph, isRight), { numRuns: 2000, endOnFailure: true }).failed).toBe(true);
    },
  );
});

function wrongIn(graph: Graph, kept: ReadonlySet<Row>): readonly string[] {
  const { rows, references, rules } = graph;
  const { driving } = keptOf(graph);
  const partOf = new Map(planned(graph).tables.map((part) => [part.table.name, part]));
  const wrong: string[] = [];
  for (const reference of references) {
    const { child, parent, name } = reference;
    const isNullified = rules.references[`${child}.${name}`] === 'nullify';
    const drives = [...partOf.get(child)!.hangsOn, ...partOf.get(child)!.circles].includes(reference);
    for (const row of rows[child]!)
      for (const other of rows[parent]!.filter((each) => meets(reference, row, each))) {
        if (!isNullified && kept.has(row) && !kept.has(other)) wrong.push(`${child} has no ${parent}`);
        if (drives && driving.has(other) && !kept.has(row)) wrong.push(`${parent} lost ${child}`);
      }
  }
  for (const name of Object.keys(rules.roots))
    for (const row of rows[name]!) if (isChosen(rules, name, row) && !kept.has(row)) wrong.push(`${name} was chosen`);
  return wrong;
}

const table = (name: string, primaryKey = ['id']): SubsetTable => ({
  ...{ name: `public.${name}`, isPartitioned: false, primaryKey },
});
const refers = (child: string, parent: string, more: Partial<ForeignKey> = {}): ForeignKey => ({
  ...{ name: `${child}_${parent}`, child: `public.${child}`, parent: `public.${parent}`, isFull: false, oddity: null },
  columns: [{ child: `${parent}_id`, parent: 'id', operator: 'pg_catalog.=', collation: null, isNullable: true }],
  ...more,
});
const shop = ['customers', 'orders', 'lines', 'products', 'pictures', 'countries', 'settings'].map((name) =>
  table(name),
);
const shopReferences = [
  refers('orders', 'customers'),
  refers('lines', 'orders'),
  refers('lines', 'products'),
  refers('pictures', 'products'),
  refers('customers', 'countries'),
  refers('customers', 'customers'),
];
const quarter: SubsetRules = { roots: { 'public.customers': { share: 0.25, where: null } }, whole: [], references: {} };
const told = (rules: Partial<SubsetRules>, references = shopReferences, tables = shop): string[] => {
  const plan = planSubset(tables, references, { ...quarter, ...rules });
  return plan.ok ? [] : plan.failures.map(({ code, where }) => `${code} ${where}`);
};

test('down from a root, up to what is pointed at, down again from there; the rest is whole', () => {
  const plan = planned({ tables: shop, references: shopReferences, rules: quarter, rows: {} });
  expect(
    Object.fromEntries(plan.tables.map(({ table: { name }, standing, stage }) => [name, [standing, stage]])),
  ).toEqual({
    'public.customers': ['chosen', 0],
    'public.orders': ['hanging', 0],
    'public.lines': ['hanging', 0],
    'public.products': ['pointed', 0],
    'public.countries': ['pointed', 0],
    'public.pictures': ['hanging', 1],
    'public.settings': ['whole', 0],
  });
  expect([plan.stageCount, plan.looseShare]).toEqual([2, 0.25]);
});

test('what is named whole leads nowhere', () => {
  const rules = { ...quarter, whole: ['public.products'] };
  const { tables } = planned({ tables: shop, references: shopReferences, rules, rows: {} });
  const standing = Object.fromEntries(tables.map((part) => [part.table.name, part.standing]));
  expect([standing['public.products'], standing['public.pictures']]).toEqual(['whole', 'whole']);
});

test('only columns that may be null, and that no other reference needs, are emptied', () => {
  const column = (child: string, isNullable: boolean) => ({
    ...{ child, parent: child, operator: 'pg_catalog.=', collation: null, isNullable },
  });
  const composite = refers('orders', 'customers', {
    name: 'both',
    columns: [column('shop', true), column('id', true)],
  });
  const other = refers('orders', 'products', { name: 'one', columns: [column('shop', true)] });
  const rules = { ...quarter, references: { 'public.orders.both': 'nullify' as const } };
  const rulesOf = (references: ForeignKey[]) =>
    planned({ tables: shop, references, rules, rows: {} }).tables.flatMap(({ empties }) => empties);
  expect(rulesOf([refers('lines', 'customers'), composite]).map(({ columns }) => columns)).toEqual([['shop', 'id']]);
  expect(rulesOf([refers('lines', 'customers'), composite, other]).map(({ columns }) => columns)).toEqual([['id']]);
  expect(told(rules, [{ ...composite, isFull: true }, other])).toEqual([
    'GR5089 refresh.yaml (subset.references: public.orders.both)',
  ]);
});

test('every refusal at once, each with its place', () => {
  expect(
    told({
      roots: { 'public.nobody': { share: 1, where: null }, 'public.settings': { share: 0.5, where: null } },
      whole: ['public.settings', 'public.nothing'],
      references: { 'public.orders.nope': 'follow' },
    }),
  ).toEqual([
    'GR5085 refresh.yaml (subset.roots: public.nobody)',
    'GR5086 refresh.yaml (subset.roots: public.settings)',
    'GR5085 refresh.yaml (subset.whole: public.nothing)',
    'GR5085 refresh.yaml (subset.references: public.orders.nope)',
  ]);
  expect(told({}, shopReferences, [table('customers', []), ...shop.slice(1)])).toEqual([
    'GR5087 refresh.yaml (subset.roots: public.customers)',
  ]);
  expect(told({}, [refers('orders', 'customers', { oddity: 'partition' })])).toEqual([
    'GR5088 public.orders.orders_customers',
  ]);
  // The same where no part of the subset is concerned.
  expect(told({}, [refers('settings', 'pictures', { oddity: 'period' })])).toEqual([]);
  const [{ columns }] = [refers('lines', 'orders')];
  const never = refers('lines', 'orders', { columns: [{ ...columns[0]!, isNullable: false }] });
  expect(told({ references: { 'public.lines.orders_id': 'nullify' } }, [never])).toEqual([
    'GR5089 refresh.yaml (subset.references: public.lines.lines_orders)',
  ]);
  expect(told({ references: { 'public.lines.orders_id': 'follow' } }, [never])).toEqual([]);
});
