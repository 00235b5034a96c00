// The copy that is cloned: a database that says that it is one, or a backup restored for this rehearsal.
import pg from 'pg';
import { fail, FailureError } from '../domain/failure.ts';
import type { CopySource } from '../kinds/rehearsals.ts';
import { makeScratch } from './scratch.ts';

export interface FoundCopy {
  readonly name: string;
  readonly copiedAtMs: number;
  /** Drops what was made for this rehearsal. */
  drop(): Promise<void>;
}

export async function findCopy(
  server: string,
  copy: CopySource,
  nowMs: number,
  signal: AbortSignal,
): Promise<FoundCopy> {
  return copy.from === 'database' ? marked(server, copy.name, nowMs) : restored(server, copy, signal);
}

/** The line of a database's comment by which somebody says what it is, with the instant of the backup that it is from. */
const mark = /^greenroom: copy of (\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))$/m;

async function marked(server: string, name: string, nowMs: number): Promise<FoundCopy> {
  const client = new pg.Client({ connectionString: server });
  client.on('error', () => undefined); // the query in flight fails of it
  await client.connect();
  try {
    const { rows } = await client.query<{ comment: string | null; sessions: number }>(
      `select shobj_description(oid, 'pg_database') as comment,
         (select count(*)::int from pg_catalog.pg_stat_activity a where a.datid = d.oid) as sessions
       from pg_catalog.pg_database d where datname = $1`,
      [name],
    );
    const [found] = rows;
    const takenAt = Date.parse(mark.exec(found?.comment ?? '')?.[1] ?? '');
    if (found === undefined || !(takenAt <= nowMs)) refuse(name, found, takenAt);
    if (found.sessions > 0)
      fail({
        code: 'GR5108',
        message: `Somebody is connected to the copy ${name}, so it cannot be cloned.`,
        where: 'copy of the check migration-rehearsal',
        do: 'End that session, and let nobody work on the copy itself.',
      });
    return { name, copiedAtMs: takenAt, drop: async () => undefined };
  } finally {
    await client.end();
  }
}

function refuse(name: string, found: object | undefined, takenAt: number): never {
  return fail({
    code: 'GR5103',
    message:
      found === undefined
        ? `There is no database ${name} on the scratch server.`
        : Number.isNaN(takenAt)
          ? `The database ${name} does not say that it is a copy.`
          : `The database ${name} says that it is a copy of an instant that is still to come.`,
    where: 'copy of the check migration-rehearsal',
    do: `Once it is a copy:  COMMENT ON DATABASE ${pg.escapeIdentifier(name)} IS 'greenroom: copy of 2026-11-20T02:00:00Z', the instant its data is from.`,
  });
}

async function restored(
  server: string,
  { takenAtMs, restore }: Extract<CopySource, { from: 'backup' }>,
  signal: AbortSignal,
): Promise<FoundCopy> {
  const scratch = await makeScratch({ adminUrl: server, copy: 'template0' });
  try {
    await scratch.rest();
    const { isDone } = await restore(scratch.url(), signal);
    signal.throwIfAborted();
    const client = await scratch.connect('greenroom rehearsal');
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`,
    );
    await scratch.rest();
    if (!isDone || rows[0]!.count === 0)
      fail({
        code: 'GR5106',
        message: isDone
          ? 'The restore ended well and left no table in the database it was given.'
          : 'The backup could not be restored: the command failed.',
        where: 'copy.restore of the check migration-rehearsal',
        do: 'Run the command by hand against an empty database; it is given DATABASE_URL and libpq’s PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE.',
      });
    return { name: scratch.name, copiedAtMs: takenAtMs, drop: scratch.drop };
  } catch (error) {
    await scratch.drop().catch((second: unknown) => {
      if (!(error instanceof FailureError)) throw second;
    });
    throw error;
  }
}
