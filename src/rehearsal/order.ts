// What a rehearsal is asked to do.
import type { Login } from '../domain/rehearsal/search-path.ts';
import type { SchemaFact } from '../domain/rehearsal/fingerprint.ts';
import type { Capture } from './capture.ts';
import type { Command, DeclaredBack } from '../kinds/rehearsals.ts';

/** `known`: they are at hand already. `command`: its run on a clone is recorded. */
export type Meet =
  | { readonly from: 'known'; readonly capture: Capture }
  | { readonly from: 'command'; readonly run: Command };

export interface RehearsalOrder {
  /** A superuser's address of the scratch server that holds the copy. */
  readonly adminUrl: string;
  /** Name of the database to clone. Nobody may be connected to it. */
  readonly copy: string;
  /** When the copy was made, in ms since the epoch; null: nobody knows. */
  readonly copiedAtMs: number | null;
  readonly nowMs: number;
  readonly lockTimeoutMs: number;
  /** The migration's files in their order, to be read and to name places by. */
  readonly files: readonly { readonly file: string; readonly text: string }[];
  readonly migrate: Command;
  readonly back: DeclaredBack | null;
  /** The table, with its schema, in which the migrate command writes what it has run, beside those of known tools. */
  readonly book?: string | null;
  /** What the new version writes before somebody goes back; null: nothing is tried. */
  readonly write: Command | null;
  readonly oldStatements: readonly string[];
  /** Where statements of the old version are met; absent: nowhere. */
  readonly capture?: { readonly meet: Meet; readonly except: readonly string[] };
  /** What the new version asks of the migrated copy; absent: nothing. */
  readonly smoke?: Command;
  /** The role that the application logs in as, for what it may not do any more; null: who owns everything. */
  readonly applicationRole: string | null;
  /** What production answered to the same questions; null: it was not asked. */
  readonly production: {
    readonly versions: Versions;
    readonly sizes: Readonly<Record<string, number>>;
    readonly schema: readonly SchemaFact[];
  } | null;
  /** Who may log in to production; absent: it was not asked. */
  readonly logins?: readonly Login[];
  readonly profile: 'quick' | 'full';
  /** No single run of a command takes longer. */
  readonly limitMs: number;
}

/** Of the server, of extensions and collations, by name. */
export type Versions = Readonly<Record<string, string>>;
