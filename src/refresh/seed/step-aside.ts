// What stands in the way while rows go in, inside the transaction: other sessions, triggers, and references in circles. All of it is as it was when it ends.
import type { Client } from 'pg';
import { fail } from '../../domain/failure.ts';
import type { PlannedSeed } from '../../domain/seed/plan-seed.ts';
import { counted } from '../../kinds/wording.ts';
import { quoted } from '../connect.ts';

/** Nobody writes into these tables until the end, and nobody has since they were counted. */
export async function lock(client: Client, made: readonly PlannedSeed[]): Promise<void> {
  if (made.length === 0) return;
  const names = made.map(({ table }) => table.name);
  await client.query(`LOCK TABLE ${names.join(', ')} IN SHARE ROW EXCLUSIVE MODE`);
  for (const name of names) {
    const { rows } = await client.query(`SELECT FROM ${name} LIMIT 1`);
    if (rows.length > 0)
      fail({
        code: 'GR5171',
        message: `Somebody has put a row into ${name} meanwhile.`,
        where: name,
        do: 'Run it again.',
      });
  }
}

export interface Aside {
  restore(): Promise<void>;
  readonly notes: readonly string[];
}

/** Triggers do not run, as they do not in a refresh: what they would make is made like everything else. */
export async function holdTriggers(client: Client, made: readonly PlannedSeed[]): Promise<Aside> {
  const { rows } = await client.query<{ relation: string; name: string; isAlways: boolean }>(
    `SELECT DISTINCT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation, t.tgname AS name, t.tgenabled = 'A' AS "isAlways"
     FROM unnest($1::text[]) AS made (name) CROSS JOIN LATERAL (SELECT made.name::regclass AS relid UNION SELECT relid FROM pg_partition_tree(made.name::regclass)) p
     JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_trigger t ON t.tgrelid = c.oid
     WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled IN ('O', 'A') ORDER BY 1, 2`,
    [made.map(({ table }) => table.name)],
  );
  for (const { relation, name } of rows) await client.query(`ALTER TABLE ${relation} DISABLE TRIGGER ${quoted(name)}`);
  return {
    notes: rows.length === 0 ? [] : [`${counted(rows.length, 'trigger')} did not run`],
    async restore() {
      for (const { relation, name, isAlways } of rows)
        await client.query(`ALTER TABLE ${relation} ENABLE ${isAlways ? 'ALWAYS ' : ''}TRIGGER ${quoted(name)}`);
    },
  };
}

/** References to rows that come later are looked at when all are there. */
export async function deferCircles(client: Client, plan: readonly PlannedSeed[]): Promise<Aside> {
  const place = new Map(plan.map(({ table }, i) => [table.name, i]));
  const later = plan.flatMap(({ table }) =>
    table.references.filter(({ child, parent }) => (place.get(parent) ?? -1) > place.get(child)!),
  );
  const before: { readonly on: string; readonly timing: string }[] = [];
  for (const { child, name } of later) {
    const { rows } = await client.query<{ timing: string }>(
      `SELECT CASE WHEN condeferred THEN 'DEFERRABLE INITIALLY DEFERRED' WHEN condeferrable THEN 'DEFERRABLE INITIALLY IMMEDIATE' ELSE 'NOT DEFERRABLE' END AS timing
       FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2 AND contype = 'f'`,
      [child, name],
    );
    const on = `ALTER TABLE ${child} ALTER CONSTRAINT ${quoted(name)}`;
    before.push({ on, timing: rows[0]!.timing });
    await client.query(`${on} DEFERRABLE INITIALLY DEFERRED`);
  }
  return {
    notes: [],
    async restore() {
      for (const { on, timing } of before) await client.query(`${on} ${timing}`);
    },
  };
}
