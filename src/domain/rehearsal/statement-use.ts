export type Command = 'select' | 'insert' | 'update' | 'delete';

/** What one statement does with one relation of before. */
export interface StatementUse {
  readonly relation: string;
  readonly command: Command;
  /** Columns that it gives a value; null: all. */
  readonly written: readonly string[] | null;
}

/** A column that a statement compares, orders or groups by; `among`: the relations that may be the one that has it. */
export interface ComparedColumn {
  readonly column: string;
  readonly among: readonly string[];
}

/** What the old version's statements do, as they are written. */
export interface StatementUses {
  readonly uses: readonly StatementUse[];
  readonly compared: readonly ComparedColumn[];
}
