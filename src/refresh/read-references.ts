// Foreign keys of the source, with what a subset needs to know of its tables.
import type { Client } from 'pg';
import type { ForeignKey, ForeignKeyColumn, SubsetTable } from '../domain/refresh/subset.ts';

const nameOf = (relation: string): string =>
  `(SELECT quote_ident(n.nspname) || '.' || quote_ident(r.relname) FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace WHERE r.oid = ${relation})`;

const tablesAsked = `
SELECT ${nameOf('c.oid')} AS name, c.relkind = 'p' AS "isPartitioned", ARRAY(
  SELECT a.attname::text FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
  JOIN pg_attribute a ON a.attnum = k.attnum AND a.attrelid = c.oid
  WHERE i.indrelid = c.oid AND i.indisprimary AND k.place <= i.indnkeyatts ORDER BY k.place) AS "primaryKey"
FROM pg_class c WHERE ${nameOf('c.oid')} = ANY ($1)`;

/** Each as somebody wrote it; what PostgreSQL made of it for partitions is not asked for. */
const referencesAsked = `
SELECT k.conname AS name, ${nameOf('k.conrelid')} AS child, ${nameOf('k.confrelid')} AS parent, k.confmatchtype = 'f' AS "isFull",
  CASE WHEN child.relispartition OR parent.relispartition THEN 'partition' WHEN (to_jsonb(k) ->> 'conperiod')::bool THEN 'period' END AS oddity,
  (SELECT json_agg(json_build_object('child', f.attname, 'parent', p.attname, 'isNullable', NOT f.attnotnull,
      'operator', (SELECT quote_ident(n.nspname) || '.' || o.oprname FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid = k.conpfeqop[x.place]),
      'collation', CASE WHEN f.attcollation <> p.attcollation AND p.attcollation <> 0 THEN
        (SELECT quote_ident(n.nspname) || '.' || quote_ident(l.collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace WHERE l.oid = p.attcollation) END
    ) ORDER BY x.place) FROM generate_subscripts(k.conkey, 1) AS x (place)
    JOIN pg_attribute f ON f.attrelid = k.conrelid AND f.attnum = k.conkey[x.place]
    JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = k.confkey[x.place]) AS columns
FROM pg_constraint k JOIN pg_class child ON child.oid = k.conrelid JOIN pg_class parent ON parent.oid = k.confrelid
WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY 2, 1`;

/** One of a partition is here as a reference of the table that is partitioned, and odd. */
const rootOf = `
SELECT ${nameOf('c.oid')} AS name, ${nameOf('pg_partition_root(c.oid)')} AS root FROM pg_class c WHERE c.relispartition AND c.relkind IN ('r', 'p')`;

/** `names`: the tables of the plan. In the transaction of the snapshot. */
export async function readReferences(
  source: Client,
  names: readonly string[],
): Promise<{ readonly tables: readonly SubsetTable[]; readonly references: readonly ForeignKey[] }> {
  await source.query('SET LOCAL quote_all_identifiers = off');
  const { rows: tables } = await source.query<SubsetTable>(tablesAsked, [names]);
  const { rows: found } = await source.query<ForeignKey & { columns: readonly ForeignKeyColumn[] }>(referencesAsked);
  const { rows: partitions } = await source.query<{ name: string; root: string }>(rootOf);
  const roots = new Map(partitions.map(({ name, root }) => [name, root]));
  const references = found.map((each) => ({
    ...each,
    child: roots.get(each.child) ?? each.child,
    parent: roots.get(each.parent) ?? each.parent,
  }));
  return { tables, references };
}
