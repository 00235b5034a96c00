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

/** True of a record that is what follows from the one before it; null before the first. */
export function follows(record: ChainedRecord, before: ChainedRecord | null, hash: Hash): boolean {
  const { kind, actor, data, at } = record;
  const expected = chain({ kind, actor, data }, before, at, hash);
  return (
    expected.sequence === record.sequence && expected.hash === record.hash && expected.previous === record.previous
  );
}

/** Sequence of every record that does not follow from the one before it, in order. Cut-off tails need an outside witness. */
export const brokenOf = (log: readonly ChainedRecord[], hash: Hash): readonly number[] =>
  log.filter((record, index) => !follows(record, log[index - 1] ?? null, hash)).map(({ sequence }) => sequence);
