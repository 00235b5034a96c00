import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Hash } from '../domain/json.ts';
import { chain, firstBroken, type ChainedRecord, type RecordBody } from '../domain/record.ts';
import type { Rows, RowsInTransaction } from './store.ts';

export const sha256: Hash = (text) => createHash('sha256').update(text).digest('hex');

/** Appends to the project's log in the caller's transaction: the change and its record stand or fall together. */
export async function append(
  rows: RowsInTransaction,
  project: string,
  deployment: string | null,
  bodies: readonly RecordBody[],
  at: number,
): Promise<void> {
  if (bodies.length === 0) return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`record:${project}`}, 0))`.execute(rows);
  let before = (await newest(rows, project)) ?? null;
  for (const body of bodies) {
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

/** Sequence of the first record that was bent, or null. */
export const verifyRecords = async (rows: Rows, project: string): Promise<number | null> =>
  firstBroken(await recordsOf(rows, project), sha256);

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
