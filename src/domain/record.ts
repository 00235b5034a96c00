import { canonical, type Hash, type JsonObject } from './json.ts';

/** One line of the tamper-evident log: what changed, by whom, on what. */
export interface RecordBody {
  readonly kind: string;
  readonly actor: string;
  readonly data: JsonObject;
}

export interface ChainedRecord extends RecordBody {
  /** 1, 2, 3 … without gaps inside one chain. */
  readonly sequence: number;
  readonly at: number;
  readonly previous: string;
  readonly hash: string;
}

export const firstPrevious = '0'.repeat(64);

/** Links a body to the record before it. */
export function chain(body: RecordBody, before: ChainedRecord | null, at: number, hash: Hash): ChainedRecord {
  const record = { ...body, sequence: (before?.sequence ?? 0) + 1, at, previous: before?.hash ?? firstPrevious };
  return { ...record, hash: hash(canonical(record)) };
}

/** Sequence of the last record that does not follow from the one before it; 0 when all do. */
export const lastBroken = (records: readonly ChainedRecord[], hash: Hash): number =>
  records.findLast((record, index) => firstBroken([record], hash, records[index - 1] ?? null) !== null)?.sequence ?? 0;

/** Sequence of the first record that does not follow from the one before it (of the first: from `after`), or null. Cut-off tails need an outside witness. */
export function firstBroken(
  records: readonly ChainedRecord[],
  hash: Hash,
  after: ChainedRecord | null = null,
): number | null {
  let before = after;
  for (const record of records) {
    const { kind, actor, data } = record;
    const expected: ChainedRecord = chain({ kind, actor, data }, before, record.at, hash);
    if (expected.sequence !== record.sequence || expected.hash !== record.hash || expected.previous !== record.previous)
      return record.sequence;
    before = record;
  }
  return null;
}
