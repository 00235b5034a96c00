import type pg from 'pg';

const own = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
/** Of an extension (e); of a sequence also whether it is a column's (a, i). A partitioned table depends on itself, so of tables that is not asked. */
const notExtension = (catalog: string, oid: string, types = `'e', 'i', 'a'`) =>
  `not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.${catalog}'::regclass and d.objid = ${oid} and d.deptype in (${types}))`;

/** Publications of all tables, or of a schema's, can only be a superuser's. Before PostgreSQL 15 there are none of a schema's. */
const notOfSchema = `not exists (select from pg_catalog.pg_depend d where d.refclassid = 'pg_catalog.pg_publication'::regclass and d.refobjid = p.oid
  and d.classid = to_regclass('pg_catalog.pg_publication_namespace'))`;

/** One ALTER for each object that has an owner of its own; partitions and children by themselves, sequences of columns with their tables. */
const objects = `
select format('schema %I', n.nspname) as object from pg_catalog.pg_namespace n where ${own} and ${notExtension('pg_namespace', 'n.oid')}
union all
select format('%s %I.%I', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' when 'f' then 'foreign table'
    when 'c' then 'type' else 'table' end, n.nspname, c.relname)
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where ${own} and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c') and ${notExtension('pg_class', 'c.oid', `'e'`)}
  and (c.relkind <> 'S' or ${notExtension('pg_class', 'c.oid')})
union all
select format('routine %s', p.oid::regprocedure) from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where ${own} and ${notExtension('pg_proc', 'p.oid')}
union all
select format('%s %I.%I', case t.typtype when 'd' then 'domain' else 'type' end, n.nspname, t.typname)
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where ${own} and t.typtype in ('e', 'd', 'r') and ${notExtension('pg_type', 't.oid')}
union all
select format('large object %s', l.oid) from pg_catalog.pg_largeobject_metadata l
union all
select format('statistics %I.%I', n.nspname, s.stxname) from pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace n on n.oid = s.stxnamespace where ${own}
union all
select format('publication %I', p.pubname) from pg_catalog.pg_publication p where not p.puballtables and ${notOfSchema}`;

/** Roles that something belonged to: whoever migrates in production may give new things to them. */
const owners = `
select distinct r.rolname as name from pg_catalog.pg_roles r where not r.rolsuper and r.rolname !~ '^pg_' and r.oid in
  (select relowner from pg_catalog.pg_class union select datdba from pg_catalog.pg_database where datname = current_database())`;

/** Gives everything of the connected database to a role, so that no superuser has to migrate. */
export async function takeOver(client: pg.Client, role: string): Promise<void> {
  await client.query(`set search_path to ''`);
  const { rows: former } = await client.query<{ name: string }>(owners);
  const { rows: server } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  );
  // So that it may give away, and not use what is theirs; before 16 nobody could say so.
  const only = server[0]!.version >= 160_000 ? 'with inherit false, set true' : '';
  for (const { name } of former.filter((each) => each.name !== role))
    await client.query(`grant "${name.replaceAll('"', '""')}" to ${role} ${only}`);
  const { rows } = await client.query<{ object: string }>(objects);
  for (const { object } of rows) await client.query(`alter ${object} owner to ${role}`);
  await client.query('reset search_path');
}
