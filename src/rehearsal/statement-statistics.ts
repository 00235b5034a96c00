// What PostgreSQL itself has counted of the old version: pg_stat_statements, whose texts have no values.
import pg from 'pg';
import { fail, FailureError } from '../domain/failure.ts';
import type { Capture } from './capture.ts';

const where = 'capture.statistics of the check migration-rehearsal';
/** As many as the extension keeps unless it is told otherwise; what was asked most comes first. */
const mostStatements = 5_000;

/** Reads in one transaction that may not write. `user`: the role by which the old version logs in; null: every role but the one that reads. Throws `GR5130`. */
export async function statementStatistics(url: string, user: string | null): Promise<Capture> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the query in flight fails of it
  try {
    await client.connect();
    await client.query('begin transaction isolation level repeatable read read only');
    await client.query('set local statement_timeout to 30000');
    return await read(client, user);
  } catch (error) {
    if (error instanceof FailureError || !(error instanceof Error)) throw error;
    const code = 'code' in error ? ` (${String(error.code)})` : '';
    return fail({
      code: 'GR5130',
      message: `The statistics of the old version's statements cannot be read${code}.`,
      where,
      do: 'See that its address is reached from here, that pg_stat_statements is among shared_preload_libraries there, and that the role may read it.',
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function read(client: pg.Client, user: string | null): Promise<Capture> {
  const { rows: found } = await client.query<{ schema: string }>(
    `select quote_ident(n.nspname) as schema from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'pg_stat_statements'`,
  );
  const [extension] = found;
  if (extension === undefined)
    return fail({
      code: 'GR5130',
      message: 'There is no extension pg_stat_statements in that database, so nobody has counted its statements.',
      where,
      do: 'CREATE EXTENSION pg_stat_statements there, or capture by a command.',
    });
  // Columns differ from version to version; as JSON what is not there is null. Statements inside of functions are the functions' own.
  const { rows } = await client.query<{ text: string | null }>(
    `select s.query as text from ${extension.schema}.pg_stat_statements s
     join pg_catalog.pg_database d on d.oid = s.dbid and d.datname = current_database()
     left join pg_catalog.pg_roles r on r.oid = s.userid
     where coalesce(to_jsonb(s) ->> 'toplevel', 'true') = 'true'
       and case when $1::text is null then r.rolname is distinct from current_user else r.rolname = $1 end
     order by s.calls desc, s.queryid`,
    [user],
  );
  const isHidden = (text: string | null) => text === null || text === '<insufficient privilege>';
  const texts = rows.map(({ text }) => text).filter((text) => !isHidden(text)) as string[];
  const met = texts.slice(0, mostStatements).map((text) => ({ text, types: [], values: 'unknown' as const }));
  const who = user === null ? '' : ` of ${user}`;
  return {
    source: `pg_stat_statements${who}${await sinceWhen(client, extension.schema)}`,
    met,
    hidden: rows.length - met.length,
  };
}

/** Since which instant it counts, and how often it has forgotten what was asked least; before PostgreSQL 14 nobody knows. */
async function sinceWhen(client: pg.Client, schema: string): Promise<string> {
  const name = `${schema}.pg_stat_statements_info`;
  const { rows: there } = await client.query<{ isThere: boolean }>(`select to_regclass($1) is not null as "isThere"`, [
    name,
  ]);
  if (there[0]?.isThere !== true) return '';
  const { rows } = await client.query<{ since: Date; forgotten: string }>(
    `select stats_reset as since, dealloc::text as forgotten from ${name}`,
  );
  const [info] = rows;
  if (info === undefined) return '';
  const forgot = info.forgotten === '0' ? '' : `, which has forgotten ${info.forgotten} times what was asked least`;
  return ` since ${info.since.toISOString()}${forgot}`;
}
