import type { OwnAnswer, ResultFinding } from './verdict.ts';

/** What was measured of the release that serves, while it still does. */
export interface WayBackFacts {
  readonly environment: string;
  /** The version, or the id where the record of the release is lost. */
  readonly old: string;
  /** `other`: the record is there, and is not that of the release which serves. */
  readonly record: 'kept' | 'lost' | 'other';
  /** Where its bytes came from; null where nobody could make them again. */
  readonly commit: string | null;
  readonly bytes: StoredBytes;
  /** Databases that this deployment migrates. */
  readonly databases: readonly MigratedDatabase[];
}

export type StoredBytes =
  | { readonly status: 'whole'; readonly digest: string; readonly fileCount: number; readonly sizeBytes: number }
  | {
      readonly status: 'broken';
      readonly expected: string;
      /** What lies there instead, by digest; null: nothing that can be read. */
      readonly found: string | null;
      readonly reason: string;
    };

export interface MigratedDatabase {
  readonly name: string;
  /** The step from which on it is another database than before. */
  readonly step: string;
  readonly isForwardOnly: boolean;
  /** Migration files of the new release beside those of the old; null: they are not where Greenroom looks for them. */
  readonly hasSameMigrations: boolean | null;
}

/**
 * Whether what serves could be brought back after the switch: asked before it, because afterwards it is too late to learn that
 * the bytes are gone. Says too from where on a database cannot follow. Whether the old code works on a migrated database is not measured.
 * @param line name of the line, for `greenroom accept`
 */
export function judgeWayBack(facts: WayBackFacts, line: string): OwnAnswer {
  const { old, bytes, record } = facts;
  const migrated = facts.databases.filter((each) => each.hasSameMigrations !== true);
  const findings = [recordFinding(facts), bytesFinding(bytes), ...facts.databases.map(databaseFinding)];
  if (record !== 'kept' || bytes.status === 'broken') {
    const reason =
      bytes.status === 'broken' && record === 'kept' ? bytes.reason : `the record of ${old} is ${missing[record]}`;
    return {
      ...{ outcome: 'fail', findings, reason: `${old} could not be brought back: ${reason}` },
      ...{ cause: 'Its record or its pinned files were removed or changed.', next: healing(facts) },
    };
  }
  const whole = `${old} can be brought back: ${bytes.fileCount} ${bytes.fileCount === 1 ? 'file' : 'files'}, bytes whole`;
  const [first, ...more] = migrated.filter((each) => each.isForwardOnly);
  if (first)
    return {
      ...{ outcome: 'warn', findings },
      reason: `${whole}, at once until "stop" begins; ${list([first, ...more])} cannot: forward only from ${first.step} on`,
      cause: 'The file declares "forward-only", and the migrations are not known to be those of before.',
      next: `Make sure that ${old} works on the migrated data, or that a repair may be a new release; then "greenroom accept ${line}".`,
    };
  const stays = migrated.length > 0 ? `; ${list(migrated)} stays as migrated` : '';
  return { outcome: 'pass', findings, reason: `${whole}${stays}` };
}

const missing = { kept: '', lost: 'gone', other: 'that of another release' } as const;
const list = (databases: readonly MigratedDatabase[]): string =>
  `the database ${databases.map((each) => each.name).join(', ')}`;

function healing({ old, record, commit, environment }: WayBackFacts): string {
  const without = `Where no way back is wanted, "greenroom stop ${environment}" first: it is dark until the next version serves.`;
  if (record !== 'kept') return without;
  if (commit === null) return `${old} was not made from a commit: put the same files there, or go without. ${without}`;
  return `Make ${old} again from commit ${commit.slice(0, 12)} ("greenroom release"), in the place of what is left of it: the same files get the same place. ${without}`;
}

const recordFinding = ({ record }: WayBackFacts): ResultFinding => ({
  ...{ name: 'record', outcome: record === 'kept' ? 'pass' : 'fail', value: record, threshold: 'kept' },
});

function bytesFinding(bytes: StoredBytes): ResultFinding {
  if (bytes.status === 'whole') return { name: 'bytes', outcome: 'pass', value: bytes.digest, threshold: bytes.digest };
  return { name: 'bytes', outcome: 'fail', value: bytes.found ?? 'nothing', threshold: bytes.expected };
}

/** Greenroom takes no migration back, so that no database passes; one whose migrations stay is none to take back. */
function databaseFinding({ name, isForwardOnly, hasSameMigrations }: MigratedDatabase): ResultFinding {
  const finding = (outcome: ResultFinding['outcome'], value: string): ResultFinding => ({
    ...{ name: `database ${name}`, outcome, value, threshold: null },
  });
  if (hasSameMigrations) return finding('pass', 'migration files are those of before');
  return isForwardOnly ? finding('warn', 'forward only') : finding('skip', 'stays as migrated, not measured');
}
