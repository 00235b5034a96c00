import { z } from 'zod';
import { isSeeded, markerOf, refreshedAt } from '../domain/refresh/direction.ts';
import { standingRefresh } from '../domain/refresh/refreshes.ts';
import type { Check, CheckContext, Gathered, Judgement } from '../kinds/check.ts';
import { limitMs } from '../kinds/fields.ts';
import { databaseAdvice } from '../kinds/troubleshooting.ts';
import { judgeDataAge } from './data-age/judge.ts';

const schema = z.strictObject({
  database: z.string().optional().describe('Database by its name in greenroom.yaml. Default: the only one.'),
  'at-most': limitMs().prefault('7d').describe('How old the data may be.'),
});
export type DataAgeConfig = z.infer<typeof schema>;

export interface DataAgeData {
  readonly environment: string;
  readonly database: string;
  /** By the clock of whoever asks. */
  readonly askedAt: number;
  /** What the database says of itself. */
  readonly target: {
    /** Environment that its comment names. */
    readonly marker: string | null;
    /** Instant that its comment names. */
    readonly refreshedAt: number | null;
    /** `system identifier/oid`. */
    readonly identity: string;
    /** It says that its rows were made up; absent in evidence of before there were any. */
    readonly isSeeded?: boolean;
  };
  /** What the log says of the newest refresh that was published; null when it knows none. */
  readonly refresh: {
    readonly dataFromAt: number;
    readonly endedAt: number;
    readonly from: string;
    readonly identity: string;
    readonly isProven: boolean;
  } | null;
  /** Sequence of the first line of a refresh that was changed. */
  readonly bentAt: number | null;
}

export const dataAge: Check<DataAgeConfig, DataAgeData> = {
  kind: 'data-age',
  summary:
    "How old an environment's data is, by what the log says of its refresh and by what the database says of itself.",
  schema,
  runs: 'together',
  defaultIn: 'before-last',

  async gather(config, context, signal): Promise<Gathered<DataAgeData>> {
    const { environment, refreshes } = context;
    const database = databaseOf(config, context);
    if (database === null) return notOne(config, context);
    if (refreshes === undefined) return { status: 'not-measured', reason: 'There is no log to ask here.' };
    const log = await refreshes();
    signal.throwIfAborted();
    const answer = await context.effects.sql.query(
      database.url,
      identityQuery,
      { timeoutMs: 10_000, maxRows: 1 },
      signal,
    );
    if (answer.status !== 'answered')
      return {
        ...{ status: 'not-measured', reason: `The database "${database.name}" did not answer: ${answer.reason}.` },
        ...databaseAdvice(database.name, answer.status === 'refused' ? answer.sqlState : null),
      };
    const row = answer.rows[0]!;
    const comment = row['comment'] === null ? null : String(row['comment']);
    const newest = standingRefresh(log, environment, database.name);
    const data: DataAgeData = {
      ...{ environment, database: database.name, askedAt: context.effects.clock.now(), bentAt: log.bentAt },
      target: {
        ...{ marker: markerOf(comment), refreshedAt: instantOf(comment), identity: String(row['identity']) },
        isSeeded: isSeeded(comment),
      },
      refresh: newest && {
        ...{ dataFromAt: newest.made!.dataFromAt, endedAt: newest.endedAt!, from: newest.ends!.sourceEnvironment },
        ...{ identity: newest.made!.identity, isProven: newest.made!.proof !== null },
      },
    };
    return { status: 'measured', data };
  },

  judge: (config, data): Judgement => judgeDataAge(config['at-most'], data),
};

const identityQuery = `select shobj_description(oid, 'pg_database') as comment,
  (select system_identifier from pg_control_system()) || '/' || oid as identity from pg_database where datname = current_database()`;

function instantOf(comment: string | null): number | null {
  const at = Date.parse(refreshedAt(comment) ?? '');
  return Number.isNaN(at) ? null : at;
}

function databaseOf({ database }: DataAgeConfig, { databases }: CheckContext) {
  const found = databases.filter(({ name }) => database === undefined || name === database);
  return found.length === 1 ? found[0]! : null;
}

function notOne({ database }: DataAgeConfig, { environment, databases }: CheckContext): Gathered<DataAgeData> {
  const known = databases.map(({ name }) => name).join(', ') || 'none';
  return {
    status: 'not-measured',
    reason: `There is not one database${database === undefined ? '' : ` "${database}"`} in ${environment}; known: ${known}.`,
    next: 'Declare it under databases in greenroom.yaml, or name it under the check.',
  };
}
