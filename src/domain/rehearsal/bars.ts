/** What a migration may do to production before somebody has to accept it, or before it is refused. Durations in ms, sizes in bytes. */
export interface RehearsalBars {
  /** Old version's statements waiting longer than this: conditional; longer than the second: no-go. */
  readonly stallConditionalMs: number;
  readonly stallMs: number;
  /** Tables larger than this in production are not rewritten, or read whole, while writers wait. */
  readonly tableBytes: number;
  readonly copyAgeMs: number;
  /** A touched table whose copy is a smaller share of production's is measured, but not believed. */
  readonly copyShare: number;
  readonly budgetMs: number;
}

export const defaultBars: RehearsalBars = {
  stallConditionalMs: 500,
  stallMs: 2_000,
  tableBytes: 100 * 1024 * 1024,
  copyAgeMs: 7 * 24 * 60 * 60 * 1000,
  copyShare: 0.5,
  budgetMs: 2 * 60 * 1000,
};
