// Where statements of the old version are met.

/** A text as it was met. `values`: what was bound, as text; null: the text holds everything itself; `unknown`: nobody has kept them. */
export interface Captured {
  readonly text: string;
  readonly types: readonly number[];
  readonly values: readonly (string | null)[] | null | 'unknown';
}

export interface Capture {
  /** In words, for people. */
  readonly source: string;
  readonly met: readonly Captured[];
  /** Texts that nobody may read here. */
  readonly hidden: number;
}
