// Values whose binary form another server cannot read, or would read as something else, come as text: what has no binary form, and what is the
// number of an object, which is another one elsewhere. They land in a temporary table, and PostgreSQL makes them what they are from there.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import { quoted } from './connect.ts';
import { countsDiffer, type CopiedTable } from './copy-out.ts';

/** A type is as its parts are: under a domain, in an array, a composite or a range. PostgreSQL does not read back the empty tsquery that it writes. */
const asked = `
WITH RECURSIVE inside AS (
  SELECT atttypid AS type, atttypid AS part FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION
  SELECT inside.type, x.part FROM inside JOIN pg_type t ON t.oid = inside.part CROSS JOIN LATERAL (
    SELECT t.typbasetype WHERE t.typtype = 'd'
    UNION ALL SELECT t.typelem WHERE t.typcategory = 'A'
    UNION ALL SELECT e.rngsubtype FROM pg_range e WHERE t.typtype IN ('r', 'm') AND (e.rngtypid = t.oid OR to_jsonb(e) ->> 'rngmultitypid' = t.oid::text)
    UNION ALL SELECT e.atttypid FROM pg_attribute e WHERE t.typtype = 'c' AND e.attrelid = t.typrelid AND e.attnum > 0 AND NOT e.attisdropped
  ) x (part)
)
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS "table", a.attname AS name
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND EXISTS (
  SELECT FROM inside JOIN pg_type t ON t.oid = inside.part WHERE inside.type = a.atttypid AND (t.typsend = 0 OR t.typreceive = 0 OR t.oid = 'tsquery'::regtype
    OR t.typnamespace = 'pg_catalog'::regnamespace AND t.typname IN ('regclass', 'regcollation', 'regconfig', 'regdictionary', 'regnamespace', 'regoper', 'regoperator', 'regproc', 'regprocedure', 'regtype')))`;

/** Columns that come as text, by table as the plan names it. In the transaction of the snapshot. */
export async function readTextColumns(source: Client): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { rows } = await source.query<{ table: string; name: string }>(asked);
  const byTable = Map.groupBy(rows, ({ table }) => table);
  return new Map([...byTable].map(([table, found]) => [table, new Set(found.map(({ name }) => name))]));
}

export interface TextCarrying {
  /** In the transaction of the snapshot. */
  readonly source: Client;
  readonly target: Client;
  readonly table: string;
  readonly columns: readonly string[];
  /** Of the columns. */
  readonly asText: readonly string[];
  /** A query of the columns. */
  readonly query: string;
}

/** As pg_dump sets them, so that every name is whole and both servers read the same. */
const settings = ["search_path = ''", "datestyle = 'ISO'", "intervalstyle = 'postgres'", 'extra_float_digits = 3'];
const landing = 'pg_temp.greenroom_landing';

/** `copy` brings the rows of a query into a table. Throws `GR5093` without a value of a row. */
export async function carryAsText(
  carrying: TextCarrying,
  copy: (from: string, into: string) => Promise<CopiedTable>,
): Promise<CopiedTable> {
  const { source, target, table, columns, asText, query } = carrying;
  const isText = (name: string): boolean => asText.includes(name);
  const read = columns.map((name) => (isText(name) ? `${quoted(name)}::text` : quoted(name)));
  const made = columns.map((name) => (isText(name) ? `NULL::text AS ${quoted(name)}` : quoted(name)));
  await source.query('SAVEPOINT as_text');
  for (const setting of settings) {
    await source.query(`SET LOCAL ${setting}`);
    await target.query(`SET ${setting}`);
  }
  await target.query(
    `CREATE TEMPORARY TABLE greenroom_landing AS SELECT ${made.join(', ')} FROM ${table} WITH NO DATA`,
  );
  const seen = await copy(`(SELECT ${read.join(', ')} FROM ${query} AS read)`, landing);
  await source.query('ROLLBACK TO SAVEPOINT as_text');
  const kept = await land(carrying);
  if (kept !== seen.rowCount) fail(countsDiffer(table, seen.rowCount, kept));
  await target.query(`DROP TABLE ${landing}`);
  for (const setting of settings) await target.query(`RESET ${setting.split(' ')[0]!}`);
  return seen;
}

async function land({ target, table, columns, asText }: TextCarrying): Promise<number> {
  const { rows: types } = await target.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attname = ANY ($2)`,
    [table, asText],
  );
  const typeOf = new Map(types.map(({ name, type }) => [name, type]));
  const values = columns.map((name) => quoted(name) + (typeOf.has(name) ? `::${typeOf.get(name)!}` : ''));
  try {
    const { rowCount } = await target.query(
      `INSERT INTO ${table} (${columns.map(quoted).join(', ')}) OVERRIDING SYSTEM VALUE SELECT ${values.join(', ')} FROM ${landing}`,
    );
    return rowCount ?? 0;
  } catch (error) {
    const { code } = error as { code?: string };
    return fail({
      code: 'GR5093',
      message: `The target refused values that can only come as text, of ${asText.map(quoted).join(', ')} (SQLSTATE ${code ?? 'unknown'}).`,
      where: table,
      do: 'A value that names an object, such as regclass, can only name one that is there before the rows: no index, no constraint. Empty the column with the rule "nothing".',
    });
  }
}
