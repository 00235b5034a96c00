import type { OperationResult } from '../../domain/deployment.ts';
import { formatDuration } from '../../domain/duration.ts';
import { type Failure, FailureError } from '../../domain/failure.ts';
import { claim, observe, slotOf, type Site } from '../site.ts';
import { requireAsMade } from '../../store/releases.ts';
import { elsewhereWords } from '../kept-bytes.ts';
import { recordStep } from './answer.ts';
import { expectProven, madeHere } from './made.ts';
import { wholeSlot } from '../whole-slot.ts';
import { logFiles } from './service-log.ts';
import type { StepModule, StepTask } from './step-task.ts';

/** The pinned bytes, hashed again, and everything the new colour needs before it starts. */
export const prepare: StepModule = ({ site, step, operation, run }) =>
  run('prepare', async (signal) => {
    const beganAt = site.world.clock.now();
    const { tree = '' } = site.release.parts.artifacts;
    const verified = await site.world.artifacts.verify(tree);
    if (!verified.ok) {
      const reason = verified.failures.map((failure) => `${failure.code} ${failure.message}`).join(' ');
      const isBack = site.deployment.plan.purpose === 'roll-back';
      await recordStep(site, step, beganAt, {
        ...{ outcome: 'fail', reason, facts: { expected: tree } },
        ...{
          cause: 'The pinned files of the release were changed or lost.',
          next: `Make the release again from its commit and prove it from the first environment.${isBack ? ` ${elsewhereWords(site.environment.name)}` : ''}`,
        },
      });
      return { status: 'failed', reason };
    }
    const refused = await tried({ site, step, operation, run }, 'prepare', beganAt, signal);
    if (refused) return refused;
    await site.world.reach(`${step.name}:inside`);
    const facts = { artifact: tree, beside: await site.world.artifacts.beside(tree), made: await madeHere(site) };
    const reason = `the bytes are those of ${site.release.id}`;
    await recordStep(site, step, beganAt, { outcome: 'pass', reason, facts });
    return { status: 'done', facts };
  });

/** Starts every service of the new colour; it gets no traffic yet. */
export const start: StepModule = (task) =>
  task.run('start', async (signal) => {
    const { site, step } = task;
    const beganAt = site.world.clock.now();
    const refused = await tried(task, 'start', beganAt, signal);
    if (refused) return refused;
    const instances = await observe(site, site.colour);
    const facts = {
      colour: site.colour,
      ports: Object.fromEntries(instances.map((each) => [each.service, each.port])),
    };
    await recordStep(site, step, beganAt, {
      outcome: 'pass',
      reason: `${site.colour} started in ${formatDuration(site.world.clock.now() - beganAt)}`,
      facts,
    });
    return { status: 'done', facts };
  });

/** What a driver refuses is said in its own words, with its own next step; null when it did as it was told. */
async function tried(
  task: StepTask,
  change: 'prepare' | 'start',
  beganAt: number,
  signal: AbortSignal,
): Promise<Extract<OperationResult, { status: 'failed' }> | null> {
  try {
    await command(task, change, signal);
    await expectProven(task.site);
    return null;
  } catch (error) {
    if (!(error instanceof FailureError) || error.failures[0]?.code.startsWith('GR3')) throw error;
    const reason = error.failures.map((failure) => `${failure.code} ${placed(failure)}`).join(' ');
    const steps = [...new Set(error.failures.flatMap((failure) => failure.do ?? []))];
    const next = steps.length > 0 ? steps.join(' ') : await readLogs(task.site);
    const facts = { failures: error.failures.map(({ code, message }) => ({ code, message })) };
    await recordStep(task.site, task.step, beganAt, { outcome: 'fail', reason, next, facts });
    return { status: 'failed', reason };
  }
}

/** For what a driver refuses without saying what to do. */
async function readLogs(site: Site): Promise<string> {
  const files = await logFiles(
    site,
    site.project.services.map(({ name }) => name),
  );
  return `Read the log of the service${files.length > 0 ? ` (${files.join(', ')})` : ''}.`;
}

/** With the line of a file, where there is one: the answer itself is asked for by Greenroom. */
const placed = ({ message, where = '' }: Failure): string =>
  /:\d+/.test(where) ? `${message.replace(/\.$/, '')}, at ${where}` : message;

/** Carries out a change of the new colour, command by command, fenced by a fresh epoch. */
async function command(
  { site, step, operation }: StepTask,
  change: 'prepare' | 'start' | 'stop',
  signal: AbortSignal,
): Promise<void> {
  await changeColour(site, site.colour, change, operation, signal, () => site.world.reach(`${step.name}:inside`));
}

/** Throws before a start when the release is not the one that was made (`GR4112`), or its bytes are not those that were proven (`GR6503`), however long ago they were hashed last. */
export async function changeColour(
  site: Site,
  colour: Site['colour'],
  change: 'prepare' | 'start' | 'stop',
  operation: string,
  signal: AbortSignal,
  /** After the first of several services: tests kill here. */
  halfWay: () => Promise<void> = async () => {},
): Promise<void> {
  if (change === 'start') await expectBytes(site);
  const named = slotOf(site, colour, site.release, await claim(site, operation), operation);
  const slot = change === 'stop' ? await wholeSlot(site.driver, named) : named;
  for (const [index, each] of site.driver.plan(change, slot).entries()) {
    if (index === 1) await halfWay();
    await site.driver.run(each, slot, signal);
  }
  if (change !== 'start' || site.project.databases.every((database) => database.source.kind !== 'embedded')) return;
  for (const instance of await site.driver.observe(slot))
    if (instance.pid !== null && instance.startedTicks !== null)
      await site.world.embedded.addUser({
        pid: instance.pid,
        startedTicks: instance.startedTicks,
        label: `${site.environment.name} ${colour} ${instance.service}`,
      });
}

/** Whoever starts a service starts what is pinned: in a deployment, on the way back, after a reboot, and when it is tried again. */
async function expectBytes({ world, project, release }: Site): Promise<void> {
  await world.store.read((rows) => requireAsMade(rows, project.name, release));
  const verified = await world.artifacts.verify(release.parts.artifacts['tree'] ?? '');
  if (!verified.ok) throw new FailureError(...verified.failures);
}
