// What a schema says of itself, a fact a row: `name` (kind and qualified name) and `text`. To be asked with an empty search path, so that
// definitions name everything in full. The order of columns is left out, because a column that was dropped and added again stands last.
const own = (schema: string) => `${schema} !~ '^pg_' and ${schema} <> 'information_schema'`;
const namespace = (oid: string) => `join pg_catalog.pg_namespace n on n.oid = ${oid} and ${own('n.nspname')}`;
/** Privileges in an order of their own; none given is what the owner has. */
const rightsOf = (acl: string, kind: string, owner: string) =>
  `array(select item::text from unnest(coalesce(${acl}, acldefault('${kind}', ${owner}))) item order by 1)`;

/** `withOwners` false: whose a thing is and who may use it is left out, as a backup is restored without. */
export const schemaQueries = (withOwners: boolean): readonly string[] => (withOwners ? ownedQueries : ownerlessQueries);

/** Functions and operators as text, since each clone numbers them anew. */
const aggregate = `select concat_ws(' ', p.proparallel, a.aggkind, a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn,
  a.aggminvtransfn, a.aggmfinalfn, a.aggfinalextra, a.aggmfinalextra, a.aggfinalmodify, a.aggmfinalmodify, a.aggsortop::regoperator, a.aggtranstype::regtype,
  a.aggmtranstype::regtype, a.aggtransspace, a.agginitval, a.aggminitval) from pg_catalog.pg_aggregate a where a.aggfnoid = p.oid`;
/** What stands by its name alone. */
const named = ['pg_cast', 'pg_operator', 'pg_opclass', 'pg_collation', 'pg_conversion', 'pg_ts_config', 'pg_ts_dict'];
/** Oids below are of PostgreSQL itself. */
const firstOwn = 16_384;

const queriesOf = (rights: typeof rightsOf, owned: (expression: string) => string): readonly string[] => [
  `select format('schema %I', n.nspname) as name, concat_ws(' ', ${rights('n.nspacl', 'n', 'n.nspowner')}) as text
   from pg_catalog.pg_namespace n where ${own('n.nspname')}`,
  `select format('relation %I.%I', n.nspname, c.relname),
     concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.reloptions,
       ${rights('c.relacl', 'r', 'c.relowner')}, ${owned('pg_get_userbyid(c.relowner)')}, pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
       array(select inhparent::regclass::text from pg_catalog.pg_inherits where inhrelid = c.oid order by 1),
       case when c.relkind = 'm' and not c.relispopulated then 'not populated' end)
   from pg_catalog.pg_class c ${namespace('c.relnamespace')} where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')`,
  `select format('column %I.%I.%I', n.nspname, c.relname, a.attname),
     concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attcollation::regcollation,
       pg_get_expr(d.adbin, d.adrelid), a.attstorage, a.attcompression, nullif(a.attstattarget, -1), a.attoptions, ${owned('a.attacl')})
   from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid ${namespace('c.relnamespace')}
   left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')`,
  `select format('constraint %s %I', coalesce(nullif(c.conrelid, 0)::regclass::text, c.contypid::regtype::text), c.conname),
     concat_ws(' ', pg_get_constraintdef(c.oid), c.convalidated) from pg_catalog.pg_constraint c ${namespace('c.connamespace')}`,
  `select format('index %I.%I', n.nspname, c.relname), concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indisclustered)
   from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid ${namespace('c.relnamespace')}`,
  `select format('view %I.%I', n.nspname, c.relname), pg_get_viewdef(c.oid)
   from pg_catalog.pg_class c ${namespace('c.relnamespace')} where c.relkind in ('v', 'm')`,
  `select format('trigger %s %I', t.tgrelid::regclass, t.tgname), concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
   from pg_catalog.pg_trigger t where not t.tgisinternal`,
  `select format('function %s', p.oid::regprocedure),
     concat_ws(' ', case when p.prokind = 'a' then (${aggregate}) else pg_get_functiondef(p.oid) end, ${rights('p.proacl', 'f', 'p.proowner')})
   from pg_catalog.pg_proc p ${namespace('p.pronamespace')}
   where not exists (select from pg_catalog.pg_depend d where d.objid = p.oid and d.classid = 'pg_catalog.pg_proc'::regclass and d.deptype = 'e')`,
  `select format('policy %I.%I.%I', schemaname, tablename, policyname), concat_ws(' ', permissive, roles, cmd, qual, with_check)
   from pg_catalog.pg_policies`,
  `select format('type %I.%I', n.nspname, t.typname), concat_ws(' ', t.typtype, format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault,
     array(select enumlabel::text from pg_catalog.pg_enum where enumtypid = t.oid order by enumsortorder))
   from pg_catalog.pg_type t ${namespace('t.typnamespace')} where t.typtype in ('e', 'd', 'r')`,
  `select format('sequence %I.%I', schemaname, sequencename), concat_ws(' ', data_type, start_value, min_value, max_value, increment_by, cycle, cache_size)
   from pg_catalog.pg_sequences where ${own('schemaname')}`,
  `select format('extension %I', extname), ${owned('extversion')} from pg_catalog.pg_extension`,
  `select format('rule %I.%I.%I', schemaname, tablename, rulename), definition from pg_catalog.pg_rules where ${own('schemaname')}`,
  `select format('statistics %I.%I', n.nspname, s.stxname), concat_ws(' ', pg_get_statisticsobjdef(s.oid), nullif(s.stxstattarget, -1))
   from pg_catalog.pg_statistic_ext s ${namespace('s.stxnamespace')}`,
  ...named.map(
    (
      catalog,
    ) => `select pg_describe_object('pg_catalog.${catalog}'::regclass, o.oid, 0), '' from pg_catalog.${catalog} o where o.oid >= ${firstOwn}
     and not exists (select from pg_catalog.pg_depend d where d.objid = o.oid and d.classid = 'pg_catalog.${catalog}'::regclass and d.deptype = 'e')`,
  ),
];
/** What a backup may be restored without. As JSON, since older servers have fewer columns. */
const beside: readonly string[] = [
  `select format('publication %I', p.pubname), concat_ws(' ', to_jsonb(p) - 'oid' - 'pubowner', pg_get_userbyid(p.pubowner), case when not p.puballtables then
     (select jsonb_agg(to_jsonb(t) order by t.schemaname, t.tablename) from pg_catalog.pg_publication_tables t where t.pubname = p.pubname) end)
   from pg_catalog.pg_publication p`,
  `select format('comment on %s', pg_describe_object(c.classoid, c.objoid, c.objsubid)), c.description from pg_catalog.pg_description c
   where c.objoid >= ${firstOwn} or c.classoid = 'pg_catalog.pg_namespace'::regclass and c.objoid = 'public'::regnamespace`,
  `select format('default privileges of %s on %s in %s', pg_get_userbyid(d.defaclrole), d.defaclobjtype, coalesce(nullif(d.defaclnamespace, 0)::regnamespace::text, 'every schema')),
     array(select item::text from unnest(d.defaclacl) item order by 1)::text from pg_catalog.pg_default_acl d`,
];
const ownedQueries = [...queriesOf(rightsOf, (expression) => expression), ...beside];
const ownerlessQueries = queriesOf(
  () => 'null::text',
  () => 'null::text',
);

/** Tables with rows of their own and their columns, as they stand; partitions one by one. */
export const columnsQuery = `
select format('%I.%I', n.nspname, c.relname) as relation, array_agg(quote_ident(a.attname) order by a.attname) as columns
from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid ${namespace('c.relnamespace')}
where a.attnum > 0 and not a.attisdropped and c.relkind = 'r' group by 1 order by 1`;

/** Rows and a sum of hashes, which does not depend on their order. */
export const tableDataQuery = (relation: string, columns: readonly string[]): string => `
select count(*)::float8 as rows, concat_ws(':', ${[0, 1].map((seed) => `coalesce(sum(hashtextextended(line, ${seed})::numeric), 0)`).join(', ')}) as hash
from (select row(${columns.join(', ')})::text as line from only ${relation}) lines`;

export const sequencesQuery = `
select format('%I.%I', schemaname, sequencename) as name, last_value::text as "lastValue" from pg_catalog.pg_sequences order by 1`;

/** A sum over their pages, which does not depend on their order; an empty one has none. Only a superuser may ask. */
export const largeObjectsQuery = `
select (select count(*) from pg_catalog.pg_largeobject_metadata)::float8 as rows,
  concat_ws(':', (select coalesce(sum(hashtextextended(m.oid::text, 0)::numeric), 0) from pg_catalog.pg_largeobject_metadata m),
    (select coalesce(sum(hashtextextended(concat_ws(' ', l.loid, l.pageno, md5(l.data)), 0)::numeric), 0) from pg_catalog.pg_largeobject l)) as hash`;

/** Everybody may ask how many there are. */
export const largeObjectCountQuery = `select count(*)::float8 as count from pg_catalog.pg_largeobject_metadata`;

/** So that values are written alike whatever the session or the database is set to. */
export const plainSession = `
set local search_path to ''; set local datestyle to 'ISO'; set local intervalstyle to 'postgres'; set local timezone to 'UTC';
set local extra_float_digits to 1; set local bytea_output to 'hex'; set local row_security to off`;
