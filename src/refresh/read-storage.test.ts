// Where rows are written to: into a partition itself only where the same values lie in the same one at every server.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlannedColumn, PlannedTable } from '../domain/refresh/compile.ts';
import { goesTo, readStorage } from './read-storage.ts';
import { openTwoDatabases, type TwoDatabases } from './testing/two-databases.ts';

let two: TwoDatabases;
beforeAll(async () => {
  two = await openTwoDatabases();
}, 120_000);
afterAll(() => two?.close());

const parted = (name: string, by: string, bounds: string): string =>
  `CREATE TABLE ${name} (id int, at date, name text) PARTITION BY ${by}; CREATE TABLE ${name}_1 PARTITION OF ${name} FOR VALUES ${bounds}`;
const column = (name: string, isKept: boolean): PlannedColumn => ({
  ...{ name, type: 'text', isEntity: false },
  rule: isKept ? { kind: 'keep', because: 'made up' } : { kind: 'null' },
});
const planOf = (masked: string): PlannedTable['columns'] =>
  ['id', 'at', 'name'].map((name) => column(name, name !== masked));

test.each([
  ['RANGE (at)', "FROM ('2020-01-01') TO ('2021-01-01')", 'id', true],
  ['RANGE (at)', "FROM ('2020-01-01') TO ('2021-01-01')", 'at', false],
  ['RANGE (id, at)', "FROM (1, '2020-01-01') TO (2, '2021-01-01')", 'at', false],
  ['LIST (name)', "IN ('a')", 'id', true],
  ['LIST (name)', "IN ('a')", 'name', false],
  // By the order of a language, by a hash and by what somebody reckons the same value may be elsewhere.
  ['RANGE (name)', "FROM ('a') TO ('b')", 'id', false],
  ['HASH (id)', 'WITH (MODULUS 1, REMAINDER 0)', 'name', false],
  ['RANGE ((id + 1))', 'FROM (1) TO (2)', 'name', false],
])('rows of a partition by %s, %s, where %s is masked, stay in it: %s', async (by, bounds, masked, stays) => {
  await two.ask('production', `DROP TABLE IF EXISTS t; ${parted('t', by, bounds)}`);
  const client = await two.open('production');
  try {
    await client.query('BEGIN');
    const [stored] = await readStorage(client, new Set(['public.t']));
    const place = goesTo(stored!, { name: 'public.t', columns: planOf(masked) });
    expect(place).toBe(stays ? 'public.t_1' : 'public.t');
  } finally {
    await client.end();
  }
});

test('every level of partitions counts, and a table without any is its own place', async () => {
  const below = `CREATE TABLE u (id int, at date, name text) PARTITION BY LIST (id); CREATE TABLE u_1 PARTITION OF u FOR VALUES IN (1) PARTITION BY RANGE (at); CREATE TABLE u_1_1 PARTITION OF u_1 DEFAULT; CREATE TABLE "Plain" (id int, at date, name text)`;
  await two.ask('production', below);
  const client = await two.open('production');
  try {
    await client.query('BEGIN');
    const stored = await readStorage(client, new Set(['public.u', 'public."Plain"']));
    const placesBy = (masked: string) =>
      stored.map((each) => goesTo(each, { name: each.table, columns: planOf(masked) })).toSorted();
    expect(placesBy('name')).toEqual(['public."Plain"', 'public.u_1_1']);
    for (const masked of ['id', 'at']) expect(placesBy(masked)).toEqual(['public."Plain"', 'public.u']);
  } finally {
    await client.end();
  }
});
