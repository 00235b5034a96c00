// Migrations that the target has and the source has not: a copy that lacks them would take them back.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import { connect } from './connect.ts';

/** `GR5060`, unless the copy will be migrated. */
export async function requireNotAhead(source: Client, target: Client, isMigrated: boolean): Promise<void> {
  const [there, here] = await Promise.all([columnsOf(source), columnsOf(target)]);
  const ahead = missing(here, there);
  if (ahead.length === 0 || isMigrated) return;
  fail({
    code: 'GR5060',
    message: `The target has what the source has not: ${named(ahead)}. A refresh would take these migrations back.`,
    where: ahead[0]!,
    do: 'Say  migrate: true  in refresh.yaml, so that the migrate command runs on the copy; or bring the release with these migrations to the source first.',
  });
}

/** `GR5164`: asked of a migrated copy, and of every copy when it is about to take the place of the target, which may have been deployed to meanwhile. */
export async function requireNothingLost(targetUrl: string, fresh: string): Promise<void> {
  const read = async (database?: string): Promise<ReadonlySet<string>> => {
    const client = await connect({ url: targetUrl, what: 'the target' }, true, database);
    try {
      return await columnsOf(client);
    } finally {
      await client.end().catch(() => {});
    }
  };
  const lost = missing(await read(), await read(fresh));
  if (lost.length === 0) return;
  fail({
    code: 'GR5164',
    message: `The copy lacks what the target has: ${named(lost)}. Nothing was published.`,
    where: lost[0]!,
    do: 'Look whether the migrate command takes its address from the variable of the database, and whether somebody has made it there by hand; after a deployment in the meantime, refresh again.',
  });
}

const missing = (of: ReadonlySet<string>, from: ReadonlySet<string>): readonly string[] =>
  [...of].filter((column) => !from.has(column));
const named = (all: readonly string[]): string =>
  `${all.slice(0, 5).join(', ')}${all.length > 5 ? ` and ${all.length - 5} more` : ''}`;

async function columnsOf(client: Client): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT n.nspname || '.' || c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
     AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1`,
  );
  return new Set(rows.map(({ name }) => name));
}
