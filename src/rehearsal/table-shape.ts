// What relations say of themselves that a statement of the old version may meet, each with what meets it.
import type pg from 'pg';
import type { ShapeFact } from '../domain/rehearsal/shape.ts';

const own = `n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'greenroom', 'dbos')`;
const nameOf = (relation: string, schema: string) =>
  `case ${schema}.nspname when 'public' then quote_ident(${relation}.relname) else format('%I.%I', ${schema}.nspname, ${relation}.relname) end`;
const columnsOf = (numbers: string, relation: string) =>
  `array(select a.attname::text from unnest(${numbers}) with ordinality u (number, place)
     join pg_catalog.pg_attribute a on a.attrelid = ${relation} and a.attnum = u.number order by u.place)`;
/** NOT VALID binds whoever writes all the same. */
const definition = `regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '')`;
const none = `array[]::text[]`;
const commands = (...pairs: readonly (readonly [command: string, isMet: string])[]) =>
  `array_remove(array[${pairs.map(([command, isMet]) => `case when ${isMet} then '${command}' end`).join(', ')}], null)`;
const commandOf = (kind: string, all: string) =>
  `case ${kind} when ${all} then array['select', 'insert', 'update', 'delete'] else array[case ${kind} when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end] end`;
const rights = `('SELECT', 'INSERT', 'UPDATE', 'DELETE')`;
/** Of the role itself, of those that it is in, and of everybody; with none declared, of all but the owner. */
const isTheirs = `r.grantee <> o.relowner and ($1::text is null or r.grantee = 0 or pg_has_role($1::text, r.grantee, 'USAGE'))`;
const grantee = `case r.grantee when 0 then 'everybody' else pg_get_userbyid(r.grantee) end`;

/** What a parent or a partitioned table hands down stands with that one. */
const query = `with own as (
  select c.oid, c.relkind, c.relacl, c.relowner, c.relrowsecurity, c.relforcerowsecurity, ${nameOf('c', 'n')} as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where ${own} and not c.relispartition and c.relkind in ('r', 'p', 'f', 'v', 'm')
), cols as (
  select o.name as relation, a.*, pg_get_expr(d.adbin, d.adrelid) as filled, t.typcollation
  from own o join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped and a.attinhcount = 0
  join pg_catalog.pg_type t on t.oid = a.atttypid left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where o.relkind in ('r', 'p', 'f')
)
select name as relation, 'relation' as kind, '' as name, case when relkind in ('r', 'p', 'f') then 'table' else 'view' end as text, ${none} as columns, ${none} as commands from own
union all select relation, 'type', attname,
  concat(format_type(atttypid, atttypmod), case when attcollation <> typcollation then ' collate ' || attcollation::regcollation end), array[attname::text], ${none} from cols
union all select relation, 'fill', attname, case when attgenerated <> '' then 'generated' when attidentity = 'a' then 'always' else 'default' end, array[attname::text], ${none}
  from cols where filled is not null or attidentity <> ''
union all select relation, 'required', attname, '', array[attname::text], ${none} from cols where attnotnull
union all select o.name, 'rule', format('the constraint %I', k.conname), ${definition}, ${columnsOf('k.conkey', 'k.conrelid')}, ${none}
  from own o join pg_catalog.pg_constraint k on k.conrelid = o.oid and k.contype in ('c', 'f', 'x') and k.conislocal
union all select o.name, 'rule', format('the unique index %I', x.relname),
  concat_ws(' ', ${columnsOf('i.indkey::int2[]', 'i.indrelid')}, pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid), i.indnkeyatts),
  ${columnsOf('i.indkey::int2[]', 'i.indrelid')}, ${none}
  from own o join pg_catalog.pg_index i on i.indrelid = o.oid and i.indisunique join pg_catalog.pg_class x on x.oid = i.indexrelid
union all select o.name, 'reference', format('what %I of %s does to it', k.conname, k.conrelid::regclass), ${definition}, ${columnsOf('k.confkey', 'k.confrelid')}, array['delete', 'update']
  from own o join pg_catalog.pg_constraint k on k.confrelid = o.oid and k.conparentid = 0
union all select o.name, 'trigger', t.tgname, regexp_replace(pg_get_triggerdef(t.oid), '^CREATE CONSTRAINT', 'CREATE'), ${none},
  ${commands(['insert', 't.tgtype & 4 <> 0'], ['update', 't.tgtype & 16 <> 0'], ['delete', 't.tgtype & 40 <> 0'])}
  from own o join pg_catalog.pg_trigger t on t.tgrelid = o.oid and not t.tgisinternal and t.tgparentid = 0 and t.tgenabled <> 'D'
union all select o.name, 'body', t.tgname, p.prosrc, ${none}, ${none}
  from own o join pg_catalog.pg_trigger t on t.tgrelid = o.oid and not t.tgisinternal and t.tgparentid = 0 and t.tgenabled <> 'D' join pg_catalog.pg_proc p on p.oid = t.tgfoid
union all select o.name, 'trigger', w.rulename, pg_get_ruledef(w.oid), ${none}, array[(array['select', 'update', 'insert', 'delete'])[w.ev_type::text::int]]
  from own o join pg_catalog.pg_rewrite w on w.ev_class = o.oid and w.rulename <> '_RETURN' and w.ev_enabled <> 'D'
union all select o.name, 'policy', 'row security', concat_ws(' ', o.relforcerowsecurity), ${none}, ${commandOf(`'*'`, `'*'`)} from own o where o.relrowsecurity
union all select o.name, 'policy', format('the policy %I', y.polname),
  concat_ws(' ', y.polcmd, y.polpermissive, y.polroles, pg_get_expr(y.polqual, o.oid), ' check ', pg_get_expr(y.polwithcheck, o.oid)), ${none}, ${commandOf('y.polcmd', `'*'`)}
  from own o join pg_catalog.pg_policy y on y.polrelid = o.oid where o.relrowsecurity
union all select o.name, 'right', format('%s of %s', r.privilege_type, ${grantee}), '', ${none}, array[lower(r.privilege_type)]
  from own o, aclexplode(o.relacl) r where r.privilege_type in ${rights} and ${isTheirs}
union all select o.name, 'right', format('%s of %s on %I', r.privilege_type, ${grantee}, a.attname), '', array[a.attname::text], array[lower(r.privilege_type)]
  from own o join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped, aclexplode(a.attacl) r
  where r.privilege_type in ${rights} and ${isTheirs}`;

/** `role`: the old version's, null where it is not declared. */
export const tableShape = async (client: pg.Client, role: string | null): Promise<readonly ShapeFact[]> =>
  (await client.query<ShapeFact>(query, [role])).rows;
