/** How gently the source is read while rows are copied; null: no limit. */
export interface SourceLimits {
  /** Of all workers together. */
  readonly bytesPerSecond: number | null;
  /** Nothing is read while a replica is further behind. */
  readonly replicaLagMs: number | null;
  /** Of one statement: a table, or a piece of a large one. */
  readonly statementTimeoutMs: number | null;
}

export const noLimits: SourceLimits = { bytesPerSecond: null, replicaLagMs: null, statementTimeoutMs: null };
