import { formatDuration } from '../../domain/duration.ts';
import type { Database } from '../../domain/project.ts';
import { flywayVariables } from '../../kinds/flyway-variables.ts';
import { slotOf, type Site } from '../site.ts';
import type { SupervisedAnswer } from '../world.ts';
import { recordStep, type StepAnswer } from './answer.ts';
import type { StepModule } from './step-task.ts';

/** The team's own migrate command, once, under a lock timeout and a budget. The old version goes on serving whatever happens here. */
export const migrate: StepModule = ({ site, step, operation, run }) =>
  run('migrate', async (signal) => {
    const { world } = site;
    const database = site.project.databases.find((each) => each.name === step.subject)!;
    const beganAt = world.clock.now();
    const earlier = await earlierTry(site, operation);
    if (earlier !== null)
      return {
        status: 'unknown',
        reason: `an earlier try still runs as process ${earlier}; wait for it or end it, then retry`,
      };
    const before = await revisionOf(site, database, signal);
    const answer = await runMigrate(site, database, operation, signal);
    await world.reach(`${step.name}:inside`);
    if (answer.status === 'unknown') return { status: 'unknown', reason: `${step.name} was cut off: ${answer.reason}` };
    const after = await revisionOf(site, database, signal);
    const judged = judge(database, answer, before, after);
    await recordStep(site, step, beganAt, judged);
    if (judged.outcome === 'pass') return { status: 'done', facts: judged.facts };
    return { status: 'failed', reason: judged.reason, facts: judged.facts };
  });

const commandFolder = (site: Site): string => `${site.directory}/commands`;

/** A retry beside a command that outlived its runner would run it twice at once. */
async function earlierTry(site: Site, operation: string): Promise<number | null> {
  const [, deployment, number] = /^(.*)-(\d+)$/.exec(operation)!;
  for (let before = 1; before < Number(number); before += 1) {
    const pid = await site.world.supervised.processOf(commandFolder(site), `${deployment}-${before}`);
    if (pid !== null) return pid;
  }
  return null;
}

async function runMigrate(
  site: Site,
  database: Database,
  operation: string,
  signal: AbortSignal,
): Promise<SupervisedAnswer> {
  const answer = await site.world.supervised.run(
    {
      id: operation,
      stateDirectory: commandFolder(site),
      argv: database.migrate ?? [],
      directory: artifactDirectory(site),
      variables: commandVariables(site, database),
      timeoutMs: database.budgetMs,
      maxOutputBytes: 256 * 1024,
    },
    signal,
  );
  return answer.status === 'exited' ? { ...answer, output: site.effects.redact(answer.output) } : answer;
}

const artifactDirectory = (site: Site): string => slotOf(site, site.colour, site.release, 0, 'look').artifactDirectory;

/** libpq and its kin read PGOPTIONS; drivers that do not are told by GREENROOM_LOCK_TIMEOUT_MS. */
function commandVariables(site: Site, database: Database): Record<string, string> {
  return {
    // Where the team says another address for Flyway, that one counts.
    ...flywayVariables(site.values[database.variable] ?? '', database.lockTimeoutMs),
    ...site.values,
    PGOPTIONS: `${site.values['PGOPTIONS'] ?? ''} -c lock_timeout=${database.lockTimeoutMs}`.trim(),
    GREENROOM_LOCK_TIMEOUT_MS: String(database.lockTimeoutMs),
    GREENROOM_RELEASE: site.release.id,
    GREENROOM_ENVIRONMENT: site.environment.name,
  };
}

async function revisionOf(site: Site, database: Database, signal: AbortSignal): Promise<string | null> {
  if (database.revision === null) return null;
  const answer = await site.effects.process.run(
    {
      argv: database.revision,
      directory: artifactDirectory(site),
      variables: commandVariables(site, database),
      timeoutMs: 30_000,
      maxOutputBytes: 4096,
    },
    signal,
  );
  return answer.status === 'exited' && answer.exitCode === 0
    ? answer.output.trim().split('\n').at(-1)!.slice(0, 200)
    : null;
}

function judge(
  database: Database,
  answer: Exclude<SupervisedAnswer, { status: 'unknown' }>,
  before: string | null,
  after: string | null,
): StepAnswer {
  const cause = 'Database connection, or a migration that does not fit the data of this environment.';
  const next =
    'Read the output ("greenroom report --format html" has it), repair the migration, and make a new release. The old version is still serving.';
  if (answer.status === 'not-started')
    return {
      outcome: 'error',
      reason: `the migrate command could not be started: ${answer.reason}`,
      cause: 'The command is not part of the release or not installed.',
      next: `Check databases.${database.name}.migrate.`,
      facts: { before, after },
    };
  const facts = {
    before,
    after,
    exitCode: answer.exitCode,
    durationMs: Math.round(answer.durationMs),
    timedOut: answer.timedOut,
  };
  const artifacts = [
    { label: `output of ${(database.migrate ?? []).join(' ')}`, mediaType: 'text/plain', text: answer.output },
  ];
  const findings = [
    {
      name: 'exit code',
      outcome: answer.exitCode === 0 ? 'pass' : 'fail',
      value: String(answer.exitCode ?? answer.signalName),
      threshold: '0',
    },
    {
      name: 'time',
      outcome: answer.timedOut ? 'fail' : 'pass',
      value: formatDuration(answer.durationMs),
      threshold: formatDuration(database.budgetMs),
    },
  ] as const;
  const common = { findings, facts, artifacts };
  if (answer.timedOut)
    return {
      ...common,
      outcome: 'fail',
      reason: `took longer than its budget of ${formatDuration(database.budgetMs)} and was stopped`,
      cause,
      next,
    };
  if (answer.exitCode !== 0)
    return {
      ...common,
      outcome: 'fail',
      reason: `exit code ${answer.exitCode ?? answer.signalName}; ${lastLine(answer.output)}`,
      cause,
      next,
    };
  const revision =
    after === null
      ? ''
      : before === after
        ? `, revision ${after} as before`
        : `, revision ${before ?? 'none'} → ${after}`;
  return { ...common, outcome: 'pass', reason: `migrated in ${formatDuration(answer.durationMs)}${revision}` };
}

const lastLine = (output: string): string => output.trim().split('\n').at(-1)?.slice(0, 200) ?? 'no output';
