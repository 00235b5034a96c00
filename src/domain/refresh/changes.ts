// What is different from the schema that people looked at last, and what still waits for a rule.
import type { RefreshRules } from './rules.ts';
import { columnName, isOtherType, type SourceTable } from './source-schema.ts';
import { propose, type Proposal } from './propose.ts';

/** Columns and their types, by name. */
export type Looked = Readonly<Record<string, string>>;

export interface Changes {
  /** Not in the schema that was looked at; all columns when there was none. */
  readonly added: readonly { readonly column: string; readonly type: string; readonly proposal: Proposal | null }[];
  readonly gone: readonly { readonly column: string; readonly hasRule: boolean }[];
  readonly changed: readonly {
    readonly column: string;
    readonly from: string;
    readonly to: string;
    readonly proposal: Proposal | null;
  }[];
  /** Looked at before, and still without a rule. */
  readonly waiting: readonly Proposal[];
}

export function compareSchema(tables: readonly SourceTable[], rules: RefreshRules, looked: Looked | null): Changes {
  const proposals = new Map(propose(tables, rules).map((proposal) => [proposal.column, proposal]));
  const now = tables.flatMap((table) =>
    table.columns.map((column) => ({ column: columnName(table, column), type: column.type })),
  );
  const before = looked ?? {};
  const isKnown = (column: string): boolean => Object.hasOwn(before, column);
  const names = new Set(now.map(({ column }) => column));
  const hasRule = (column: string): boolean => Object.hasOwn(rules.columns, column);
  const past = new Set([...Object.keys(before), ...Object.keys(rules.columns)]);
  return {
    added: now
      .filter(({ column }) => !isKnown(column) && (looked !== null || proposals.has(column)))
      .map(({ column, type }) => ({ column, type, proposal: proposals.get(column) ?? null })),
    gone: [...past].filter((column) => !names.has(column)).map((column) => ({ column, hasRule: hasRule(column) })),
    changed: now
      .filter(({ column, type }) => isKnown(column) && isOtherType(before[column], type))
      .map(({ column, type }) => ({
        column,
        from: before[column]!,
        to: type,
        proposal: proposals.get(column) ?? null,
      })),
    waiting: now.flatMap(({ column, type }) => {
      const proposal = proposals.get(column);
      return proposal && isKnown(column) && !isOtherType(before[column], type) ? [proposal] : [];
    }),
  };
}

/** What people have looked at once they take the changes in. A type that changed stays as it was until they say so: its rule was made for another one. */
export function lookedAfter(
  tables: readonly SourceTable[],
  looked: Looked | null,
  isAccepted: boolean,
): Record<string, string> {
  const now = tables.flatMap((table) =>
    table.columns.map((column) => [columnName(table, column), column.type] as const),
  );
  return Object.fromEntries(
    now.map(([column, type]) => [
      column,
      !isAccepted && looked && Object.hasOwn(looked, column) ? looked[column]! : type,
    ]),
  );
}
