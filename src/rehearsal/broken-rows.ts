// Rows that break what was added NOT VALID: nobody looks at them until one is updated, and then the update is refused.
import type pg from 'pg';
import type { UnmetChange } from '../domain/rehearsal/facts.ts';
import { askedAsOwner } from './as-owner.ts';

/** A foreign key is looked at again only where its own columns change. `n`: NOT NULL, from PostgreSQL 18 on. */
const query = `select k.conrelid::regclass::text as place, k.conname as name, n.nspname as schema, c.relname as table,
  case k.contype when 'c' then pg_get_expr(k.conbin, k.conrelid) else quote_ident(a.attname) || ' is not null' end as holds
from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
where k.contype in ('c', 'n') and not k.convalidated and k.conislocal order by 1, 2`;

interface Unvalidated {
  readonly place: string;
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly holds: string;
}

export const notValid = async (client: pg.Client): Promise<readonly Unvalidated[]> =>
  (await client.query<Unvalidated>(query)).rows;

/** Of those that were not there before. */
export async function brokenRows(
  client: pg.Client,
  owner: string,
  before: readonly Unvalidated[],
): Promise<readonly UnmetChange[]> {
  const found: UnmetChange[] = [];
  for (const { place, name, schema, table, holds } of await notValid(client)) {
    if (before.some((each) => each.place === place && each.name === name)) continue;
    const text = `select count(*) from ${place} where not (${holds})`;
    const count = (await askedAsOwner<{ count: string }>(client, owner, text))?.[0]?.count ?? 'nobody knows how many';
    const relation = schema === 'public' ? table : `${schema}.${table}`;
    if (count !== '0') found.push({ relation, what: `${count} of them ${name}`, by: 'rows' });
  }
  return found;
}
