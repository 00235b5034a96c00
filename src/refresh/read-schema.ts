// What the plan needs to know of the source: columns with their types under all domains, what limits them, and some values.
import { fail } from '../domain/failure.ts';
import type { Client } from 'pg';
import { LARGE_OBJECT, type SourceColumn, type SourceTable } from '../domain/refresh/source-schema.ts';

/** Values looked at of each table, and how much of each. */
const SAMPLE_ROWS = 400;
const SAMPLE_CHARACTERS = 20_000;

/** Tables of people, whole: a partitioned one stands for its partitions, and what belongs to an extension is left to it. */
const asked = `
WITH RECURSIVE base AS (
  SELECT oid AS type, oid AS own, typtypmod AS typmod FROM pg_type
  UNION ALL
  SELECT base.type, t.typbasetype, CASE WHEN base.typmod >= 0 THEN base.typmod ELSE t.typtypmod END
  FROM base JOIN pg_type t ON t.oid = base.own WHERE t.typtype = 'd'
), keys AS (
  SELECT root.oid AS root, a.attname FROM pg_class root, pg_partition_tree(root.oid) part
  JOIN pg_partitioned_table p ON p.partrelid = part.relid
  JOIN pg_attribute a ON a.attrelid = part.relid AND (a.attnum = ANY (p.partattrs) OR EXISTS (
    SELECT FROM pg_depend d WHERE d.objid = part.relid AND d.objsubid = 0 AND d.refobjid = part.relid
      AND d.refobjsubid = a.attnum AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass))
  WHERE root.relkind = 'p' AND NOT root.relispartition
)
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS "table", a.attname AS name,
  CASE b.typtype WHEN 'e' THEN 'enum' WHEN 'c' THEN 'composite' WHEN 'r' THEN 'range' WHEN 'm' THEN 'multirange' ELSE b.typname END AS type,
  CASE WHEN b.typname IN ('varchar', 'bpchar') AND greatest(a.atttypmod, base.typmod) > 4 THEN greatest(a.atttypmod, base.typmod) - 4 END AS "maxCharacters",
  NOT (a.attnotnull OR coalesce((SELECT bool_or(t.typnotnull) FROM base chain JOIN pg_type t ON t.oid = chain.own WHERE chain.type = a.atttypid), false)) AS "isNullable",
  EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion) AND (a.attnum = ANY (i.indkey) OR EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.refobjsubid = a.attnum))) AS "isUnique",
  a.attgenerated <> '' AS "isGenerated",
  EXISTS (SELECT FROM keys WHERE keys.root = c.oid AND keys.attname = a.attname) AS "isPartitionKey",
  ARRAY(SELECT k.conname::text FROM pg_constraint k WHERE k.contype = 'c' AND (
    (k.conrelid = c.oid AND a.attnum = ANY (k.conkey))
    OR k.contypid IN (SELECT chain.own FROM base chain WHERE chain.type = a.atttypid)) ORDER BY 1) AS checks,
  (SELECT quote_ident(fn.nspname) || '.' || quote_ident(fc.relname) || '.' || fa.attname
    FROM pg_constraint k JOIN pg_class fc ON fc.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = fc.relnamespace
    JOIN pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = k.confkey[array_position(k.conkey, a.attnum)]
    WHERE k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY (k.conkey) ORDER BY k.oid LIMIT 1) AS "references"
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN base ON base.type = a.atttypid JOIN pg_type b ON b.oid = base.own AND b.typtype <> 'd'
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname, a.attnum`;

/** Their rows are nothing but rows; so they are counted. */
const withoutColumns = `
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname`;

interface Row extends Omit<SourceColumn, 'samples'> {
  readonly table: string;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** In the transaction of a snapshot, so that schema and values are of one moment. */
export async function readSchema(
  source: Client,
  onTable: (done: number, count: number) => void = () => {},
): Promise<readonly SourceTable[]> {
  // Names are quoted by PostgreSQL only where they must be, whatever the role's settings say.
  await source.query('SET LOCAL quote_all_identifiers = off');
  const { rows } = await source.query<Row>(asked);
  const byTable = Map.groupBy(await withObjects(source, rows), ({ table }) => table);
  const tables: SourceTable[] = [];
  for (const [name, columns] of byTable) {
    const samples = await sample(source, name, columns);
    const described = columns.map((row, i): SourceColumn => {
      const { table: _, ...column } = row;
      return { ...column, samples: samples.map((values) => values[i] ?? null) };
    });
    tables.push({ name, columns: described });
    onTable(tables.length, byTable.size);
  }
  const { rows: bare } = await source.query<{ name: string }>(withoutColumns);
  return [...tables, ...bare.map(({ name }) => ({ name, columns: [] }))];
}

/** Columns of type `oid`, or of a domain over it such as `lo`, with a value that is the number of a large object. */
async function withObjects(source: Client, rows: readonly Row[]): Promise<readonly Row[]> {
  const { rows: any } = await source.query('SELECT FROM pg_catalog.pg_largeobject_metadata LIMIT 1');
  if (any.length === 0) return rows;
  const told: Row[] = [];
  for (const row of rows) {
    const refers = `SELECT FROM ${row.table} t JOIN pg_catalog.pg_largeobject_metadata o ON o.oid = t.${quoted(row.name)} LIMIT 1`;
    const isOne = row.type === 'oid' && (await source.query(refers)).rows.length > 0;
    told.push(isOne ? { ...row, type: LARGE_OBJECT } : row);
  }
  return told;
}

async function sample(source: Client, table: string, columns: readonly Row[]): Promise<readonly (string | null)[][]> {
  const list = columns.map(({ name }) => `left(${quoted(name)}::text, ${SAMPLE_CHARACTERS})`).join(', ');
  const text = `SELECT ${list} FROM ${table} LIMIT ${SAMPLE_ROWS}`;
  const { rows } = await source.query<(string | null)[]>({ text, rowMode: 'array' }).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== '42501') throw error;
    return fail({
      code: 'GR5070',
      message: `PostgreSQL does not let the role read all of ${table}.`,
      where: table,
      do: 'Give the role SELECT on the table, and BYPASSRLS where the table has row security.',
    });
  });
  return rows;
}
