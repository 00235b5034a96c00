// The books of migration tools in a database, with what they say.
import type pg from 'pg';
import { bookShape, knownBooks, type Book, type BookTable } from '../domain/rehearsal/book.ts';
import { tableDataQuery } from './schema-queries.ts';

interface Found extends BookTable {
  readonly relation: string;
  readonly schema: string;
  readonly parts: readonly string[];
  /** Tables and views in its schema. */
  readonly around: number;
}

const query = `
select c.relname as name, format('%I.%I', n.nspname, c.relname) as relation, quote_ident(n.nspname) as schema,
  array(select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by 1) as columns,
  array(select a.attname::text from pg_catalog.pg_attribute a left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and (a.atttypid in ('timestamp'::regtype, 'timestamptz'::regtype)
      or a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) ~ '^nextval') order by 1) as counted,
  array(select format('%I.%I', pn.nspname, p.relname) from pg_catalog.pg_class p join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
    where p.oid = c.oid or p.oid in (select i.indexrelid from pg_catalog.pg_index i where i.indrelid = c.oid)
      or p.relkind = 'S' and p.oid in (select d.objid from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass
        and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = c.oid and d.deptype in ('a', 'i')) order by 1) as parts,
  (select count(*)::int from pg_catalog.pg_class o where o.relnamespace = n.oid and o.relkind in ('r', 'p', 'v', 'm', 'f')) as around
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname !~ '^pg_' and (c.relname = any ($1) or format('%s.%s', n.nspname, c.relname) = $2 or format('%I.%I', n.nspname, c.relname) = $2)
order by 2`;

/** In the snapshot that the client is in, with an empty search path. `declared`: with its schema. */
export async function readBooks(client: pg.ClientBase, declared: string | null): Promise<readonly Book[]> {
  const { rows: found } = await client.query<Found>(query, [knownBooks, declared ?? '']);
  const shaped = found.flatMap((each) => {
    const isDeclared = declared !== null && each.relation.replaceAll('"', '') === declared.replaceAll('"', '');
    const shape = bookShape(each, isDeclared);
    return shape === null ? [] : [{ ...each, ...shape }];
  });
  const books: Book[] = [];
  for (const { relation, schema, around, parts, left, counts, compared } of shaped) {
    const quoted = compared.map((column) => `"${column.replaceAll('"', '""')}"`);
    const { rows } = await client.query<{ rows: number; hash: string }>(tableDataQuery(relation, quoted));
    const isAlone = shaped.filter((each) => each.schema === schema).length === around;
    books.push({ relation, parts, left, counts, schema: isAlone ? schema : null, ...rows[0]! });
  }
  return books;
}
