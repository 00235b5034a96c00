import type { Rule } from './lint.ts';
import type { LockMode } from './lock-mode.ts';
import type { Deed } from './statement.ts';

/** What a deed does while it holds a lock, and what to do instead. */
interface Cost {
  readonly does: 'writes anew all rows of' | 'reads all of' | 'holds';
  readonly mode: LockMode;
  readonly next: string;
}

/**
 * What keeps others waiting on a table that stood before, as far as the text says. It only warns: whether rows were written or read is
 * measured, and whether the table is large the judgement knows.
 */
export const lockRule: Rule = (deed, { isNew }) => {
  if (!('relation' in deed) || isNew(deed.relation)) return [];
  const cost = costOf(deed);
  if (cost === null) return [];
  const { does, mode, next } = cost;
  const text = `By its text it ${does} ${deed.relation} in ${mode}.`;
  return [{ reason: 'lock-avoidable', relation: deed.relation, mode, text, next }];
};

const exclusive = 'AccessExclusiveLock';
const newColumn =
  'Add a new column without a default, fill it in batches, let the code change over, then drop the old one.';
const rewrite = (next: string): Cost => ({ does: 'writes anew all rows of', mode: exclusive, next });
const scan = (mode: LockMode, next: string): Cost => ({ does: 'reads all of', mode, next });
const hold = (mode: LockMode, next: string): Cost => ({ does: 'holds', mode, next });

function costOf(deed: Deed & { readonly relation: string }): Cost | null {
  switch (deed.kind) {
    case 'add-column':
      return ['volatile', 'sequence', 'stored'].includes(deed.fill) ? rewrite(newColumn) : null;
    case 'set-expression':
      return rewrite(newColumn);
    case 'set-logged':
    case 'cluster':
    case 'vacuum-full':
      return rewrite('Leave it; where the space must come back, use pg_repack.');
    case 'add-constraint':
      return costOfConstraint(deed);
    case 'create-index':
      if (deed.isConcurrent || deed.isOnly) return null;
      return scan('ShareLock', 'CREATE INDEX CONCURRENTLY, outside of a transaction.');
    case 'refresh':
      if (deed.isConcurrent) return null;
      return rewrite('REFRESH MATERIALIZED VIEW CONCURRENTLY, with a unique index.');
    case 'detach-partition':
      return deed.isConcurrent ? null : hold(exclusive, 'DETACH PARTITION … CONCURRENTLY, outside of a transaction.');
    case 'lock-table':
      return hold(deed.mode, 'No LOCK TABLE: let each statement take what it needs.');
    default:
      return null;
  }
}

function costOfConstraint({ constraint, isValid, usesIndex }: Deed & { readonly kind: 'add-constraint' }): Cost | null {
  if (constraint === 'unique' || constraint === 'primary-key')
    return usesIndex ? null : scan(exclusive, 'CREATE UNIQUE INDEX CONCURRENTLY, then add the constraint USING INDEX.');
  if (constraint === 'exclusion')
    return scan(exclusive, 'Make a new table with the constraint, and move over in batches.');
  if (!isValid) return null;
  const mode = constraint === 'foreign-key' ? 'ShareRowExclusiveLock' : exclusive;
  return scan(mode, 'Add it NOT VALID, and VALIDATE it in a transaction of its own.');
}
