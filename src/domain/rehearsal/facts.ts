import type { CapturedStatements } from './captured.ts';
import type { SchemaDifference } from './fingerprint.ts';
import type { LintFinding } from './lint.ts';
import type { LockMode } from './lock-mode.ts';

/** Where a statement stands in the migration's files; lines from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** One statement of the migration, as other sessions saw it. Relations by their names of before, with a schema unless `public`. */
export interface StatementFacts {
  readonly place: Place;
  readonly durationMs: number;
  /** Strongest lock on each relation that stood before, held at its end: its own, and those of earlier statements of its transaction. */
  readonly locks: readonly { readonly relation: string; readonly mode: LockMode; readonly heldMs: number }[];
  /** Relations with rows whose rows are in another file since. */
  readonly rewrites: readonly string[];
  /** Tables that it read whole. */
  readonly scans: readonly string[];
  /** Tables of which it changed or deleted every row in one transaction. */
  readonly changedWhole: readonly string[];
  /** Rows that its transaction has changed, deleted or locked so far, where others wait for them. Absent in evidence of before they were counted. */
  readonly rowLocks?: readonly RowLocks[];
  readonly walBytes: number;
  /** SQLSTATE of its failure; null when it ended. Of the command as a whole also `command` or `timeout`. */
  readonly failedWith: string | null;
  /** Last lines that the command printed, where it failed without a statement that did. */
  readonly said?: string;
}

/** `rows`: null when nobody could count them. `of`: rows of the table before. */
export interface RowLocks {
  readonly relation: string;
  readonly rows: number | null;
  readonly of: number;
}

/** A table that the migration touches. */
export interface TableSize {
  readonly relation: string;
  readonly copyBytes: number;
  /** Null when production did not say. */
  readonly productionBytes: number | null;
}

/** A version that the answer depends on: the server, an extension, a collation. */
export interface VersionPair {
  readonly name: string;
  readonly copy: string;
  readonly production: string | null;
}

/** How a statement of the old version ended on the new schema, beside how it ended before. */
export interface OldStatement {
  readonly text: string;
  readonly before: StatementEnd;
  readonly after: StatementEnd;
}
export type StatementEnd = { readonly rows: number } | { readonly failedWith: string };

/** A relation of before that the old version's listed statements ask for, and the locks they take on it. */
export interface AskedRelation {
  readonly relation: string;
  readonly modes: readonly LockMode[];
}

/** A relation of before that is gone, lacks a column or demands one more (`changed`), or has another shape or takes less (`stricter`). */
export interface ReshapedRelation {
  readonly relation: string;
  readonly how: 'gone' | 'changed' | 'stricter';
}

/**
 * Something that changed for the old version, in words, and nobody met it. `role`: it binds only who does not own the table, and that role is not declared.
 * `statement`: none of its statements does what meets it. `rows`: rows of the copy break what was added NOT VALID.
 */
export interface UnmetChange {
  readonly relation: string;
  readonly what: string;
  readonly by: 'role' | 'statement' | 'rows';
}

/** The way back as it was taken. `forward-fix`: declared instead of a down migration. `forward-only`: declared that there is none, and nothing was run. */
export interface WayBack {
  readonly kind: 'down' | 'forward-fix' | 'forward-only';
  readonly failedWith: string | null;
  /** Names of schema facts that differ from before and were not declared. */
  readonly schemaDifferences: readonly string[];
  /** Tables whose rows or values of before are not back, and not declared. */
  readonly lostTables: readonly string[];
  /** Sequences that stand elsewhere, and not declared. */
  readonly movedSequences: readonly string[];
  /** How often the command was run, until the tool's book said what it said before. Absent in a record of before books were read. */
  readonly times?: number;
  /** Books of tools that say something else than before; `more`: rows, of `applied` that came with the migration. */
  readonly leftInBooks?: readonly { readonly relation: string; readonly more: number; readonly applied: number }[];
}

/** The migration run again after it was cut off in a statement; INVALID indexes dropped before. */
export interface SecondRun {
  readonly cutAt: Place;
  readonly failedWith: string | null;
  /** Whether schema and data are those of an undisturbed run. */
  readonly isSame: boolean;
}

/** What the script does to its own session, seen in the session. */
export type SessionDeed = 'ends-transaction' | 'leaves-transaction-open' | 'sets-lock-timeout';

/** Everything a rehearsal has measured. Null stands for: nobody has measured it, and that is never good. */
export interface RehearsalFacts {
  readonly copyAgeMs: number | null;
  /** The copy's schema against production's, before the migration: `missing` is what only production has. */
  readonly copySchema: readonly SchemaDifference[] | null;
  readonly tables: readonly TableSize[] | null;
  readonly versions: readonly VersionPair[] | null;
  readonly statements: readonly StatementFacts[] | null;
  readonly durationMs: number | null;
  /** Runs before the observed one that lost a lock to the old version's statements, each on a clone of its own. Absent: an older record. */
  readonly lostLocks?: number;
  /** Longest wait of each of the old version's statements while the migration ran, also in runs that lost a lock. */
  readonly stalls: readonly { readonly text: string; readonly longestMs: number }[] | null;
  readonly oldVersion: readonly OldStatement[] | null;
  readonly asked: readonly AskedRelation[] | null;
  /** Names of settings that new sessions get of the database or of their role since. Absent: an older record. */
  readonly newSettings?: readonly string[] | null;
  /** Schemas in which something came or went that another role than the asked one finds first. Absent: an older record. */
  readonly unaskedSchemas?: readonly string[] | null;
  readonly reshaped: readonly ReshapedRelation[] | null;
  /** Absent: an older record. */
  readonly unmet?: readonly UnmetChange[] | null;
  /** Tables of before of which rows or values are gone after the migration: dropped, emptied, a column dropped. */
  readonly goneTables: readonly string[] | null;
  /** `none`: there is neither a down migration nor a declared forward fix. */
  readonly wayBack: WayBack | 'none' | null;
  readonly secondRuns: readonly SecondRun[] | null;
  /** Of the commits it could be cut off at, how many were tried: of many that are alike not each. Absent: an older record. */
  readonly cuts?: { readonly tried: number; readonly of: number };
  /** Books of migration tools, with the columns that no two runs have alike. Absent: there are none. */
  readonly books?: readonly { readonly relation: string; readonly left: readonly string[] }[];
  readonly invalidIndexes: readonly string[] | null;
  readonly session: readonly SessionDeed[] | null;
  /** Whether it gave up on a reader that never ends, within its lock timeout, and went through after that one had left. */
  readonly hostileReader: 'gave-up-and-retried' | 'never-gave-up' | 'retry-failed' | null;
  readonly lint: readonly LintFinding[] | null;
  /** Where files of SQL cannot be read any further; `lint` is null then. Absent: nowhere. */
  readonly unread?: readonly Place[];
  /** Absent: the check declares no source of captured statements. */
  readonly captured?: CapturedStatements | null;
  /** How the new version's smoke ended on the migrated copy. Absent: the check declares none. */
  readonly newVersion?: NewVersion | null;
}

/** `failedWith`: the last SQLSTATE that it met, `command` or `timeout`; null when it ended well. */
export interface NewVersion {
  readonly failedWith: string | null;
  /** Statements that it asked of the copy. */
  readonly statements: number;
}
