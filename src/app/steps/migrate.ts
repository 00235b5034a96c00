import type { Database } from '../../domain/project.ts';
import type { Site } from '../site.ts';
import { lookForInvalid, type IndexLook } from '../invalid-indexes.ts';
import { recordStep } from './answer.ts';
import { judgeMigrate } from './migrate-answer.ts';
import { rehearsalOf } from './migrate-rehearsed.ts';
import { artifactDirectory, commandFolder, commandVariables, runMigrate, runsOf, urlOf } from './migrate-runs.ts';
import type { StepModule } from './step-task.ts';

/** The team's own migrate command, as it was rehearsed, under a lock timeout and a budget. The old version goes on serving whatever happens here. */
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
    const { kept, failure } = await rehearsalOf(site, step);
    if (failure !== null) {
      const reason = `${failure.code} ${failure.message}`;
      await recordStep(site, step, beganAt, { outcome: 'fail', reason, next: failure.do ?? '', facts: {} });
      return { status: 'failed', reason };
    }
    const invalidBefore = await lookBefore(site, database, operation, signal);
    const before = await revisionOf(site, database, signal);
    const runs = await runMigrate(site, { database, operation, kept, before: invalidBefore }, signal);
    const { answer } = runs;
    await world.reach(`${step.name}:inside`);
    if (answer.status === 'unknown') return { status: 'unknown', reason: `${step.name} was cut off: ${answer.reason}` };
    const after = await revisionOf(site, database, signal);
    const invalidAfter = await lookForInvalid(site.effects, urlOf(site, database), signal);
    const judged = judgeMigrate({
      ...{ database, answer, runs, kept },
      ...{ revisions: { before, after }, indexes: { before: invalidBefore, after: invalidAfter } },
    });
    await recordStep(site, step, beganAt, judged);
    if (judged.outcome === 'pass' || judged.outcome === 'warn') return { status: 'done', facts: judged.facts };
    return { status: 'failed', reason: judged.reason, facts: judged.facts };
  });

/** Ids of this try and of those before it. */
function triesOf(operation: string): readonly { readonly id: string; readonly isEarlier: boolean }[] {
  const [, deployment, number] = /^(.*)-(\d+)$/.exec(operation)!;
  return Array.from({ length: Number(number) }, (_, index) => index + 1).flatMap((each) =>
    runsOf(`${deployment}-${each}`).map((id) => ({ id, isEarlier: each < Number(number) })),
  );
}

/** A retry beside a command that outlived its runner would run it twice at once. */
async function earlierTry(site: Site, operation: string): Promise<number | null> {
  for (const { id, isEarlier } of triesOf(operation)) {
    const pid = isEarlier ? await site.world.supervised.processOf(commandFolder(site), id) : null;
    if (pid !== null) return pid;
  }
  return null;
}

/** Once a try has begun nobody can tell any more what was there before. */
async function lookBefore(site: Site, database: Database, operation: string, signal: AbortSignal): Promise<IndexLook> {
  for (const { id } of triesOf(operation))
    if (await site.world.supervised.hasBegun(commandFolder(site), id))
      return { status: 'unseen', reason: 'a try has begun already' };
  return lookForInvalid(site.effects, urlOf(site, database), signal);
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
