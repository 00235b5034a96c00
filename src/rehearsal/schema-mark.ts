/**
 * Which database it is (`place`), and what its schema is like (`schema`), as two hashes: the same for every role, and whatever the search path.
 * To be compared with the same database's at another time; what is stored of expressions holds numbers that another database has others of.
 * Partitions are left out, since they come and go, and what Greenroom keeps of its own.
 */
export const schemaMarkQuery = `with own as (
  select c.oid, c.relname, c.relkind, n.nspname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'greenroom', 'dbos') and not c.relispartition
), line as (
  select concat_ws(' ', 'relation', nspname, relname, relkind) as text from own where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all select concat_ws(' ', 'column', o.nspname, o.relname, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated, md5(d.adbin::text))
  from own o join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum where o.relkind in ('r', 'p', 'v', 'm', 'f')
  union all select concat_ws(' ', 'constraint', o.nspname, o.relname, k.conname, k.contype, k.convalidated, k.conkey, k.confrelid, k.confkey, k.confdeltype, md5(k.conbin::text))
  from own o join pg_catalog.pg_constraint k on k.conrelid = o.oid
  union all select concat_ws(' ', 'index', o.nspname, o.relname, i.indisunique, i.indisvalid, i.indkey, i.indclass, md5(i.indexprs::text), md5(i.indpred::text))
  from own o join pg_catalog.pg_index i on i.indexrelid = o.oid
  union all select concat_ws(' ', 'rule', o.nspname, o.relname, r.rulename, r.ev_type, r.ev_enabled, md5(r.ev_action::text))
  from own o join pg_catalog.pg_rewrite r on r.ev_class = o.oid
  union all select concat_ws(' ', 'trigger', o.nspname, o.relname, t.tgname, t.tgtype, t.tgenabled, t.tgfoid)
  from own o join pg_catalog.pg_trigger t on t.tgrelid = o.oid and not t.tgisinternal
  union all select concat_ws(' ', 'function', n.nspname, p.proname, p.proargtypes, md5(p.prosrc))
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'greenroom', 'dbos')
  union all select concat_ws(' ', 'value', t.typname, e.enumlabel, e.enumsortorder)
  from pg_catalog.pg_enum e join pg_catalog.pg_type t on t.oid = e.enumtypid
)
select md5(concat_ws(' ', s.system_identifier, d.oid)) as place,
  (select md5(coalesce(string_agg(text, chr(10) order by text collate "C"), '')) from line) as schema
from pg_catalog.pg_control_system() s, pg_catalog.pg_database d where d.datname = current_database()`;
