import type { Database } from '../../domain/project.ts';
import { mostRuns, tellsOfLock, whyNotAgain } from '../../domain/rehearsal/repeatable.ts';
import { flywayVariables } from '../../kinds/flyway-variables.ts';
import { lockTimeoutVariables } from '../../kinds/lock-timeout.ts';
import { lookForInvalid, type IndexLook } from '../invalid-indexes.ts';
import type { KeptRehearsal } from '../rehearsed-migrations.ts';
import { slotOf, type Site } from '../site.ts';
import type { SupervisedAnswer } from '../world.ts';

export interface MigrateOrder {
  readonly database: Database;
  readonly operation: string;
  /** What a second run rests on. */
  readonly kept: KeptRehearsal | null;
  /** INVALID indexes of before. */
  readonly before: IndexLook;
}

export interface MigrateRuns {
  readonly answer: SupervisedAnswer;
  readonly count: number;
  /** Why it was not run again after it gave up on a lock; null where that was not the matter. */
  readonly notAgain: string | null;
}

/** The ids of its runs, in their order. What an id has come to stays: whoever goes on after a crash meets the same answers. */
export const runsOf = (operation: string): readonly string[] =>
  Array.from({ length: mostRuns }, (_, index) => (index === 0 ? operation : `${operation}.${index + 1}`));

/** Runs the command; again after it gave up on a lock, where a rehearsal has shown that it may be, all within one budget. */
export async function runMigrate(site: Site, order: MigrateOrder, signal: AbortSignal): Promise<MigrateRuns> {
  const { database, operation } = order;
  let leftMs = database.budgetMs;
  let count = 0;
  for (const id of runsOf(operation)) {
    const answer = await runOnce(site, database, id, leftMs, signal);
    count += 1;
    if (answer.status !== 'exited' || answer.exitCode === 0 || answer.timedOut || !tellsOfLock(answer.output))
      return { answer, count, notAgain: null };
    leftMs -= answer.durationMs + database.lockTimeoutMs;
    const notAgain = await reasonAgainst(site, order, { count, leftMs }, signal);
    if (notAgain !== null) return { answer, count, notAgain };
    // Who queued behind it goes first.
    await site.world.clock.sleep(database.lockTimeoutMs, signal);
  }
  throw new Error('unreachable: the last run answers');
}

async function reasonAgainst(
  site: Site,
  { database, kept, before }: MigrateOrder,
  { count, leftMs }: { readonly count: number; readonly leftMs: number },
  signal: AbortSignal,
): Promise<string | null> {
  if (count >= mostRuns) return `it has given up ${mostRuns} times`;
  if (kept === null) return 'nobody has rehearsed whether it may be';
  const shown = whyNotAgain(kept.data.facts);
  if (shown !== null) return shown;
  if (leftMs <= 0) return 'its budget is used up';
  const now = await lookForInvalid(site.effects, urlOf(site, database), signal);
  if (now.status === 'unseen') return 'nobody could look for INVALID indexes';
  const left = newlyInvalid(before, now);
  return left.length === 0 ? null : `it has left the INVALID index ${left[0]!.name}`;
}

export const urlOf = (site: Site, { name }: Database): string =>
  site.databases.find((each) => each.name === name)?.url ?? '';

/** Those of which nobody saw that they were there before. */
export const newlyInvalid = (before: IndexLook, now: IndexLook) =>
  now.status !== 'seen'
    ? []
    : now.invalid.filter(({ name }) => before.status !== 'seen' || before.invalid.every((each) => each.name !== name));

async function runOnce(
  site: Site,
  database: Database,
  id: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<SupervisedAnswer> {
  const answer = await site.world.supervised.run(
    {
      id,
      stateDirectory: commandFolder(site),
      argv: database.migrate ?? [],
      directory: artifactDirectory(site),
      variables: commandVariables(site, database),
      timeoutMs,
      maxOutputBytes: 256 * 1024,
    },
    signal,
  );
  return answer.status === 'exited' ? { ...answer, output: site.effects.redact(answer.output) } : answer;
}

export const commandFolder = (site: Site): string => `${site.directory}/commands`;

export const artifactDirectory = (site: Site): string =>
  slotOf(site, site.colour, site.release, 0, 'look').artifactDirectory;

export const commandVariables = (site: Site, database: Database): Record<string, string> => ({
  // Where the team says another address for Flyway, that one counts.
  ...flywayVariables(site.values[database.variable] ?? '', database.lockTimeoutMs),
  ...site.values,
  ...lockTimeoutVariables(database.lockTimeoutMs, site.values),
  GREENROOM_RELEASE: site.release.id,
  GREENROOM_ENVIRONMENT: site.environment.name,
});
