import { isUnproven, oneWayReason, returnWords, type MigratedDatabase } from './migrated-database.ts';
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

/**
 * Whether what serves could be brought back after the switch: asked before it, because afterwards it is too late to learn that
 * the bytes are gone. Says too from where on a database cannot follow. Whether the old code works on a migrated database says a rehearsal of the
 * migration, where one is asked for.
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
  const [shut, ...more] = migrated.filter((each) => oneWayReason(each) !== null);
  if (shut)
    return {
      ...{ outcome: 'warn', findings },
      reason: `${whole}, at once until "stop" begins; ${list([shut, ...more])} cannot: ${oneWayReason(shut)} from ${shut.step} on`,
      cause: shut.isForwardOnly
        ? 'The file declares "forward-only", and the migrations are not known to be those of before.'
        : 'The rehearsal of its migration has found that.',
      next: `Make sure that ${old} works on the migrated data, or that a repair may be a new release; then "greenroom accept ${line}".`,
    };
  const [unproven, ...others] = migrated.filter(isUnproven);
  if (unproven)
    return {
      ...{ outcome: 'warn', findings },
      reason: `${whole}; nobody knows whether one can go back over ${list([unproven, ...others])}: ${returnWords(unproven.rehearsed)}`,
      cause: 'Its migration was not rehearsed as it is now, or not to its end.',
      next: `Deploy this release where the check migration-rehearsal runs, then here again; or take it upon yourself with "greenroom accept ${line}".`,
    };
  const stays = migrated.length > 0 ? `; ${list(migrated)} stays as migrated${safeWords(migrated)}` : '';
  return { outcome: 'pass', findings, reason: `${whole}${stays}` };
}

/** Said only where a rehearsal has something to say. */
const safeWords = (migrated: readonly MigratedDatabase[]): string =>
  migrated.flatMap(({ rehearsed }) => (rehearsed === null ? [] : [`, ${returnWords(rehearsed)}`])).join('');

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
function databaseFinding(database: MigratedDatabase): ResultFinding {
  const { name, isForwardOnly, hasSameMigrations, rehearsed } = database;
  const finding = (outcome: ResultFinding['outcome'], value: string): ResultFinding => ({
    ...{ name: `database ${name}`, outcome, value, threshold: null },
  });
  if (hasSameMigrations) return finding('pass', 'migration files are those of before');
  if (isForwardOnly) return finding('warn', 'forward only');
  if (rehearsed === null) return finding('skip', 'stays as migrated, not measured');
  const outcome = rehearsed.going === 'safe' ? 'pass' : rehearsed.going === 'later' ? 'skip' : 'warn';
  return finding(outcome, returnWords(rehearsed));
}
