import type { Socket } from 'node:net';
import { Client, DatabaseError, Query, type ClientConfig, type QueryConfig } from 'pg';
import { FailureError } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { Sql } from '../kinds/effects.ts';
import type { Redactor } from './redaction.ts';
import { timedOut, unreachable } from './unreachable.ts';

type Options = Parameters<Sql['query']>[2];
type Row = Readonly<Record<string, Json>>;

/** A row is read whole; one of more than half a gigabyte would end this process. */
const LONGEST_ROW_BYTES = 8 * 1024 * 1024;
const tooLong = () =>
  new FailureError({
    code: 'GR6601',
    message: 'The query gave a row of more than 8 MiB, which is not read.',
    do: 'Ask for less: a count, a length, or fewer columns.',
  });

/** One connection per query, closed after it; statements go through the extended protocol, which takes exactly one. */
export function createSql(redactor: Redactor): Sql {
  return {
    async query(url, statement, options, signal) {
      signal.throwIfAborted();
      const startedAt = performance.now();
      const durationMs = (): number => Math.round((performance.now() - startedAt) * 100) / 100;
      // The server ends a slow statement itself, and says so; this is for one that does not answer.
      const deadline = AbortSignal.timeout(options.timeoutMs + 250);
      let client: Client | null = null;
      try {
        const opened = openClient(url);
        client = opened;
        const work = run(opened, statement, options, redactor);
        const answer = await orAbort(work, AbortSignal.any([signal, deadline]));
        return { status: 'answered', ...answer, durationMs: durationMs() };
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof FailureError) throw error;
        if (deadline.aborted)
          return { status: 'unreachable', ...timedOut(options.timeoutMs), durationMs: durationMs() };
        return { ...refusal(error, redactor), durationMs: durationMs() };
      } finally {
        // Never waits for the server's goodbye: a hung one would hold the caller.
        if (client) void client.end().catch(() => {});
        client?.connection.stream.destroy();
      }
    },
  };
}

/** `connection` is there, only the types of pg leave it out. */
type OpenClient = Client & { readonly connection: { readonly stream: Socket } };

function openClient(url: string): OpenClient {
  const client = new Client({
    connectionString: url,
    application_name: 'greenroom-check',
    types: { getTypeParser: (oid: number) => parserOf(oid) },
  } as ClientConfig); // its type wants the overloads of pg-types; every parser here takes text
  client.on('error', () => {}); // a connection cut while idle; whoever waits is told by the query
  return client as OpenClient;
}

async function run(
  client: OpenClient,
  statement: string,
  options: Options,
  redactor: Redactor,
): Promise<{ rows: Row[]; rowCount: number }> {
  await client.connect();
  await client.query(options.write ? 'BEGIN' : 'BEGIN READ ONLY');
  await client.query(`SET LOCAL statement_timeout = ${Math.max(1, Math.floor(options.timeoutMs))}`);
  const answer = await readRows(client, statement, options.maxRows);
  await client.query(options.write ? 'COMMIT' : 'ROLLBACK');
  return { ...answer, rows: answer.rows.map((row) => redactRow(row, redactor)) };
}

/** With a listener for rows pg keeps none itself; `rows` lets the server send them in portions. */
function readRows(client: OpenClient, statement: string, maxRows: number): Promise<{ rows: Row[]; rowCount: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ rows: Row[]; rowCount: number }>();
  const rows: Row[] = [];
  let seen = 0;
  let sinceRowBytes = 0;
  // Told after pg: what is counted here belongs to a row that is not whole yet, and that pg would hold in memory until it is.
  client.connection.stream.on('data', (chunk: Buffer) => {
    sinceRowBytes += chunk.length;
    if (sinceRowBytes <= LONGEST_ROW_BYTES) return;
    client.connection.stream.destroy();
    reject(tooLong());
  });
  const query = new Query({ text: statement, rows: 1_000 } as QueryConfig);
  query.on('row', (row: Row) => {
    seen += 1;
    sinceRowBytes = 0;
    if (rows.length < maxRows) rows.push({ ...row });
  });
  query.on('error', reject);
  query.on('end', (result) => resolve({ rows, rowCount: seen || (result.rowCount ?? 0) }));
  client.query(query);
  return promise;
}

function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  work.catch(() => {}); // after an abort nobody waits for it any more
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', onAbort));
}

const [BOOLEAN, BIGINT, SMALLINT, INTEGER, OID, JSON_TEXT, REAL, DOUBLE, NUMERIC, JSONB] = [
  16, 20, 21, 23, 26, 114, 700, 701, 1700, 3802,
];

/** Numbers where they are exact, JSON as it is; everything else, times too, is the text PostgreSQL gives. */
function parserOf(oid: number): (text: string) => Json {
  if (oid === BOOLEAN) return (text) => text === 't';
  if ([BIGINT, SMALLINT, INTEGER, OID, REAL, DOUBLE].includes(oid)) return exactNumber;
  if (oid === NUMERIC) return (text) => exactNumber(text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  if (oid === JSON_TEXT || oid === JSONB) return (text) => JSON.parse(text) as Json;
  return (text) => text;
}

function exactNumber(text: string): Json {
  const number = Number(text);
  return Number.isFinite(number) && (String(number) === text || /[.e]/.test(text)) ? number : text;
}

function redactRow(row: Row, redactor: Redactor): Row {
  const redact = (value: Json): Json => {
    if (typeof value === 'string') return redactor.text(value);
    if (Array.isArray(value)) return value.map(redact);
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(
        Object.entries(value).map(([key, member]) => [redactor.text(key), redact(member as Json)]),
      );
    }
    return value;
  };
  return redact(row) as Row;
}

/** A refusal of the server keeps its sentence but never a row's value: those stand in `detail` and after the colon of data errors. */
function refusal(error: unknown, redactor: Redactor) {
  if (!(error instanceof DatabaseError)) {
    const why = unreachable(error);
    return { status: 'unreachable' as const, reason: redactor.text(why.reason), errorCode: why.errorCode };
  }
  const sqlState = error.code ?? null;
  const raised = sqlState === 'P0001';
  const text = raised ? 'the statement raised an exception of its own' : error.message.replace(/: ?["'(].*$/s, '');
  return { status: 'refused' as const, reason: redactor.text(text), sqlState };
}
