import type { SchemaDifference } from '../domain/rehearsal/fingerprint.ts';
import type { LockMode } from '../domain/rehearsal/lock-mode.ts';
import type { RehearsalFacts } from '../domain/rehearsal/facts.ts';

/** The door to a server on which migrations may be tried. */
export interface Rehearsals {
  /** Throws `FailureError` (GR5103–GR5108, GR5120, GR5130, GR5131) for what keeps it from measuring; nothing is left behind then. */
  rehearse(request: RehearsalRequest, signal: AbortSignal): Promise<MeasuredRehearsal>;
  /** Restores a backup into a database of its own and compares. Throws `FailureError` (GR5151–GR5154) for what keeps it from measuring; nothing is left behind then. */
  restore(request: RestoreRequest, signal: AbortSignal): Promise<RestoredBackup>;
}

export interface RestoreRequest {
  /** A superuser's address of the scratch server. */
  readonly server: string;
  /** The database that is backed up, by a role that reads. */
  readonly original: string;
  /** Both are of the PostgreSQL that Greenroom embeds. */
  readonly isOwnServer: boolean;
  readonly restore: Command;
  readonly onProgress?: (text: string) => void;
}

export interface RestoredBackup {
  /** False: the command failed, and nothing was compared. */
  readonly isDone: boolean;
  readonly restoreMs: number;
  /** Of the restored schema against the original: `missing` is what only the original has. Owners and rights aside. */
  readonly differences: readonly SchemaDifference[];
  /** Every table of the original; null: the backup has no such table. */
  readonly tables: readonly {
    readonly name: string;
    readonly rowCount: number | null;
    readonly originalCount: number;
  }[];
  /** Names of what an earlier run had left, and is gone now. */
  readonly swept: readonly string[];
}

/** A command of the team's, run against a database. */
export type Command = (url: string, signal: AbortSignal) => Promise<CommandEnd>;

/** `said`: what it printed last, without secrets and without what PostgreSQL says of values. `timedOut`: it was ended, since it did not end by itself. */
export interface CommandEnd {
  readonly isDone: boolean;
  readonly said?: string;
  readonly timedOut?: boolean;
}

export type DeclaredBack =
  | { readonly kind: 'down' | 'forward-fix'; readonly run: Command }
  | { readonly kind: 'forward-only' };

export interface RehearsalRequest {
  /** A superuser's address of the scratch server. */
  readonly server: string;
  readonly copy: CopySource;
  /** Address of production by a role that reads; it is asked for versions, schema and sizes, and nothing else. */
  readonly production: string;
  readonly nowMs: number;
  readonly lockTimeoutMs: number;
  /** The migration's files in their order. */
  readonly files: readonly { readonly file: string; readonly text: string }[];
  /** How the commands are written down; with the files it makes the digest. */
  readonly commands: readonly string[];
  readonly migrate: Command;
  readonly back: DeclaredBack | null;
  /** The table, with its schema, in which `migrate` writes what it has run; null: only those of known tools are. */
  readonly book: string | null;
  readonly write: Command | null;
  readonly oldStatements: readonly string[];
  /** Where statements of the old version are met; null: nowhere. */
  readonly capture: CaptureSource | null;
  /** Command of the new version's, on the migrated copy; null: none. */
  readonly smoke: Command | null;
  readonly applicationRole: string | null;
  readonly profile: 'quick' | 'full';
  /** No single run of a command takes longer. */
  readonly limitMs: number;
  readonly onProgress?: (text: string) => void;
}

/** `database`: one on the server that says that it is a copy. `backup`: a file that the team's command restores into an empty database. */
export type CopySource =
  | { readonly from: 'database'; readonly name: string }
  | { readonly from: 'backup'; readonly takenAtMs: number; readonly restore: Command };

/** `except`: texts without values that are left out. `user`: the role by which the old version logs in; null: every one. */
export type CaptureSource = { readonly except: readonly string[] } & (
  | { readonly from: 'statistics'; readonly url: string; readonly user: string | null }
  | { readonly from: 'command'; readonly run: Command }
);

/** A lock of the migration on a relation that stood before. */
export interface SeenLock {
  readonly relation: string;
  readonly mode: LockMode;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Hashes of which database it is, and of its schema. */
export interface SchemaMark {
  readonly place: string;
  readonly schema: string;
}

export interface MeasuredRehearsal {
  /** Of production, as it was when it was asked for its versions. */
  readonly mark: SchemaMark;
  readonly facts: RehearsalFacts;
  /** The command changed nothing on the copy. */
  readonly isIdle: boolean;
  /** Of files and commands, `sha256:…`. */
  readonly digest: string;
  /** In ms since the epoch. */
  readonly copiedAtMs: number;
  readonly runs: number;
  /** Names of what an earlier rehearsal had left, and is gone now. */
  readonly swept: readonly string[];
  /** For the drawing, in ms since the watch began: the longest wait of each tenth of a second, and locks by relation. */
  readonly canary: readonly { readonly atMs: number; readonly longestMs: number }[];
  readonly locks: readonly SeenLock[];
}
