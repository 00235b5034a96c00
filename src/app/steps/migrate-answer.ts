import { formatDuration } from '../../domain/duration.ts';
import type { Database } from '../../domain/project.ts';
import type { ResultFinding } from '../../domain/verdict.ts';
import type { IndexLook } from '../invalid-indexes.ts';
import type { KeptRehearsal } from '../rehearsed-migrations.ts';
import type { SupervisedAnswer } from '../world.ts';
import type { StepAnswer } from './answer.ts';
import { newlyInvalid, type MigrateRuns } from './migrate-runs.ts';

interface MigrateSeen {
  readonly database: Database;
  readonly answer: Exclude<SupervisedAnswer, { status: 'unknown' }>;
  readonly runs: MigrateRuns;
  /** The rehearsal that it rests on. */
  readonly kept: KeptRehearsal | null;
  readonly revisions: { readonly before: string | null; readonly after: string | null };
  readonly indexes: { readonly before: IndexLook; readonly after: IndexLook };
}

const cause = 'Database connection, or a migration that does not fit the data of this environment.';
const readIt =
  'Read the output ("greenroom report --format html" has it), repair the migration, and make a new release. The old version is still serving.';

/** What the command said, and whether it left its indexes whole. */
export function judgeMigrate(seen: MigrateSeen): StepAnswer {
  const { database, answer, runs, kept, revisions, indexes } = seen;
  if (answer.status === 'not-started')
    return {
      outcome: 'error',
      reason: `the migrate command could not be started: ${answer.reason}`,
      cause: 'The command is not part of the release or not installed.',
      next: `Check databases.${database.name}.migrate.`,
      facts: { ...revisions },
    };
  const left = newlyInvalid(indexes.before, indexes.after);
  const facts = {
    ...revisions,
    ...{ exitCode: answer.exitCode, durationMs: Math.round(answer.durationMs), timedOut: answer.timedOut },
    ...{ runs: runs.count, rehearsal: kept?.evidence ?? null, invalidIndexes: left.map(({ name }) => name) },
  };
  const artifacts = [
    { label: `output of ${(database.migrate ?? []).join(' ')}`, mediaType: 'text/plain', text: answer.output },
  ];
  const findings = [...commandFindings(seen, answer), ...indexFindings(indexes)];
  const common = { findings, facts, artifacts };
  const [broken] = left;
  const mend = broken ? ` First mend what it left: ${left.map((each) => each.mend).join('; ')}.` : '';
  if (answer.timedOut)
    return {
      ...{ ...common, outcome: 'fail', cause, next: `${readIt}${mend}` },
      reason: `took longer than its budget of ${formatDuration(database.budgetMs)} and was stopped`,
    };
  if (answer.exitCode !== 0)
    return {
      ...{ ...common, outcome: 'fail', cause, next: `${readIt}${mend}` },
      reason: `exit code ${answer.exitCode ?? answer.signalName}; ${lastLine(answer.output)}${again(runs)}`,
    };
  const done = `migrated in ${formatDuration(answer.durationMs)}${runs.count > 1 ? ` in run ${runs.count}, after it gave up on a lock` : ''}${revisionWords(revisions)}`;
  if (broken)
    return {
      ...{ ...common, outcome: 'fail', reason: `${done}, and left the INVALID index ${broken.name}` },
      cause:
        'An index was built CONCURRENTLY and its building failed: values that are twice, a lock, or a session that was ended.',
      next: `${left.map((each) => each.mend).join('; ')}; then deploy again. The old version is still serving.`,
    };
  const doubt = doubtOf(indexes);
  if (doubt === null) return { ...common, outcome: 'pass', reason: done };
  return { ...common, outcome: 'warn', reason: `${done}; ${doubt.reason}`, next: doubt.next };
}

const again = ({ count, notAgain }: MigrateRuns): string =>
  notAgain === null ? '' : `; it gave up on a lock in run ${count}, and was not run again: ${notAgain}`;

function commandFindings(
  { database, runs, kept }: MigrateSeen,
  answer: Extract<MigrateSeen['answer'], { status: 'exited' }>,
): readonly ResultFinding[] {
  return [
    {
      ...{ name: 'exit code', outcome: answer.exitCode === 0 ? 'pass' : 'fail' },
      ...{ value: String(answer.exitCode ?? answer.signalName), threshold: '0' },
    },
    {
      ...{ name: 'time', outcome: answer.timedOut ? 'fail' : 'pass' },
      ...{ value: formatDuration(answer.durationMs), threshold: formatDuration(database.budgetMs) },
    },
    timeoutFinding(database, kept),
    ...(runs.count > 1 ? [{ name: 'runs', outcome: 'pass', value: String(runs.count), threshold: null } as const] : []),
  ];
}

/** Whether a command obeys its lock timeout nobody can see from outside; a reader that never ends has shown it on a copy. */
function timeoutFinding({ lockTimeoutMs }: Database, kept: KeptRehearsal | null): ResultFinding {
  const isShown = kept?.data.facts.hostileReader === 'gave-up-and-retried';
  const said = isShown ? `rehearsed (evidence ${kept.evidence.slice(0, 12)})` : 'nobody has measured whether it obeys';
  const value = `${formatDuration(lockTimeoutMs)}; ${said}`;
  return { name: 'lock timeout', outcome: isShown ? 'pass' : 'skip', value, threshold: null };
}

/** One line for each INVALID index, with what mends it. */
function indexFindings({ before, after }: MigrateSeen['indexes']): readonly ResultFinding[] {
  const finding = (outcome: ResultFinding['outcome'], value: string): ResultFinding => ({
    ...{ name: 'INVALID indexes', outcome, value, threshold: 'none' },
  });
  if (after.status === 'elsewhere') return [finding('skip', 'not asked: no PostgreSQL')];
  if (after.status === 'unseen') return [finding('error', `not asked: ${after.reason}`)];
  if (after.invalid.length === 0) return [finding('pass', 'none')];
  const fresh = newlyInvalid(before, after);
  return after.invalid.map((index) =>
    finding(
      fresh.includes(index) ? 'fail' : 'warn',
      `${index.name}${fresh.includes(index) ? '' : ', from before'}: ${index.mend}`,
    ),
  );
}

/** What keeps a migration that ended well from being a plain pass. */
function doubtOf({ after }: MigrateSeen['indexes']): { readonly reason: string; readonly next: string } | null {
  if (after.status === 'unseen')
    return {
      reason: `nobody could look for INVALID indexes: ${after.reason}`,
      next: 'Let Greenroom reach the database by the address that services get, or look yourself (pg_index.indisvalid), and accept it.',
    };
  const [first] = after.status === 'seen' ? after.invalid : [];
  if (!first) return null;
  const mends = after.status === 'seen' ? after.invalid.map(({ mend }) => mend).join('; ') : '';
  return { reason: `the INVALID index ${first.name} was there before`, next: `Mend it when there is time: ${mends}.` };
}

const revisionWords = ({ before, after }: MigrateSeen['revisions']): string =>
  after === null
    ? ''
    : before === after
      ? `, revision ${after} as before`
      : `, revision ${before ?? 'none'} → ${after}`;

const lastLine = (output: string): string => output.trim().split('\n').at(-1)?.slice(0, 200) ?? 'no output';
