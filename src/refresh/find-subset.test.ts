// Random graphs of foreign keys on a real PostgreSQL, read by a role that can only select: the rows found are those that the words mean.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anyGraph, keptOf, type Graph, type Row } from '../domain/refresh/testing/graphs.ts';
import { joinPostgres } from '../embedded/postgres.ts';
import { withDatabase } from './connect.ts';
import { findSubset } from './find-subset.ts';
import { exportSnapshot } from './snapshot.ts';

let homeDir: string;
let adminUrl: string;
let leave: () => Promise<void>;
const open = async (url: string): Promise<Client> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
};

beforeAll(async () => {
  homeDir = await mkdtemp(path.join(tmpdir(), 'greenroom-subset-'));
  const postgres = await joinPostgres({ homeDir, label: 'subset test' });
  ({ adminUrl } = postgres);
  leave = () => postgres.leave();
  const admin = await open(adminUrl);
  await admin.query("CREATE ROLE reader LOGIN PASSWORD 'reader' IN ROLE pg_read_all_data");
  await admin.query('CREATE DATABASE graphs');
  await admin.query('REVOKE TEMP ON DATABASE graphs FROM PUBLIC');
  await admin.end();
}, 240_000);
afterAll(async () => {
  await leave?.();
  await rm(homeDir, { recursive: true, force: true });
}, 60_000);

/** The second table is partitioned by its key. */
function scriptOf({ tables, references, rows }: Graph): string {
  const create = tables.map(({ name, primaryKey }, i) => {
    const refers = references.filter(({ child }) => child === name).flatMap(({ columns }) => columns);
    const nullable = refers.map(({ child, isNullable }) => `${child} int${isNullable ? '' : ' NOT NULL'}`);
    const columns = [
      ...primaryKey.map((column) => `${column} int`),
      ...nullable,
      `PRIMARY KEY (${primaryKey.join(', ')})`,
    ];
    const head = `CREATE TABLE ${name} (${columns.join(', ')})`;
    if (i !== 1) return head;
    const parts = [0, 1].map(
      (n) => `CREATE TABLE ${name}_${n} PARTITION OF ${name} FOR VALUES WITH (MODULUS 2, REMAINDER ${n})`,
    );
    return [`${head} PARTITION BY HASH (a)`, ...parts].join('; ');
  });
  const insert = tables.flatMap(({ name }) =>
    rows[name]!.map((row) => {
      const values = Object.values(row).map((value) => value ?? 'NULL');
      return `INSERT INTO ${name} (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`;
    }),
  );
  const refer = references.map(
    ({ name, child, parent, columns }) =>
      `ALTER TABLE ${child} ADD CONSTRAINT ${name} FOREIGN KEY (${columns.map((each) => each.child).join(', ')})
       REFERENCES ${parent} (${columns.map((each) => each.parent).join(', ')})`,
  );
  return ['DROP SCHEMA public CASCADE; CREATE SCHEMA public', ...create, ...insert, ...refer].join(';\n');
}

test('kept on PostgreSQL is what the words say, whatever the graph', async () => {
  const url = withDatabase(adminUrl, 'graphs');
  const admin = await open(url);
  const reader = new URL(url);
  [reader.username, reader.password] = ['reader', 'reader'];
  const source = await open(reader.href);
  let emptied = 0;
  await fc.assert(
    fc.asyncProperty(anyGraph, async (graph) => {
      await admin.query(scriptOf(graph));
      await exportSnapshot(source);
      try {
        const names = graph.tables.map(({ name }) => name);
        const subset = await findSubset(source, graph.rules, names, 'ab', new AbortController().signal);
        const { kept } = keptOf(graph);
        const counted = await subset.countKept();
        for (const { name, primaryKey } of graph.tables) {
          const columns = Object.keys(graph.rows[name]![0]!);
          const { rows } = await source.query<Row>(subset.rowsOf(name, columns) ?? `SELECT * FROM ${name}`);
          const key = (row: Row): string => primaryKey.map((column) => row[column]).join(' ');
          const expected = graph.rows[name]!.filter((row) => kept.has(row)).map(key);
          expect(rows.map(key).toSorted()).toEqual(expected.toSorted());
          expect(counted.get(name)).toBe(expected.length);
          emptied += checkReferences(graph, kept, name, rows, key);
        }
      } finally {
        await source.query('ROLLBACK');
      }
    }),
    { numRuns: 60 },
  );
  expect(emptied).toBeGreaterThan(0);
  await source.end();
  await admin.end();
}, 240_000);

/** Every reference is as it was, or empty where it is said so and leads out. How many were emptied. */
function checkReferences(
  { references, rows, rules }: Graph,
  kept: Set<Row>,
  table: string,
  found: readonly Row[],
  key: (row: Row) => string,
): number {
  let emptied = 0;
  for (const row of found) {
    const original = rows[table]!.find((each) => key(each) === key(row))!;
    for (const { name, child, parent, columns } of references.filter((each) => each.child === table)) {
      const target = rows[parent]!.find((each) =>
        columns.every((column) => each[column.parent] === original[column.child]),
      );
      const isCut = rules.references[`${child}.${name}`] === 'nullify' && target !== undefined && !kept.has(target);
      for (const column of columns) expect(row[column.child]).toBe(isCut ? null : original[column.child]);
      emptied += Number(isCut);
    }
  }
  return emptied;
}
