// What the one in the middle tells of a migrator's session, and may be asked there.
import type { MigrationStatement } from './parse-migration.ts';

/** One connection of the team's command. */
export interface Migrator {
  /** Process id at the server. */
  readonly pid: number;
  /** Runs a query in the migrator's own session, unseen by its client; only while it is in a transaction. Rows as text. */
  ask(query: string): Promise<readonly (readonly (string | null)[])[]>;
}

/** What is about to be sent. Without a parsed statement it is one that the parser did not read. */
export interface Sent {
  readonly text: string;
  readonly statement: MigrationStatement | null;
  /** BEGIN, COMMIT and the like, which do nothing to a table. */
  readonly isControl: boolean;
  /** Bound to it as text. */
  readonly values: readonly string[];
}

export interface Watcher {
  /** Before it is sent. `cut` ends the connection as a kill would. */
  begins(migrator: Migrator, sent: Sent): Promise<'go' | 'cut'>;
  /** After its end, before its client hears of it. Its locks are still held while `isOpen`. */
  ended(migrator: Migrator, sent: Sent, end: { failedWith: string | null; isOpen: boolean }): Promise<void>;
  /** Its transaction is over. */
  settled(migrator: Migrator): void;
  /** It ended its transaction in the middle of a statement. */
  endsTransaction(): void;
  /** The client has gone, with a transaction open or not. */
  left(migrator: Migrator, isOpen: boolean): void;
}

/** Lets everything go by. */
export const idleWatcher: Watcher = {
  begins: async () => 'go',
  ended: async () => undefined,
  settled: () => undefined,
  endsTransaction: () => undefined,
  left: () => undefined,
};
