import type { Rule } from './lint.ts';
import type { Deed } from './statement.ts';

const letCodeFirst = 'Let the code do without it first, and take it away a release later.';

const withdrawn: Partial<Record<Deed['kind'], string>> = {
  'drop-not-null': 'NOT NULL is taken away: the old version may meet NULL in',
  'drop-constraint': 'A constraint is taken away that the old version may rely on in',
  'disable-trigger': 'A trigger is switched off, and what it would have done is not made up for, in',
};

/** What an older version may rely on, and is not there any more. */
export const promiseRule: Rule = (deed, { isNew }) => {
  const said = withdrawn[deed.kind];
  if (said === undefined || !('relation' in deed) || isNew(deed.relation)) return [];
  const { relation } = deed;
  return [{ reason: 'promise-withdrawn', relation, mode: null, text: `${said} ${relation}.`, next: letCodeFirst }];
};

/** An index dropped, or built anew, while everything waits. */
export const indexRule: Rule = (deed, { tableOf, isNew }) => {
  if ((deed.kind !== 'drop-index' && deed.kind !== 'reindex') || deed.isConcurrent) return [];
  const word = deed.kind === 'reindex' ? 'REINDEX' : 'DROP INDEX';
  const relation = tableOf(deed.name);
  if (isNew(relation)) return [];
  const text = `By its text ${word} ${deed.name} keeps everybody off ${relation}.`;
  const next = `${word} CONCURRENTLY, outside of a transaction.`;
  return [{ reason: 'lock-avoidable', relation, mode: 'AccessExclusiveLock', text, next }];
};

/** A reference whose columns no index begins with: each change of the referenced row reads the table whole. */
export const referenceRule: Rule = (deed, { isIndexed }) => {
  const reference = referenceOf(deed);
  if (reference === null || isIndexed(reference.relation, reference.columns)) return [];
  const { relation, columns, to } = reference;
  const text = `No index of ${relation} begins with ${columns.join(', ')}, which references ${to}.`;
  return [{ reason: 'unindexed-reference', relation, mode: null, text, next: 'Create the index CONCURRENTLY first.' }];
};

function referenceOf(deed: Deed) {
  if (deed.kind === 'add-column' && deed.references !== null)
    return { relation: deed.relation, columns: [deed.column], to: deed.references };
  if (deed.kind === 'add-constraint' && deed.references !== null)
    return { relation: deed.relation, columns: deed.columns, to: deed.references };
  return null;
}

/** Detached partitions are out of reach of the old version, though their rows are still there. */
export const partitionRule: Rule = (deed) =>
  deed.kind !== 'detach-partition'
    ? []
    : [
        {
          reason: 'destructive-step',
          ...{ relation: deed.relation, mode: null },
          text: `Rows of a partition are no longer found in ${deed.relation}.`,
          next: 'See that nobody asks for them any more.',
        },
      ];
