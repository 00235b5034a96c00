import type { Failure } from './failure.ts';
import type { JsonObject } from './json.ts';
import type { GoingBack } from './rehearsal/going-back.ts';

/** A database that a deployment migrates. */
export interface MigratedDatabase {
  readonly name: string;
  /** The step from which on it is another database than before. */
  readonly step: string;
  readonly isForwardOnly: boolean;
  /** Migration files of the new release beside those of the old; null: they are not where Greenroom looks for them. */
  readonly hasSameMigrations: boolean | null;
  /** What its migration's newest rehearsal says of going back; null where nobody asks for one. */
  readonly rehearsed: RehearsedReturn | null;
}

/** What the newest rehearsal of exactly this migration says of going back over it. */
export interface RehearsedReturn {
  /**
   * `none`: nobody has rehearsed it. `other`: what was rehearsed has other files or commands. `stale`: it is too old, or the schema is another
   * one by now. `later`: it is rehearsed in this very deployment.
   */
  readonly going: GoingBack | 'none' | 'other' | 'stale' | 'later';
  /** Words that go on after a colon. */
  readonly reason: string;
  /** Hash of the evidence that says so. */
  readonly evidence: string | null;
}

const words: Readonly<Record<RehearsedReturn['going'], string>> = {
  safe: 'safe to go back',
  'roll-forward': 'roll forward only',
  'no-return': 'point of no return',
  unknown: 'not measured to its end',
  none: 'not rehearsed',
  other: 'another migration was rehearsed',
  stale: 'the rehearsal is stale',
  later: 'rehearsed in this deployment',
};

/** One line for people, with the evidence by the beginning of its hash. */
export function returnWords(rehearsed: RehearsedReturn | null): string {
  if (rehearsed === null) return 'not rehearsed';
  const { going, reason, evidence } = rehearsed;
  return `${words[going]}: ${reason}${evidence === null ? '' : ` (evidence ${evidence.slice(0, 12)})`}`;
}

/**
 * Why nobody goes back over the migration of a database; null where that is not known. What the file declares ("forward-only") and what a
 * rehearsal has found count alike, wherever one asks.
 */
export function oneWayReason({ hasSameMigrations, isForwardOnly, rehearsed }: MigratedDatabase): string | null {
  if (hasSameMigrations === true) return null;
  if (rehearsed?.going === 'no-return' || rehearsed?.going === 'roll-forward') return returnWords(rehearsed);
  return isForwardOnly ? 'forward only' : null;
}

/** A rehearsal is asked for, and there is none that says something of this migration as it is now. */
export const isUnproven = ({ hasSameMigrations, rehearsed }: MigratedDatabase): boolean =>
  hasSameMigrations !== true && rehearsed !== null && ['none', 'other', 'stale', 'unknown'].includes(rehearsed.going);

/** Why it may not be run in an environment that asks for a rehearsal; null where it may. How a rehearsal came out says its own line of the verdict. */
export function unrehearsed({ name, hasSameMigrations, rehearsed }: MigratedDatabase): Failure | null {
  if (hasSameMigrations === true || (rehearsed?.going !== 'none' && rehearsed?.going !== 'other')) return null;
  return {
    code: rehearsed.going === 'none' ? 'GR5111' : 'GR5112',
    message: `The migration of the database ${name} must be rehearsed before it runs here: ${returnWords(rehearsed)}.`,
    where: 'the check migration-rehearsal',
    do: 'Deploy this release where the check runs, then here again.',
  };
}

/** As evidence. */
export const databaseFacts = (database: MigratedDatabase): JsonObject => ({
  ...database,
  rehearsed: database.rehearsed && { ...database.rehearsed },
});
