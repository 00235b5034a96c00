// Views that were written otherwise: what they said before and what they say now, both on the migrated tables.
import type pg from 'pg';
import type { UnmetChange } from '../domain/rehearsal/facts.ts';
import { askedAsOwner } from './as-owner.ts';

/** `tree` stays the same where what it asks for gets another name; `definition` does not. */
const query = `select case n.nspname when 'public' then quote_ident(c.relname) else format('%I.%I', n.nspname, c.relname) end as relation,
  md5(w.ev_action::text) as tree, rtrim(pg_get_viewdef(c.oid), '; ') as definition,
  (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0) as columns
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_rewrite w on w.ev_class = c.oid and w.rulename = '_RETURN'
where c.relkind in ('v', 'm') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'greenroom', 'dbos')`;

interface ViewText {
  readonly relation: string;
  readonly tree: string;
  readonly definition: string;
  readonly columns: string;
}

export const viewTexts = async (client: pg.Client): Promise<readonly ViewText[]> =>
  (await client.query<ViewText>(query)).rows;

/** Those of before that give other rows or values in the columns that they had. What cannot be compared counts as other. */
export async function otherViews(
  client: pg.Client,
  owner: string,
  before: readonly ViewText[],
): Promise<readonly UnmetChange[]> {
  const found: UnmetChange[] = [];
  for (const { relation, tree, definition } of await viewTexts(client)) {
    const old = before.find((each) => each.relation === relation);
    if (old === undefined || old.tree === tree || old.definition === definition) continue;
    const lines = (from: string) => `select row(${old.columns})::text from ${from}`;
    const [was, is] = [lines(`(${old.definition}) was`), lines(`(${definition}) now`)];
    const rows = await askedAsOwner<{ isOther: boolean }>(
      client,
      owner,
      `select exists ((${was}) except all (${is})) or exists ((${is}) except all (${was})) as "isOther"`,
    );
    if (rows === null) found.push({ relation, what: 'what it says, which cannot be compared', by: 'statement' });
    else if (rows[0]!.isOther) found.push({ relation, what: 'what it says', by: 'statement' });
  }
  return found;
}
