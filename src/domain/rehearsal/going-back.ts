import { failsHow } from './failure-words.ts';
import { judgeCaptured } from './captured.ts';
import type { RehearsalFacts, StatementEnd, WayBack } from './facts.ts';
import { judgeSettings } from './judge-settings.ts';
import { judgeUnmet } from './judge-unmet.ts';

/**
 * Whether one can go back over a migration. `safe`: the old version goes on, and the way back brought everything back. `roll-forward`:
 * nothing is lost, and the old version does not come back. `no-return`: data is gone. `unknown`: nobody has measured it.
 */
export type GoingBack = 'safe' | 'roll-forward' | 'no-return' | 'unknown';

export interface WeighedReturn {
  readonly going: GoingBack;
  /** Words that go on after a colon; of relations and SQLSTATEs, no values. */
  readonly reason: string;
}

/** Pure. What speaks against it counts also where other things were not measured; `safe` is only what was measured whole. */
export function weighReturn(facts: RehearsalFacts): WeighedReturn {
  const { statements, oldVersion, wayBack, goneTables } = facts;
  if (statements === null || statements.some(({ failedWith }) => failedWith !== null))
    return { going: 'unknown', reason: 'the migration did not come to its end on the copy' };
  const lost = lostTables(facts);
  if (lost.length > 0) return { going: 'no-return', reason: `data of ${lost.join(', ')} does not come back` };
  const listed = (oldVersion ?? []).flatMap(({ before, after }) => oldFault(before, after))[0];
  const shut = listed ?? capturedFault(facts) ?? wayFault(wayBack);
  if (shut !== null) return { going: 'roll-forward', reason: shut };
  const missing = [
    ...(oldVersion === null || oldVersion.length === 0 || oldVersion.some(({ before }) => 'failedWith' in before)
      ? ['the old version on the new schema']
      : []),
    ...(judgeSettings(facts).length > 0 ? ['the old version in a new session'] : []),
    ...(judgeUnmet(facts).length > 0 ? ['what changes for the old version and none of its statements meets'] : []),
    ...(isCapturedKnown(facts) ? [] : ['captured statements of the old version']),
    ...(wayBack === null ? ['the way back'] : []),
    ...(goneTables === null ? ['whether data is gone'] : []),
  ];
  if (missing.length > 0) return { going: 'unknown', reason: `nobody has measured ${missing.join(', ')}` };
  return { going: 'safe', reason: 'the old version goes on, and the way back brought everything back' };
}

/** Where the way back was not taken to its end, what is gone after the migration stays gone. */
function lostTables({ wayBack, goneTables }: RehearsalFacts): readonly string[] {
  if (wayBack === null) return [];
  const brings = wayBack !== 'none' && wayBack.kind === 'down' && wayBack.failedWith === null;
  const lost = wayBack === 'none' ? [] : wayBack.lostTables;
  return [...new Set([...lost, ...(brings ? [] : (goneTables ?? []))])];
}

/** One that failed before already says nothing of the migration. */
function oldFault(before: StatementEnd, after: StatementEnd): readonly string[] {
  if ('failedWith' in before) return [];
  if ('failedWith' in after) return [`a statement of the old version fails with SQLSTATE ${after.failedWith}`];
  if (after.rows === before.rows) return [];
  return [`a statement of the old version meets ${after.rows} rows instead of ${before.rows}`];
}

const capturedFault = ({ captured }: RehearsalFacts): string | null =>
  captured && captured.failing.length > 0
    ? `a captured statement of the old version fails with SQLSTATE ${captured.failing[0]!.failedWith}`
    : null;

/** Absent, none is asked for. */
const isCapturedKnown = ({ captured }: RehearsalFacts): boolean =>
  captured === undefined ||
  (captured !== null && judgeCaptured(captured).every(({ reason }) => reason !== 'not-measured'));

function wayFault(wayBack: RehearsalFacts['wayBack']): string | null {
  if (wayBack === null) return null;
  if (wayBack === 'none') return 'it has no way back';
  const { kind, failedWith, schemaDifferences, movedSequences } = wayBack;
  if (kind === 'forward-only') return 'its database is declared forward-only';
  if (kind === 'forward-fix') return 'a forward fix is declared instead of a way back';
  if (failedWith !== null) return `its way back ${failsHow(failedWith)}`;
  const differing = [...schemaDifferences, ...movedSequences];
  if (differing.length > 0) return `after its way back differs: ${differing.join(', ')}`;
  return bookWords(wayBack)[0] ?? null;
}

/** What the tools' books still say after the way back, in words that end a sentence. */
export const bookWords = ({ leftInBooks = [], times = 1 }: WayBack): readonly string[] =>
  leftInBooks.map(({ relation, more, applied }) => {
    if (more > 0 && applied >= more)
      return `The way back takes back ${applied - more} of ${applied} migrations that ${relation} holds`;
    return `After the way back, taken ${times === 1 ? 'once' : `${times} times`}, ${relation} does not hold the migrations that it held before`;
  });
