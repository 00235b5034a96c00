import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Hash } from '../domain/json.ts';
import { chain, type ChainedRecord, type RecordBody } from '../domain/record.ts';
import type { MakingLine } from '../domain/witness.ts';
import type { Rows, RowsInTransaction, Store } from './store.ts';

export const sha256: Hash = (text) => createHash('sha256').update(text).digest('hex');

/**
 * Whether the write of this id is in the log. A connection that is cut after COMMIT was sent leaves its outcome unknown: the
 * write is tried again, and asks this first. Answers for certain only while the caller holds what serialises its writes.
 */
export async function isWritten(rows: RowsInTransaction, project: string, operation: string): Promise<boolean> {
  const found = await rows
    .selectFrom('record')
    .select('sequence')
    .where('project', '=', project)
    .where('operation', '=', operation)
    .executeTakeFirst();
  return found !== undefined;
}

/**
 * Appends to the project's log in the caller's transaction: the change and its record stand or fall together. `operation` is
 * kept with the first record; the same one twice is refused by the database.
 */
export async function append(
  rows: RowsInTransaction,
  project: string,
  deployment: string | null,
  bodies: readonly RecordBody[],
  at: number,
  operation: string | null = null,
): Promise<void> {
  if (bodies.length === 0) return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`record:${project}`}, 0))`.execute(rows);
  let before = (await newest(rows, project)) ?? null;
  for (const [index, body] of bodies.entries()) {
    before = chain(body, before, at, sha256);
    const { sequence, kind, actor, data, previous, hash } = before;
    await rows
      .insertInto('record')
      .values({
        project,
        sequence: String(sequence),
        deployment,
        at: String(at),
        kind,
        actor,
        data: JSON.stringify(data),
        previous,
        hash,
        operation: index === 0 ? operation : null,
      })
      .execute();
  }
}

async function newest(rows: Rows, project: string): Promise<ChainedRecord | undefined> {
  const row = await rows
    .selectFrom('record')
    .selectAll()
    .where('project', '=', project)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** Records in order; of one deployment, or of the whole project; those after a sequence number. */
export async function recordsOf(
  rows: Rows,
  project: string,
  deployment?: string,
  after = 0,
): Promise<readonly ChainedRecord[]> {
  let query = rows
    .selectFrom('record')
    .selectAll()
    .where('project', '=', project)
    .where('sequence', '>', String(after));
  if (deployment !== undefined) query = query.where('deployment', '=', deployment);
  return (await query.orderBy('sequence').execute()).map(fromRow);
}

export interface WholeLog {
  /** Of the project, in order. */
  readonly log: readonly ChainedRecord[];
  /** Those of one deployment, in order. */
  ownOf(deployment: string): readonly ChainedRecord[];
  /** Id of the deployment that a record is of; null: of none. */
  deploymentOf(sequence: number): string | null;
}

export async function wholeLog(rows: Rows, project: string): Promise<WholeLog> {
  const found = await rows
    .selectFrom('record')
    .selectAll()
    .where('project', '=', project)
    .orderBy('sequence')
    .execute();
  const own = Map.groupBy(found, (row) => row.deployment);
  return {
    log: found.map(fromRow),
    ownOf: (deployment) => (own.get(deployment) ?? []).map(fromRow),
    deploymentOf: (sequence) => found.find((row) => Number(row.sequence) === sequence)?.deployment ?? null,
  };
}

/** The lines of a release's making, each with the one before it. */
export async function makingOf(rows: Rows, project: string, releaseId: string): Promise<readonly MakingLine[]> {
  const ofProject = () => rows.selectFrom('record').selectAll().where('project', '=', project);
  const lines = await ofProject()
    .where('kind', '=', 'release-created')
    .where(sql`data ->> 'id'`, '=', releaseId)
    .orderBy('sequence')
    .execute();
  return Promise.all(
    lines.map(async (line) => {
      const before = await ofProject()
        .where('sequence', '=', String(Number(line.sequence) - 1))
        .executeTakeFirst();
      return { line: fromRow(line), before: before ? fromRow(before) : null };
    }),
  );
}

/** Lines of some kinds, in order, each with the one before it in the project's log: so that each can be held against it. */
export async function linesOf(rows: Rows, project: string, kinds: readonly string[]): Promise<readonly MakingLine[]> {
  const ofProject = () => rows.selectFrom('record').selectAll().where('project', '=', project);
  const lines = (await ofProject().where('kind', 'in', kinds).orderBy('sequence').execute()).map(fromRow);
  const sequences = lines.map(({ sequence }) => String(sequence - 1));
  const before = sequences.length === 0 ? [] : await ofProject().where('sequence', 'in', sequences).execute();
  const bySequence = new Map(before.map((row) => [Number(row.sequence), fromRow(row)]));
  return lines.map((line) => ({ line, before: bySequence.get(line.sequence - 1) ?? null }));
}

/** Appends lines that change nothing else; twice is as once. */
export const appendAlone = (
  store: Pick<Store, 'change'>,
  { project, operation, at }: { readonly project: string; readonly operation: string; readonly at: number },
  body: RecordBody,
): Promise<void> =>
  store.change(async (rows) => {
    if (!(await isWritten(rows, project, operation))) await append(rows, project, null, [body], at, operation);
  });

type RecordRow = {
  sequence: string;
  at: string;
  kind: string;
  actor: string;
  data: ChainedRecord['data'];
  previous: string;
  hash: string;
};

function fromRow({ sequence, at, kind, actor, data, previous, hash }: RecordRow): ChainedRecord {
  return { sequence: Number(sequence), at: Number(at), kind, actor, data, previous, hash };
}
