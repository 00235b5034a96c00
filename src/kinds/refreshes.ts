import type { RefreshAccount } from '../domain/refresh/refreshes.ts';

/** What the log says of refreshes of a project. */
export interface RefreshLog {
  /** The newest first. */
  readonly accounts: readonly RefreshAccount[];
  /** Sequence of the first of their lines that was changed; null when none was. */
  readonly bentAt: number | null;
}
