import type { RehearsalFinding } from './finding.ts';
import { lockRule } from './lint-locks.ts';
import { indexRule, partitionRule, promiseRule, referenceRule } from './lint-promises.ts';
import { sessionRule } from './lint-session.ts';
import type { Deed, ParsedStatement } from './statement.ts';

/** A finding by reading alone; its place is always known. */
export type LintFinding = RehearsalFinding;

/** What a rule may ask besides the deed. */
export interface LintContext {
  /** Made by an earlier statement of the same migration: nobody else waits for it. */
  isNew(relation: string): boolean;
  /** The table of an index, where it is known; else the index itself. */
  tableOf(index: string): string;
  /** Whether an index, of the copy or of an earlier statement, begins with these columns in any order. */
  isIndexed(relation: string, columns: readonly string[]): boolean;
}

/** One reason, one file; a rule answers what is wrong with a deed, nothing when it is fine. */
export type Rule = (deed: Deed, context: LintContext) => readonly Omit<LintFinding, 'place'>[];

const rules: readonly Rule[] = [lockRule, indexRule, promiseRule, referenceRule, partitionRule, sessionRule];

/** An index of the copy; columns in its order. */
export interface KnownIndex {
  readonly name: string;
  readonly relation: string;
  readonly columns: readonly string[];
}

/** Reads a migration, in its order. Pure. */
export function lint(statements: readonly ParsedStatement[], indexes: readonly KnownIndex[]): readonly LintFinding[] {
  const fresh = new Set<string>();
  const known = [...indexes];
  const context: LintContext = {
    isNew: (relation) => fresh.has(relation),
    tableOf: (name) => known.find((index) => index.name === name)?.relation ?? name,
    isIndexed: (relation, columns) =>
      known.some((index) => index.relation === relation && beginsWith(index.columns, columns)),
  };
  return statements.flatMap(({ place, deeds }) =>
    deeds.flatMap((deed) => {
      const found = rules.flatMap((rule) => rule(deed, context)).map((each) => ({ ...each, place }));
      // A partition is made while its parent is locked, so it is not new as a table of its own is.
      if (deed.kind === 'create-table' && deed.partitionOf === null) fresh.add(deed.relation);
      if (deed.kind === 'create-index') known.push(deed);
      return found;
    }),
  );
}

const beginsWith = (index: readonly string[], columns: readonly string[]): boolean => {
  const first = index.slice(0, columns.length);
  return columns.length > 0 && first.length === columns.length && columns.every((column) => first.includes(column));
};
