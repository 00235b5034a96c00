// What each table asks of who writes to it, so that a write that was only planned is not taken for one that goes.
import type pg from 'pg';
import type { WriteRule } from '../domain/rehearsal/harder-tables.ts';

const own = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
const relation = (oid: string) =>
  `(select concat(rn.nspname, '.', rc.relname) from pg_catalog.pg_class rc join pg_catalog.pg_namespace rn on rn.oid = rc.relnamespace where rc.oid = ${oid})`;
/** NOT VALID binds whoever writes all the same. */
const definition = (oid: string) => `regexp_replace(pg_get_constraintdef(${oid}), ' NOT VALID$', '')`;
const tables = `pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace and ${own}`;
const columns = `${tables} join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'f')`;

/** A partition's own rules stand under its name, and what refers to a table also under the table's. */
const rulesQuery = `
select ${relation('c.oid')} as relation, 'column' as kind, a.attname::text as name,
  concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attgenerated,
    array(select ${definition('d.oid')} from pg_catalog.pg_constraint d where d.contypid = a.atttypid order by 1)) as text
  from ${columns}
union all select ${relation('c.oid')}, 'required', a.attname, ''
  from ${columns} where a.attnotnull and not a.atthasdef and a.attidentity = ''
union all select ${relation('c.oid')}, 'rule', k.conname, ${definition('k.oid')}
  from ${tables} join pg_catalog.pg_constraint k on k.conrelid = c.oid and k.contype <> 'n' and k.contype <> 'p'
union all select ${relation('c.oid')}, 'rule', k.conname, concat_ws(' ', k.conrelid::regclass, ${definition('k.oid')})
  from ${tables} join pg_catalog.pg_constraint k on k.confrelid = c.oid
union all select ${relation('c.oid')}, 'rule', x.relname, concat_ws(' ', 'unique', pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid),
    array(select k.attname from unnest(i.indkey::int[]) with ordinality u (number, place)
      left join pg_catalog.pg_attribute k on k.attrelid = c.oid and k.attnum = u.number order by u.place))
  from ${tables} join pg_catalog.pg_index i on i.indrelid = c.oid and i.indisunique join pg_catalog.pg_class x on x.oid = i.indexrelid
union all select ${relation('c.oid')}, 'rule', t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled, p.prosrc)
  from ${tables} join pg_catalog.pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal join pg_catalog.pg_proc p on p.oid = t.tgfoid
union all select ${relation('c.oid')}, 'rule', 'row security', concat_ws(' ', c.relrowsecurity, c.relforcerowsecurity)
  from ${tables} where c.relkind in ('r', 'p') and c.relrowsecurity
union all select ${relation('c.oid')}, 'rule', y.polname, concat_ws(' ', y.polcmd, y.polpermissive, y.polroles, pg_get_expr(y.polqual, c.oid), pg_get_expr(y.polwithcheck, c.oid))
  from ${tables} join pg_catalog.pg_policy y on y.polrelid = c.oid
union all select ${relation('u.refobjid')}, 'rule', c.relname, concat_ws(' ', c.relname, c.reloptions)
  from ${tables} join pg_catalog.pg_rewrite w on w.ev_class = c.oid join (select distinct objid, refobjid from pg_catalog.pg_depend
    where classid = 'pg_catalog.pg_rewrite'::regclass and refclassid = 'pg_catalog.pg_class'::regclass) u on u.objid = w.oid
  where c.relkind = 'v' and u.refobjid <> c.oid and c.reloptions::text like '%check_option%'
union all select ${relation('c.oid')}, 'rule', r.rulename, pg_get_ruledef(r.oid)
  from ${tables} join pg_catalog.pg_rewrite r on r.ev_class = c.oid and r.rulename <> '_RETURN'`;

/** Enum types and their words. */
export async function enumWords(client: pg.Client): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await client.query<{ type: string; words: string[] }>(
    `select enumtypid::regtype::text as type, array_agg(enumlabel::text) as words from pg_catalog.pg_enum group by 1`,
  );
  return new Map(rows.map(({ type, words }) => [type, words]));
}

export const writeRules = async (client: pg.Client): Promise<readonly WriteRule[]> =>
  (await client.query<WriteRule>(rulesQuery)).rows;

export interface TableKin {
  /** Where a write to a table may end: itself, partitions and children, and what refers to it and follows. */
  readonly below: ReadonlyMap<string, readonly string[]>;
  /** Tables with triggers of their own, which may write elsewhere. */
  readonly triggered: ReadonlySet<string>;
  /** Names of functions whose bodies run only with values: neither PostgreSQL's own nor an extension's. */
  readonly functions: readonly string[];
}

export async function tableKin(client: pg.Client): Promise<TableKin> {
  const { rows: kin } = await client.query<{ relation: string; below: string[]; triggered: boolean }>(
    `with recursive kin (top, oid) as (select c.oid, c.oid from ${tables} where c.relkind in ('r', 'p', 'f', 'v')
       union select top, next.oid from kin join (select inhparent as over, inhrelid as oid from pg_catalog.pg_inherits
         union select confrelid, conrelid from pg_catalog.pg_constraint
           where contype = 'f' and (confdeltype in ('c', 'n', 'd') or confupdtype in ('c', 'n', 'd'))) next on next.over = kin.oid)
     select ${relation('top')} as relation, array_agg(${relation('kin.oid')}) as below,
       bool_or(exists (select from pg_catalog.pg_trigger where tgrelid = kin.oid and not tgisinternal)) as triggered
     from kin group by top`,
  );
  const { rows: functions } = await client.query<{ name: string }>(
    `select distinct p.proname as name from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace and ${own}
     where not exists (select from pg_catalog.pg_depend d where d.objid = p.oid and d.classid = 'pg_catalog.pg_proc'::regclass and d.deptype = 'e')`,
  );
  return {
    below: new Map(kin.map(({ relation: name, below }) => [name, below])),
    triggered: new Set(kin.filter(({ triggered }) => triggered).map(({ relation: name }) => name)),
    functions: functions.map(({ name }) => name),
  };
}
