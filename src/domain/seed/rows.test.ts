// Random schemas, filled in memory: whatever the foreign keys and unique constraints are, each reference finds its row and no two rows are alike where they may not be.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FailureError } from '../failure.ts';
import type { ForeignKey } from '../refresh/subset.ts';
import { foreseenRows } from './other-rows.ts';
import { planSeed } from './plan-seed.ts';
import { openRows, type OpenRows, type Values } from './rows.ts';
import type { SeedColumn, SeedTable } from './seed-schema.ts';
import { openSequences } from './sequences.ts';

interface Drawn {
  readonly key: 'serial' | 'uuid' | 'text';
  /** To the table with this number, itself and later ones too. */
  readonly parents: readonly { readonly to: number; readonly isNullable: boolean; readonly isUnique: boolean }[];
  readonly isPair: boolean;
}

const drawn: fc.Arbitrary<readonly Drawn[]> = fc.array(
  fc.record({
    key: fc.constantFrom('serial', 'uuid', 'text'),
    parents: fc.array(fc.record({ to: fc.nat({ max: 5 }), isNullable: fc.boolean(), isUnique: fc.boolean() }), {
      maxLength: 3,
    }),
    isPair: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

const plain = (name: string, type: string, over: Partial<SeedColumn> = {}): SeedColumn => ({
  ...{ name, type: { kind: 'base', name: type, typmod: -1 }, typeSql: type, isNullable: false, sequence: null },
  ...{ preset: { kind: 'none' }, ...over },
});

function tableOf({ key, parents, isPair }: Drawn, i: number, all: readonly Drawn[]): SeedTable {
  const name = `t${i}`;
  const sequence = { name: `${name}_seq`, start: 1 + i, increment: 1 + i };
  const keyType = { serial: 'int8', uuid: 'uuid', text: 'text' }[key];
  const references = parents.map(({ to, isNullable }, n): ForeignKey => ({
    ...{ name: `f${n}`, child: name, parent: `t${to % all.length}`, isFull: false, oddity: null },
    columns: [{ child: `p${n}`, parent: 'id', operator: '=', collation: null, isNullable }],
  }));
  return {
    name,
    columns: [
      plain('id', keyType, key === 'serial' ? { sequence } : {}),
      ...parents.map(({ isNullable }, n) => plain(`p${n}`, 'text', { isNullable })),
      plain('email', 'text', { isNullable: true }),
      plain('at', 'timestamptz'),
    ],
    uniques: [
      { name: 'pk', columns: ['id'] },
      ...parents.flatMap(({ isUnique }, n) => (isUnique ? [{ name: `u${n}`, columns: [`p${n}`] }] : [])),
      ...(isPair && parents.length > 1 ? [{ name: 'pair', columns: ['p0', 'p1'] }] : []),
    ],
    ...{ checks: [], references, rowCount: 0 },
  };
}

interface Filled {
  readonly columns: readonly string[];
  readonly rows: readonly Values[];
}

function fill(tables: readonly SeedTable[], seed: number): ReadonlyMap<string, Filled> {
  const plan = planSeed(tables, { rows: 25, tables: {} });
  const sequences = openSequences();
  const open = new Map<string, OpenRows>();
  const filled = new Map<string, Filled>();
  for (const planned of plan) {
    const opening = { planned, seed, untilAt: Date.UTC(2026, 0, 1), counted: sequences.counted(planned) };
    const parents = (name: string): OpenRows | null => {
      const later = plan.find(({ table }) => table.name === name)!;
      return open.get(name) ?? foreseenRows({ ...opening, planned: later, counted: sequences.counted(later) });
    };
    const rows = openRows({ ...opening, parents, referred: new Set(['id']), chosen: new Map() });
    open.set(planned.table.name, rows);
    const made = Array.from({ length: planned.count }, (_, row) => rows.make(row, 0));
    filled.set(planned.table.name, { columns: rows.columns, rows: made });
  }
  return filled;
}

/** Null where the schema lets nothing in, which is said by name. */
function filledOrRefused(tables: readonly SeedTable[], seed: number): ReadonlyMap<string, Filled> | null {
  try {
    return fill(tables, seed);
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    expect(error.failures[0]!.code).toMatch(/^GR517[34]$/);
    return null;
  }
}

const valuesOf = ({ columns, rows }: Filled, names: readonly string[]): readonly (string | null)[][] =>
  rows.map((row) => names.map((name) => row[columns.indexOf(name)] ?? null));

test('each reference finds its row, what is unique is, and a column that may not be empty is not', () => {
  let wholeCount = 0;
  fc.assert(
    fc.property(drawn, fc.nat(), (all, seed) => {
      const tables = all.map(tableOf);
      const filled = filledOrRefused(tables, seed);
      if (filled === null) return;
      wholeCount += 1;
      for (const table of tables) {
        const its = filled.get(table.name)!;
        for (const { parent, columns } of table.references) {
          const there = new Set(valuesOf(filled.get(parent)!, ['id']).map(([id]) => id));
          for (const [value] of valuesOf(its, [columns[0]!.child]))
            if (value !== null) expect(there.has(value!)).toBe(true);
        }
        for (const { columns } of table.uniques) {
          const whole = valuesOf(its, columns).filter((row) => !row.includes(null));
          expect(new Set(whole.map((row) => row.join(' '))).size).toBe(whole.length);
        }
        for (const column of table.columns)
          if (!column.isNullable) expect(valuesOf(its, [column.name]).flat()).not.toContain(null);
      }
    }),
    { numRuns: 300 },
  );
  // Most schemas can be filled: the property was asked of something.
  expect(wholeCount).toBeGreaterThan(200);
});

test('the same seed gives the same rows, another one others', () => {
  fc.assert(
    fc.property(drawn, fc.nat({ max: 1e6 }), (all, seed) => {
      const tables = all.map(tableOf);
      const filled = filledOrRefused(tables, seed);
      expect(filledOrRefused(tables, seed)).toEqual(filled);
      const rows = (one: ReadonlyMap<string, Filled> | null): number =>
        [...(one?.values() ?? [])].reduce((sum, each) => sum + each.rows.length, 0);
      const other = filledOrRefused(tables, seed + 1);
      if (rows(filled) > 0 && other !== null) expect(other).not.toEqual(filled);
    }),
    { numRuns: 100 },
  );
});

test('a refused row is another one at the next attempt, and its place is free again', () => {
  const table = tableOf({ key: 'serial', parents: [], isPair: false }, 0, []);
  const [planned] = planSeed([{ ...table, uniques: [...table.uniques, { name: 'one', columns: ['email', 'at'] }] }], {
    rows: 9,
    tables: {},
  });
  const sequences = openSequences();
  const rows = openRows({
    planned: planned!,
    seed: 1,
    untilAt: 1e12,
    counted: sequences.counted(planned!),
    parents: () => null,
    referred: new Set(),
    chosen: new Map(),
  });
  const first = rows.make(3, 0);
  rows.release(first);
  expect(rows.make(3, 0)).toEqual(first);
  expect(rows.make(3, 1)).not.toEqual(first);
  expect(sequences.next()).toEqual(new Map([['t0_seq', 10]]));
});
