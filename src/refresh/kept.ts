// Old databases that stay for a while beside the target, and the way back to one.
import type { Client } from 'pg';
import { isBeside, leftover, nameBeside } from './beside.ts';
import { literal, quoted } from './connect.ts';

export interface KeepRules {
  /** So many, the newest; 0: none. */
  readonly last: number;
  /** And no longer than this; null: until newer ones push it out. */
  readonly forMs: number | null;
}

export const keepNone: KeepRules = { last: 0, forMs: null };

export interface Kept {
  readonly name: string;
  /** Instant of ISO 8601: until then it was the environment's data. */
  readonly replacedAt: string;
  /** Statements for a connection to the database `postgres`, one after the other: the data of now is put aside, and the next refresh drops it. */
  readonly back: readonly string[];
}

const mark = 'greenroom-refresh: kept, replaced ';
/** The comment of an old database: the next refresh drops it, unless it is kept. */
export const oldComment = ({ last }: KeepRules, at: string): string => (last === 0 ? leftover : mark + at);

/** Removes what is not to be kept any more; answers what is, the newest first. */
export async function tidyKept(
  admin: Client,
  target: { readonly name: string; readonly environment: string },
  { last, forMs }: KeepRules,
  now: string,
  remove: (name: string) => Promise<void>,
): Promise<readonly Kept[]> {
  const { rows } = await admin.query<{ name: string; comment: string }>(
    `SELECT datname AS name, shobj_description(oid, 'pg_database') AS comment FROM pg_database d
     WHERE pg_has_role(datdba, 'USAGE') AND starts_with(shobj_description(oid, 'pg_database'), $1)`,
    [mark],
  );
  const kept: Kept[] = [];
  const all = rows
    .filter(({ name }) => isBeside(target.name, name))
    .map(({ name, comment }) => ({ name, replacedAt: comment.slice(mark.length) }))
    .toSorted((a, b) => (a.replacedAt < b.replacedAt ? 1 : -1));
  for (const { name, replacedAt } of all) {
    const isTooOld = forMs !== null && Date.parse(now) - Date.parse(replacedAt) > forMs;
    if (kept.length >= last || isTooOld) await remove(name);
    else kept.push({ name, replacedAt, back: wayBack(target, name) });
  }
  return kept;
}

function wayBack({ name, environment }: { readonly name: string; readonly environment: string }, kept: string) {
  const aside = nameBeside(name);
  return [
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${literal(name)}`,
    `ALTER DATABASE ${quoted(name)} RENAME TO ${quoted(aside)}`,
    `ALTER DATABASE ${quoted(kept)} RENAME TO ${quoted(name)}`,
    `COMMENT ON DATABASE ${quoted(name)} IS ${literal(`greenroom: ${environment}`)}`,
    `COMMENT ON DATABASE ${quoted(aside)} IS ${literal(leftover)}`,
  ];
}
