// How the source's tables lie on disk, and where its sequences stand.
import type { Client } from 'pg';
import type { PlannedTable } from '../domain/refresh/compile.ts';
import type { Piece, StoredTable } from '../domain/refresh/pieces.ts';
import { quoted } from './connect.ts';

const stored = `
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS "table", quote_ident(pn.nspname) || '.' || quote_ident(p.relname) AS "storedIn",
  pg_relation_size(p.oid)::float8 AS "sizeBytes", current_setting('block_size')::int AS "blockBytes",
  CASE WHEN p.oid = c.oid THEN '{}' ELSE (SELECT CASE WHEN bool_and(k.partstrat = 'l' OR k.partstrat = 'r' AND key.collated = 0) THEN array_agg(a.attname::text) END
    FROM pg_partition_ancestors(p.oid) up JOIN pg_partitioned_table k ON k.partrelid = up.relid
    CROSS JOIN LATERAL unnest(k.partattrs::int2[], k.partcollation::oid[]) AS key (number, collated)
    LEFT JOIN pg_attribute a ON a.attrelid = k.partrelid AND a.attnum = key.number AND key.number > 0) END AS "partedBy"
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT c.oid AS oid WHERE c.relkind = 'r' UNION ALL SELECT relid FROM pg_partition_tree(c.oid) WHERE c.relkind = 'p' AND isleaf) part
JOIN pg_class p ON p.oid = part.oid JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND p.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

export interface ReadStorage extends StoredTable {
  /** Columns that say in which partition a row is, null for an expression; null where the same values may be in another partition of another server. */
  readonly partedBy: readonly (string | null)[] | null;
}

/** Of the tables of the plan, whole or by partition. In the transaction of the snapshot. */
export async function readStorage(source: Client, tables: ReadonlySet<string>): Promise<readonly ReadStorage[]> {
  await source.query('SET LOCAL quote_all_identifiers = off');
  const { rows } = await source.query<ReadStorage>(stored);
  return rows.filter(({ table }) => tables.has(table));
}

/** Where its rows are written to: a partition itself where they stay in it, or the whole table. */
export function goesTo({ table, storedIn, partedBy }: ReadStorage, { columns }: PlannedTable): string {
  const kept = new Set(columns.filter(({ rule }) => rule.kind === 'keep').map(({ name }) => name));
  return partedBy?.every((column) => column !== null && kept.has(column)) ? storedIn : table;
}

/** A server that reads a range of blocks without reading the others. */
export async function canSplit(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  return rows[0]!.version >= 140_000;
}

/** Behind FROM: the rows of a piece. `ctid` is where a row lies, a block and a place in it. */
export function rowsOf({ storedIn, fromBlock, toBlock }: Piece): string {
  const from = fromBlock > 0 ? [`ctid >= '(${fromBlock},0)'::tid`] : [];
  const to = toBlock === null ? [] : [`ctid < '(${toBlock},0)'::tid`];
  const limits = [...from, ...to].join(' AND ');
  return `ONLY ${storedIn}${limits === '' ? '' : ` WHERE ${limits}`}`;
}

interface SequenceState {
  readonly name: string;
  readonly lastValue: string;
  readonly isCalled: boolean;
}

const notOfExtensions = `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/** What no dump of a schema says. Sequences know no snapshot: they stand where they stand now, so never before the rows. */
export async function readSequences(source: Client): Promise<readonly SequenceState[]> {
  const { rows } = await source.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND ${notOfExtensions}`,
  );
  const states: SequenceState[] = [];
  for (const { schema, name } of rows) {
    const whole = `${quoted(schema)}.${quoted(name)}`;
    const { rows: found } = await source.query<{ lastValue: string; isCalled: boolean }>(
      `SELECT last_value::text AS "lastValue", is_called AS "isCalled" FROM ${whole}`,
    );
    states.push({ name: whole, ...found[0]! });
  }
  return states;
}

export async function setSequences(target: Client, states: readonly SequenceState[]): Promise<void> {
  for (const { name, lastValue, isCalled } of states)
    await target.query('SELECT setval($1::regclass, $2, $3)', [name, lastValue, isCalled]);
}

/** Materialised views hold masked rows after this. One may be made of another: whoever cannot be filled yet waits for the others. */
export async function fillViews(source: Client, target: Client): Promise<number> {
  const { rows } = await source.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'm' AND c.relispopulated AND n.nspname !~ '^pg_' AND ${notOfExtensions} ORDER BY c.oid`,
  );
  let open = rows.map(({ schema, name }) => `${quoted(schema)}.${quoted(name)}`);
  while (open.length > 0) {
    const left: string[] = [];
    for (const view of open)
      await target.query(`REFRESH MATERIALIZED VIEW ${view}`).catch((error: { code?: string }) => {
        if (error.code !== '55000') throw new Error(`materialised view ${view}: SQLSTATE ${error.code ?? 'unknown'}`);
        left.push(view);
      });
    if (left.length === open.length) throw new Error(`materialised views wait for each other: ${left.join(', ')}`);
    open = left;
  }
  return rows.length;
}
