import { formatDuration } from '../duration.ts';
import type { RehearsalBars } from './bars.ts';
import type { RehearsalFacts, RowLocks, StatementFacts } from './facts.ts';
import { finding, type RehearsalFinding } from './finding.ts';
import { scaleIn } from './judge-held.ts';
import { largeIn } from './large.ts';
import { blocksWrites } from './lock-mode.ts';

/** A batch is small in time and in rows; a few rows of a small table, like those of a tool's own book, are one. */
const batch = { rows: 10_000, share: 0.01, always: 100 };
/** From this share on, more than a batch of a large table is too much however quick it was on the copy. */
const mostOfLarge = 0.1;

interface Held extends RowLocks {
  readonly statement: StatementFacts;
  readonly ms: number;
}

/** Rows that one transaction keeps from other writers, by how many and how long. What changes every row of a large table is told already. */
export function judgeRows(facts: RehearsalFacts, bars: RehearsalBars): readonly RehearsalFinding[] {
  const [scale, isLarge] = [scaleIn(facts, bars), largeIn(facts, bars)];
  const statements = facts.statements ?? [];
  const isTold = (relation: string) =>
    isLarge(relation) && statements.some(({ changedWhole }) => changedWhole.includes(relation));
  const worst = new Map<string, Held & { readonly reason: 'not-measured' | 'rows-locked' | 'short-lock' }>();
  for (const statement of statements)
    for (const locks of statement.rowLocks ?? []) {
      const lock = statement.locks.find(({ relation }) => relation === locks.relation);
      // Whom a lock on the whole table stops has been told.
      if (isTold(locks.relation) || (lock !== undefined && blocksWrites(lock.mode))) continue;
      const ms = (lock?.heldMs ?? statement.durationMs) * scale(locks.relation);
      const reason = reasonOf({ ...locks, ms }, isLarge(locks.relation), bars);
      const known = worst.get(locks.relation);
      if (reason !== null && (known === undefined || known.ms < ms || known.reason === 'short-lock'))
        worst.set(locks.relation, { ...locks, statement, ms, reason });
    }
  return [...worst.values()].map(({ reason, relation, rows, of, ms, statement: { place } }) => {
    const which = rows === null ? `rows of ${relation}` : `${rows} of ${of} rows of ${relation}`;
    const uncounted = rows === null ? ', and nobody could count them' : '';
    const text = `It keeps other writers from ${which} for ${formatDuration(ms)}${uncounted}.`;
    return finding(reason, text, 'Change a few thousand rows at a time, each batch in a transaction of its own.', {
      ...{ place, relation },
    });
  });
}

function reasonOf({ rows, of, ms }: RowLocks & { readonly ms: number }, isLarge: boolean, bars: RehearsalBars) {
  if (rows === null) return ms > bars.stallConditionalMs ? 'not-measured' : null;
  if (rows <= batch.always || (rows <= batch.rows && rows <= of * batch.share)) return null;
  if (ms > bars.stallMs || (isLarge && rows > batch.rows && rows >= of * mostOfLarge)) return 'rows-locked';
  return ms > bars.stallConditionalMs ? 'short-lock' : null;
}
