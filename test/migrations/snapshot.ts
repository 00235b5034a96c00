// What a database holds, so that two of them can be compared: its schema by name, and the data of the base's tables and columns.
import type pg from 'pg';

export interface Snapshot {
  readonly schema: string;
  /** A hash for each table of the base, and where each sequence stands. */
  readonly data: Readonly<Record<string, string>>;
}

/** Columns of the base, by table; what a table gains does not count as data of before. */
export type Columns = ReadonlyMap<string, readonly string[]>;

const schemas = `('public', 'billing')`;
/** What a migration tool keeps of its own, when it has made it, and when it has run what, is neither schema nor data of the shop. */
const bookOfTool = 'schema_migrations';
const schemaQuery = `
select md5(string_agg(fact, e'\\n' order by fact collate "C")) as schema from (
  select format('column %s.%s.%s %s %s %s %s %s %s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
      a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), a.attcollation::regcollation) as fact
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname in ${schemas}
  union all
  select format('relation %s.%s %s %s %s %s %s %s', n.nspname, c.relname, c.relkind, c.relpersistence, c.relrowsecurity, c.relacl,
      c.reltype <> 0, pg_get_expr(c.relpartbound, c.oid))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ${schemas} and c.relkind not in ('i', 'I')
  union all
  select format('constraint %s %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
    from pg_constraint where connamespace::regnamespace::text in ${schemas}
  union all
  select format('index %s %s %s', indexrelid::regclass, pg_get_indexdef(indexrelid), indisvalid)
    from pg_index i join pg_class c on c.oid = i.indexrelid where c.relnamespace::regnamespace::text in ${schemas}
  union all
  select format('view %s %s', oid::regclass, pg_get_viewdef(oid))
    from pg_class where relkind in ('v', 'm') and relnamespace::regnamespace::text in ${schemas}
  union all
  select format('trigger %s %s %s', tgrelid::regclass, pg_get_triggerdef(oid), tgenabled) from pg_trigger where not tgisinternal
  union all
  select format('function %s', pg_get_functiondef(oid)) from pg_proc
    where pronamespace::regnamespace::text in ${schemas} and prokind in ('f', 'p') and prolang <> 13
  union all
  select format('enum %s %s', enumtypid::regtype, string_agg(enumlabel, ',' order by enumsortorder)) from pg_enum group by enumtypid
  union all
  select format('inherits %s %s', inhrelid::regclass, inhparent::regclass) from pg_inherits
  union all
  select format('schema %s', nspname) from pg_namespace where nspname !~ '^pg_'
  union all
  select format('comment %s %s', objoid::regclass, description) from pg_description
    where classoid = 'pg_class'::regclass and objoid >= 16384
  union all
  select format('column comment %s %s %s', objoid::regclass, objsubid, description) from pg_description
    where classoid = 'pg_class'::regclass and objoid >= 16384 and objsubid > 0
  union all
  select format('publication %s %s', pubname, prrelid::regclass) from pg_publication p left join pg_publication_rel on prpubid = p.oid
  union all
  select format('statistics %s', pg_get_statisticsobjdef(oid)) from pg_statistic_ext
  union all
  select format('aggregate %s %s %s', aggfnoid::regprocedure, aggtransfn, agginitval) from pg_aggregate where aggfnoid >= 16384
  union all
  select format('default rights %s %s', defaclobjtype, defaclacl) from pg_default_acl
) facts where fact !~ '${bookOfTool}'`;

export async function columnsOf(client: pg.Client): Promise<Columns> {
  const { rows } = await client.query<{ table: string; columns: string[] }>(
    `select a.attrelid::regclass::text as table, array_agg(a.attname::text) as columns
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     where a.attnum > 0 and not (c.relname = '${bookOfTool}' and a.attname = 'applied_at') and c.relkind = 'r' and c.relnamespace::regnamespace::text in ${schemas} group by 1`,
  );
  return new Map(rows.map((row) => [row.table, row.columns]));
}

export async function snapshotOf(client: pg.Client, columns: Columns): Promise<Snapshot> {
  const { rows } = await client.query<{ schema: string }>(schemaQuery);
  const data: Record<string, string> = {};
  for (const [table, names] of columns) data[table] = await hashOf(client, table, names);
  const { rows: sequences } = await client.query<{ name: string; at: string | null }>(
    `select format('%I.%I', schemaname, sequencename) as name, last_value::text as at from pg_sequences order by 1`,
  );
  for (const { name, at } of sequences) data[`sequence ${name}`] = at ?? 'unused';
  const { rows: large } = await client.query<{ loid: number; hash: string }>(
    `select loid::int, md5(string_agg(data, '' order by pageno)) as hash from pg_largeobject group by 1`,
  );
  for (const { loid, hash } of large) data[`large object ${loid}`] = hash;
  return { schema: rows[0]!.schema, data };
}

async function hashOf(client: pg.Client, table: string, names: readonly string[]): Promise<string> {
  const { rows: found } = await client.query(`select to_regclass($1) is not null as stands`, [table]);
  if (!found[0].stands) return 'gone';
  const { rows } = await client.query<{ hash: string }>(
    `select md5(coalesce(string_agg(row, ',' order by row), '')) as hash from (
       select (select jsonb_object_agg(key, value) from jsonb_each(to_jsonb(t)) where key = any($1))::text as row
       from only ${table} t) rows`,
    [names],
  );
  return rows[0]!.hash;
}

/** Data of the first that the second no longer has as it was. */
export const lostData = (before: Snapshot, after: Snapshot): readonly string[] =>
  Object.keys(before.data).filter((name) => before.data[name] !== after.data[name]);
