// What a rehearsal has said of a migration, beside what the corpus says.
import { lockModes, type LockMode } from '../../src/domain/rehearsal/lock-mode.ts';
import { stops, type Reason } from '../../src/domain/rehearsal/reason.ts';
import { claimOf } from './compare.ts';
import type { Case } from './corpus.ts';
import type { Rehearsed } from './rehearsed.ts';

/** Reasons that a busy machine gives too: left out where the corpus does not expect them, and where `strict` is not said. */
const timed: readonly Reason[] = ['canary-stalled', 'short-stall', 'lock-held', 'short-lock', 'over-budget'];

/** Empty when the answer is right: the decision, each reason that must be given, and what was measured of locks, rewrites and reads. */
export function wrongIn(migration: Case, { facts, judgement }: Rehearsed, strict = false): readonly string[] {
  const { expected, kind } = migration;
  const claim = claimOf(migration);
  const wanted = expected.reasons as readonly Reason[];
  const given = judgement.findings
    .map(({ reason }) => reason)
    .filter((reason) => strict || !timed.includes(reason) || wanted.includes(reason));
  const isStopped = given.some(stops);
  const decision = isStopped ? 'no-go' : 'conditional-go';
  const statements = facts.statements ?? [];
  const failedWith = statements.map((each) => each.failedWith).find((each) => each !== null) ?? 'ends';
  // Of one that fails the locks are gone before anybody could look, as in the corpus.
  const looked = claim.up === 'ends' && claim.session.length === 0 && expected.runsIn !== 'none';
  const differs = (what: string, is: unknown, should: unknown) =>
    JSON.stringify(is) === JSON.stringify(should)
      ? []
      : [`${what} ${JSON.stringify(is)} instead of ${JSON.stringify(should)}`];
  const names = (of: 'rewrites' | 'scans') => [...new Set(statements.flatMap((each) => each[of]))].toSorted();
  return [
    ...wanted.filter((reason) => !given.includes(reason)).map((reason) => `does not say ${reason}`),
    ...(kind === 'safe' && isStopped ? [`says ${given.filter(stops).join(', ')}`] : []),
    ...(kind === 'bad' && given.length > 0 ? differs('decides', decision, expected.decision) : []),
    ...(kind === 'bad' && given.length === 0 ? ['decides to go'] : []),
    ...differs('ends with', failedWith, claim.up),
    ...(looked ? differs('locks', locksIn(statements), claim.locks) : []),
    ...(looked ? differs('rewrites', names('rewrites'), claim.rewrites) : []),
    ...(looked ? differs('scans', names('scans'), claim.scans) : []),
  ];
}

/** As the corpus writes them: the strongest on each relation, where ordinary statements take less. */
function locksIn(statements: NonNullable<Rehearsed['facts']['statements']>): Readonly<Record<string, LockMode>> {
  const found = new Map<string, LockMode>();
  for (const { relation, mode } of statements.flatMap(({ locks }) => locks)) {
    const known = found.get(relation) ?? 'RowExclusiveLock';
    if (lockModes.indexOf(mode) > lockModes.indexOf(known)) found.set(relation, mode);
  }
  return Object.fromEntries([...found].toSorted());
}
