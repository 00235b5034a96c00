// A schema in facts that are the same on a database and on its restored backup: names, types and columns, and no text of an expression, which
// PostgreSQL writes anew when it is restored. Partitions are left out, since they come and go, and what Greenroom keeps of its own.
import type pg from 'pg';
import type { SchemaFact } from '../domain/rehearsal/fingerprint.ts';

/** Of an extension only the version counts, and that is compared elsewhere. */
const notOfExtension = (catalog: string, oid: string) =>
  `not exists (select from pg_catalog.pg_depend e where e.classid = 'pg_catalog.${catalog}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;
const isOwn = `n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'greenroom', 'dbos')`;
const columnNames = (numbers: string, relation: string) =>
  `array(select named.attname from unnest(${numbers}) with ordinality part (number, place)
     join pg_catalog.pg_attribute named on named.attrelid = ${relation} and named.attnum = part.number order by part.place)`;

const query = `with own as (
  select c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) as name, c.relrowsecurity
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where ${isOwn} and not c.relispartition and ${notOfExtension('pg_class', 'c.oid')}
)
select format('%s %s', case relkind when 'v' then 'view' when 'm' then 'view' when 'S' then 'sequence' else 'table' end, name) as name,
  concat_ws(' ', relkind, relrowsecurity) as text
from own where relkind in ('r', 'p', 'v', 'm', 'f') or relkind = 'S' and not exists (
  select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = own.oid and d.deptype in ('a', 'i'))
union all select format('column %s.%I', o.name, a.attname),
  concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end, nullif(a.attidentity, ''), nullif(a.attgenerated, ''),
    case when a.atthasdef then 'default' end)
from own o join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped where o.relkind in ('r', 'p', 'v', 'm', 'f')
union all select format('constraint %s.%I', o.name, k.conname),
  concat_ws(' ', k.contype, k.convalidated, k.condeferrable, k.condeferred, ${columnNames('k.conkey', 'k.conrelid')},
    nullif(k.confrelid, 0)::regclass, ${columnNames('k.confkey', 'k.confrelid')}, k.confdeltype, k.confupdtype)
from own o join pg_catalog.pg_constraint k on k.conrelid = o.oid where k.contype <> 'n'
union all select format('index %s.%I', o.name, x.relname),
  concat_ws(' ', case when i.indisunique then 'unique' end, i.indisvalid, ${columnNames('i.indkey::int2[]', 'i.indrelid')}, i.indnkeyatts, i.indexprs is not null, i.indpred is not null)
from own o join pg_catalog.pg_index i on i.indrelid = o.oid join pg_catalog.pg_class x on x.oid = i.indexrelid
union all select format('trigger %s.%I', o.name, t.tgname), concat_ws(' ', t.tgtype, t.tgenabled, t.tgfoid::regproc)
from own o join pg_catalog.pg_trigger t on t.tgrelid = o.oid and not t.tgisinternal
union all select format('rule %s.%I', o.name, r.rulename), concat_ws(' ', r.ev_type, r.ev_enabled, r.is_instead)
from own o join pg_catalog.pg_rewrite r on r.ev_class = o.oid and r.rulename <> '_RETURN'
union all select format('policy %s.%I', o.name, p.polname), concat_ws(' ', p.polcmd, p.polpermissive) from own o join pg_catalog.pg_policy p on p.polrelid = o.oid
union all select format('function %I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)),
  concat_ws(' ', p.prokind, md5(p.prosrc))
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where ${isOwn} and ${notOfExtension('pg_proc', 'p.oid')}
union all select format('enum %I.%I', n.nspname, t.typname), array_to_string(array_agg(e.enumlabel::text order by e.enumsortorder), ' ')
from pg_catalog.pg_enum e join pg_catalog.pg_type t on t.oid = e.enumtypid join pg_catalog.pg_namespace n on n.oid = t.typnamespace
where ${isOwn} and ${notOfExtension('pg_type', 't.oid')} group by 1`;

/** Reads catalogs only, so a role that may log in and nothing else can ask it. In a transaction, whose search path is empty since. */
export async function plainSchema(client: pg.Client): Promise<readonly SchemaFact[]> {
  await client.query(`set local search_path to ''`);
  return (await client.query<SchemaFact>(query)).rows;
}

/** For a client that is in no transaction. */
export async function plainSchemaAlone(client: pg.Client): Promise<readonly SchemaFact[]> {
  await client.query('begin read only');
  try {
    return await plainSchema(client);
  } finally {
    await client.query('rollback');
  }
}

/** `pg_dump` leaves INVALID indexes out, so that one is told apart from an index that a newer copy would have. */
export const invalidNamed = (schema: readonly SchemaFact[]): readonly SchemaFact[] =>
  schema.map(({ name, text }) => ({
    ...{ text, name: name.startsWith('index ') && /^(?:unique )?f\b/.test(text) ? `INVALID ${name}` : name },
  }));
