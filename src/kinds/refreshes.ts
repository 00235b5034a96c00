import type { SeedAccount } from '../domain/seed/seedings.ts';
import type { RefreshAccount } from '../domain/refresh/refreshes.ts';

/** What the log says of refreshes of a project, and of rows that were made up in it. */
export interface RefreshLog {
  /** The newest first. */
  readonly accounts: readonly RefreshAccount[];
  /** The newest first. */
  readonly seedings: readonly SeedAccount[];
  /** Sequence of the first of their lines that was changed; null when none was. */
  readonly bentAt: number | null;
}
