// The schema that is to be filled: columns with types and defaults, what is unique, what is checked, what refers to what.
import type { Client } from 'pg';
import type { Check, Preset, SeedColumn, SeedTable, Sequence, Unique } from '../../domain/seed/seed-schema.ts';
import { quoted } from '../connect.ts';
import { readReferences } from '../read-references.ts';
import { readTypes, type FoundType } from './read-types.ts';

const nameOf = `quote_ident(n.nspname) || '.' || quote_ident(c.relname)`;
const ours = `c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

interface TableRow {
  readonly oid: string;
  readonly name: string;
  readonly columns: readonly ColumnRow[] | null;
  readonly uniques:
    | readonly { readonly name: string; readonly keys: readonly string[]; readonly told: string }[]
    | null;
  readonly checks: readonly Check[] | null;
  /** Conditions of its partitions, null of one that takes all; of a table without partitions: null. */
  readonly partitions: readonly (string | null)[] | null;
}

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly typmod: number;
  readonly isNotNull: boolean;
  readonly isIdentity: boolean;
  readonly isGenerated: boolean;
  readonly preset: string | null;
  readonly sequence: { readonly name: string; readonly start: string; readonly increment: string } | null;
}

const tablesAsked = `
SELECT c.oid::text, ${nameOf} AS name,
  (SELECT json_agg(json_build_object('name', a.attname, 'type', a.atttypid::text, 'typmod', a.atttypmod, 'isNotNull', a.attnotnull,
      'isIdentity', a.attidentity <> '', 'isGenerated', a.attgenerated <> '', 'preset', pg_get_expr(b.adbin, b.adrelid), 'sequence', s.told) ORDER BY a.attnum)
    FROM pg_attribute a LEFT JOIN pg_attrdef b ON b.adrelid = a.attrelid AND b.adnum = a.attnum
    LEFT JOIN LATERAL (SELECT json_build_object('name', q.seqrelid::regclass::text, 'start', q.seqstart::text, 'increment', q.seqincrement::text) AS told
      FROM pg_sequence q WHERE q.seqrelid = CASE WHEN a.attidentity <> '' THEN
          (SELECT d.objid FROM pg_depend d WHERE d.refobjid = c.oid AND d.refobjsubid = a.attnum AND d.deptype = 'i' AND d.classid = 'pg_class'::regclass
             AND d.refclassid = 'pg_class'::regclass LIMIT 1)
        WHEN a.attgenerated = '' THEN (SELECT d.refobjid FROM pg_depend d JOIN pg_class o ON o.oid = d.refobjid AND o.relkind = 'S'
          WHERE d.classid = 'pg_attrdef'::regclass AND d.objid = b.oid AND d.refclassid = 'pg_class'::regclass
            AND pg_get_expr(b.adbin, b.adrelid) ~ '^nextval' LIMIT 1) END) s ON true
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
  (SELECT json_agg(json_build_object('name', x.relname, 'keys', ARRAY(SELECT f.attname FROM pg_attribute f WHERE f.attrelid = c.oid AND f.attnum = ANY (i.indkey)
        AND array_position(i.indkey::int2[], f.attnum) < i.indnkeyatts), 'told', coalesce(pg_get_expr(i.indexprs, i.indrelid), '')) ORDER BY x.relname)
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)) AS uniques,
  (SELECT json_agg(json_build_object('name', k.conname, 'sql', pg_get_expr(k.conbin, k.conrelid), 'columns',
      ARRAY(SELECT f.attname FROM pg_attribute f WHERE f.attrelid = c.oid AND f.attnum = ANY (k.conkey))) ORDER BY k.conname)
    FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c') AS checks,
  CASE WHEN c.relkind = 'p' THEN (SELECT json_agg(pg_get_partition_constraintdef(p.relid)) FROM pg_partition_tree(c.oid) p WHERE p.isleaf AND p.relid <> c.oid) END AS partitions
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${ours} ORDER BY 2`;

/** Where tools of migrations keep what has run: their rows stay, and nobody else's are put beside. */
const bookkeeping =
  /\.(?:schema_migrations|ar_internal_metadata|_prisma_migrations|django_migrations|flyway_schema_history|databasechangelog(?:lock)?|alembic_version|knex_migrations(?:_lock)?|goose_db_version|__drizzle_migrations|sequelizemeta|typeorm_migrations|migrations|pgmigrations|atlas_schema_revisions|"?(?:__EFMigrationsHistory|SequelizeMeta)"?)$/i;

export interface ReadSchema {
  readonly tables: readonly SeedTable[];
  /** Tables of tools of migrations, by name. */
  readonly left: readonly string[];
}

/** In a transaction; what it says of names and conditions holds under any search path. */
export async function readSeedSchema(client: Client): Promise<ReadSchema> {
  await client.query("SET LOCAL search_path = ''; SET LOCAL quote_all_identifiers = off");
  const types = await readTypes(client);
  const { rows } = await client.query<TableRow>(tablesAsked);
  const left = rows.filter(({ name }) => bookkeeping.test(name)).map(({ name }) => name);
  const found = rows.filter(({ name }) => !left.includes(name));
  const { references } = await readReferences(
    client,
    found.map(({ name }) => name),
  );
  const tables: SeedTable[] = [];
  for (const row of found) {
    const { rows: counts } = await client.query<{ count: string }>(`SELECT count(*) FROM ${row.name}`);
    const columns = (row.columns ?? []).filter(({ isGenerated }) => !isGenerated);
    const typed = columns.map((column) => ({ column, found: types(column.type, column.typmod) }));
    tables.push({
      name: row.name,
      columns: await columnsOf(client, typed),
      uniques: (row.uniques ?? []).map((unique) => uniqueOf(unique, columns)),
      checks: checksOf(row, typed),
      references: references.filter(({ child, oddity }) => child === row.name && oddity === null),
      rowCount: Number(counts[0]!.count),
    });
  }
  await client.query('SET LOCAL search_path TO DEFAULT');
  return { tables, left };
}

interface TypedColumn {
  readonly column: ColumnRow;
  readonly found: FoundType;
}

async function columnsOf(client: Client, typed: readonly TypedColumn[]): Promise<readonly SeedColumn[]> {
  const { rows } = await client.query<{ told: string }>(
    'SELECT format_type(t.type, t.typmod) AS told FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY AS t (type, typmod, place) ORDER BY place',
    [typed.map(({ found }) => found.baseOid), typed.map(({ found }) => found.typmod)],
  );
  const columns: SeedColumn[] = [];
  for (const [i, { column, found }] of typed.entries())
    columns.push({
      ...{ name: column.name, type: found.type, typeSql: rows[i]!.told },
      isNullable: !column.isNotNull && !found.isNotNull,
      sequence: sequenceOf(column),
      preset: await presetOf(client, column.preset ?? found.preset),
    });
  return columns;
}

const sequenceOf = ({ sequence }: ColumnRow): Sequence | null =>
  sequence && { name: sequence.name, start: Number(sequence.start), increment: Number(sequence.increment) };

/** What is written out says the same each time; anything that is called may not. */
const constant =
  /^\(*(?:'(?:[^']|'')*'|-?\d+(?:\.\d+)?|true|false|ARRAY\[\])\)*(?:::[\w ."]+(?:\([\d,]+\))?(?:\[\])*\)*)*$/;

async function presetOf(client: Client, expression: string | null): Promise<Preset> {
  if (expression === null || /^NULL\b/.test(expression)) return { kind: 'none' };
  if (!constant.test(expression)) return { kind: 'varying' };
  const { rows } = await client.query<{ told: string }>(`SELECT (${expression})::text AS told`);
  return { kind: 'constant', text: rows[0]!.told };
}

/** Whether a condition speaks of a column. */
const speaksOf = (sql: string, name: string): boolean =>
  sql.includes(quoted(name)) ||
  new RegExp(`(?<![\\w"'.])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w"'(])`).test(sql);

function uniqueOf(
  { name, keys, told }: { readonly name: string; readonly keys: readonly string[]; readonly told: string },
  columns: readonly ColumnRow[],
): Unique {
  const inside =
    told === '' ? [] : columns.filter((column) => speaksOf(told, column.name)).map((column) => column.name);
  return { name, columns: [...new Set([...keys, ...inside])] };
}

function checksOf({ name, checks, partitions }: TableRow, typed: readonly TypedColumn[]): readonly Check[] {
  const ofDomains = typed.flatMap(({ column, found }) =>
    found.checks.map((check) => ({
      name: check.name,
      columns: [column.name],
      sql: check.sql.replace(/'(?:[^']|'')*'|\bVALUE\b/g, (part) => (part === 'VALUE' ? quoted(column.name) : part)),
    })),
  );
  const ofChecks = [...(checks ?? []), ...ofDomains];
  // A partition without a condition takes what the others do not.
  if (partitions === null || partitions.includes(null)) return ofChecks;
  const sql = partitions.map((each) => `(${each})`).join(' OR ');
  const columns = typed.map(({ column }) => column.name).filter((column) => speaksOf(sql, column));
  return [...ofChecks, { name: `partitions of ${name}`, columns, sql }];
}
