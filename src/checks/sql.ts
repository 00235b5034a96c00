import { z } from 'zod';
import { formatDuration } from '../domain/duration.ts';
import type { Json } from '../domain/json.ts';
import { worst } from '../domain/outcome.ts';
import { bounds, boundText, holds } from '../kinds/bounds.ts';
import type { Check, CheckContext, Finding, Gathered, Judgement } from '../kinds/check.ts';
import { limitMs } from '../kinds/fields.ts';
import { databaseAdvice } from '../kinds/troubleshooting.ts';
import { counted, shortNumber } from '../kinds/wording.ts';

const schema = z.strictObject({
  database: z.string().optional().describe('Database to ask, by its name in greenroom.yaml. Default: the first one.'),
  query: z.string().min(1).default('SELECT 1').describe('One statement; it runs in a read-only transaction.'),
  within: limitMs().prefault('5s').describe('Longest time it may take, connection included; the server ends it then.'),
  rows: bounds().optional().describe('How many rows it must give: a number, or `{ at-least, at-most }`.'),
  value: z
    .union([bounds(), z.string(), z.boolean(), z.null()])
    .optional()
    .describe('What the first column of the first row must be: a value, or `{ at-least, at-most }`.'),
});
export type SqlConfig = z.infer<typeof schema>;

type Scalar = null | boolean | number | string;
export type SqlData = { readonly database: string; readonly durationMs: number } & (
  | {
      readonly status: 'answered';
      readonly rowCount: number;
      readonly first: Scalar | 'no row';
      readonly hasRow: boolean;
    }
  | { readonly status: 'refused'; readonly reason: string; readonly sqlState: string | null }
  | { readonly status: 'unreachable'; readonly reason: string; readonly errorCode: string }
);

export const sql: Check<SqlConfig, SqlData> = {
  kind: 'sql',
  summary:
    'Asks a PostgreSQL database one read-only question: it answers, in time, with the rows or the value expected.',
  schema,
  runs: 'together',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<SqlData>> {
    const database = databaseOf(config.database, context);
    if (!database) return noSuchDatabase(config.database, context);
    const options = { timeoutMs: config.within, maxRows: 1 };
    const answer = await context.effects.sql.query(database.url, config.query, options, signal);
    const { name } = database;
    if (answer.status !== 'answered') return { status: 'measured', data: { ...answer, database: name } };
    const { rows, rowCount, durationMs } = answer;
    const first = rows[0] ? scalar(Object.values(rows[0])[0] ?? null) : 'no row';
    return {
      status: 'measured',
      data: { status: 'answered', database: name, rowCount, first, hasRow: rows.length > 0, durationMs },
    };
  },

  judge(config, data): Judgement {
    if (data.status !== 'answered') return notAnswered(data);
    const findings = [
      timeFinding(config, data.durationMs),
      ...rowsFinding(config, data.rowCount),
      ...valueFinding(config, data),
    ];
    const outcome = worst(findings.map((finding) => finding.outcome));
    const took = formatDuration(data.durationMs);
    if (outcome === 'pass') {
      return { outcome, reason: `The database "${data.database}" answered as expected in ${took}.`, findings };
    }
    const wrong = findings
      .filter((finding) => finding.outcome !== 'pass')
      .map((one) => `${one.name} was ${one.value}, expected ${one.threshold}`);
    const advice = {
      cause: `The data in "${data.database}" is not in the state that this release expects.`,
      next: 'Look whether migrations and data loading have run here, and run the query by hand.',
    };
    return { outcome, reason: `The database "${data.database}": ${wrong.join('; ')}.`, findings, ...advice };
  },
};

function databaseOf(name: string | undefined, context: CheckContext): CheckContext['databases'][number] | undefined {
  return name === undefined ? context.databases[0] : context.databases.find((database) => database.name === name);
}

function noSuchDatabase(name: string | undefined, context: CheckContext): Gathered<SqlData> {
  const known = context.databases.map((database) => database.name).join(', ') || 'none';
  return {
    status: 'not-measured',
    reason: `There is no database${name === undefined ? '' : ` "${name}"`} in ${context.environment}; known: ${known}.`,
    next: 'Declare it under databases in greenroom.yaml, or correct the name.',
  };
}

/** Documents are not kept: a check compares one plain value. */
const scalar = (value: Json): Scalar => (value !== null && typeof value === 'object' ? 'a document' : value);

function notAnswered(data: Exclude<SqlData, { status: 'answered' }>): Judgement {
  const refused = data.status === 'refused';
  const finding: Finding = { name: 'answer', outcome: 'fail', value: data.reason, threshold: null };
  const reason = `The database "${data.database}" ${refused ? 'refused' : 'did not answer'}: ${data.reason}.`;
  return {
    outcome: 'fail',
    reason,
    findings: [finding],
    ...databaseAdvice(data.database, refused ? data.sqlState : null),
  };
}

function timeFinding(config: SqlConfig, durationMs: number): Finding {
  const outcome = durationMs <= config.within ? 'pass' : 'fail';
  return {
    name: 'time',
    outcome,
    value: formatDuration(durationMs),
    threshold: `at most ${formatDuration(config.within)}`,
  };
}

function rowsFinding(config: SqlConfig, rowCount: number): Finding[] {
  if (config.rows === undefined) return [];
  const outcome = holds(rowCount, config.rows) ? 'pass' : 'fail';
  return [{ name: 'rows', outcome, value: counted(rowCount, 'row'), threshold: boundText(config.rows) }];
}

/** Numbers and truth values are shown; a text may be somebody's data, so only its length is, unless it is the expected one. */
function valueFinding(config: SqlConfig, data: Extract<SqlData, { status: 'answered' }>): Finding[] {
  const wanted = config.value;
  if (wanted === undefined) return [];
  const { first, hasRow } = data;
  const range = typeof wanted === 'number' || (wanted !== null && typeof wanted === 'object');
  const good = hasRow && (range ? typeof first === 'number' && holds(first, wanted) : first === wanted);
  const threshold = range ? boundText(wanted) : JSON.stringify(wanted);
  const shown =
    typeof first === 'number'
      ? shortNumber(first)
      : typeof first === 'string' && !good
        ? `a text of ${first.length} characters`
        : JSON.stringify(first);
  return [{ name: 'value', outcome: good ? 'pass' : 'fail', value: hasRow ? shown : 'absent (no row)', threshold }];
}
