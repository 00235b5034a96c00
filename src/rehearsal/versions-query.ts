// By what a database runs and sorts: server, extensions, the database's own collation and those that its columns and indexes use.

const provider = (column: string) =>
  `case ${column} when 'c' then 'libc' when 'i' then 'icu' when 'b' then 'builtin' else ${column}::text end`;
/** As JSON, since older servers have fewer columns, and give them other names. */
const database = `select 'collation of the database' as name,
  concat_ws(' ', ${provider(`coalesce(d ->> 'datlocprovider', 'c')`)}, d ->> 'datcollate', d ->> 'datctype', coalesce(d ->> 'datlocale', d ->> 'daticulocale'),
    d ->> 'daticurules', d ->> 'datcollversion') as version
from (select to_jsonb(one) as d from pg_catalog.pg_database one where datname = current_database()) found`;

/** What is neither PostgreSQL's nor Greenroom's own. */
const own = `n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'greenroom', 'dbos')`;
const namesOnly = ['default', 'C', 'POSIX', 'ucs_basic'].map((name) => `'${name}'`).join(', ');
/** The recorded version is the one its indexes were made by; the library's is told where it is another one. */
const used = `select format('collation %s', case when s.nspname = 'pg_catalog' then quote_ident(k.collname) else format('%I.%I', s.nspname, k.collname) end),
  concat_ws(' ', ${provider('k.collprovider')}, coalesce(d ->> 'colllocale', d ->> 'colliculocale', nullif(k.collcollate, '')), nullif(k.collctype, k.collcollate),
    d ->> 'collicurules', case when not k.collisdeterministic then 'not deterministic' end, k.collversion,
    case when pg_catalog.pg_collation_actual_version(k.oid) is distinct from k.collversion
      then format('where the library has %s', coalesce(pg_catalog.pg_collation_actual_version(k.oid), 'none')) end)
from (
  select a.attcollation as oid from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'm', 'v', 'f') and ${own}
  union select unnest(i.indcollation::oid[]) from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace where ${own}
) found join pg_catalog.pg_collation k on k.oid = found.oid join pg_catalog.pg_namespace s on s.oid = k.collnamespace,
  lateral (select to_jsonb(k) as d) json
where not (s.nspname = 'pg_catalog' and k.collname in (${namesOnly}))`;

/** `name` and `version`, each name once. */
export const versionsQuery = `
select 'server' as name, current_setting('server_version') as version
union all select format('extension %s', extname), extversion from pg_catalog.pg_extension
union all ${database}
union all ${used} order by 1`;
