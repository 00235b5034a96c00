import { closedMigrations } from '../../app/closed-migrations.ts';
import { findWayBack, type WayBack } from '../../app/find-way-back.ts';
import { requireKeptBytes } from '../../app/kept-bytes.ts';
import { readAccount } from '../../app/read-history.ts';
import { rollBack, type RollbackOrder } from '../../app/roll-back.ts';
import type { OpenWorld } from '../../compose.ts';
import { fail } from '../../domain/failure.ts';
import { oneWayReason, type MigratedDatabase } from '../../domain/migrated-database.ts';
import { isVerification, verificationOf, verifyingChecks } from '../../domain/verification.ts';
import type { Project } from '../../domain/project.ts';
import { askedPage, closedMeanwhile, type PageOptions } from '../closing.ts';
import { exit } from '../exit-code.ts';
import type { CommandBody, Session } from '../session.ts';
import { closedWords, sayClosed } from '../stays-migrated.ts';
import { followed } from './follow.ts';

interface RollbackOptions extends PageOptions {
  readonly wait: boolean;
  readonly strict?: boolean;
  readonly to?: string;
  readonly now?: boolean;
  readonly maintenance?: boolean;
  readonly dryRun?: boolean;
  readonly reason: string;
}

export const rollback =
  (environment: string, options: RollbackOptions): CommandBody =>
  async (session) => {
    const { project } = session.load();
    const question = { project, environment, to: options.to ?? null, urgent: options.now === true };
    if (options.dryRun === true) {
      const reader = await session.reader();
      const way = await findWayBack(reader, question);
      await requireKeptBytes(reader, way);
      return rehearse(session, project, way, await closedMigrations(reader, way.over));
    }
    const isClosed = options.maintenance === true;
    if (!isClosed && (options.notice !== undefined || options.until !== undefined))
      fail({
        code: 'GR4338',
        message: 'A notice and a time are said by a page, and none is asked for.',
        do: 'Add --maintenance, or leave --notice and --until out.',
      });
    const page = isClosed ? await askedPage(project, environment, options) : null;
    const world = await session.world();
    const order = { ...question, actor: await session.actor(), reason: options.reason };
    if (page === null) return goThere(session, world, order, options);
    // Nothing is closed for a rollback that is refused.
    await findWayBack(world, question);
    const closing = { project, environment, actor: order.actor, page };
    return closedMeanwhile(session, world, closing, () => goThere(session, world, order, options));
  };

async function goThere(
  session: Session,
  world: OpenWorld,
  order: RollbackOrder,
  options: RollbackOptions,
): Promise<number> {
  const { out } = session;
  const urgent = order.urgent === true;
  const back = await rollBack(world, order);
  const id = back.kind === 'flip' ? back.deployment : back.deployment.id;
  const redeployed = `The old version is gone; ${back.kind === 'flip' ? '' : back.release} is deployed again as ${id}`;
  const checked = urgent ? ', and its checks are asked after the switch' : '';
  out.line(back.kind === 'flip' ? `Asked ${id} to go back: the old version still runs.` : `${redeployed}${checked}.`);
  await sayClosed(out, () => closedMigrations(world, back.over));
  // Who is in a hurry, or has closed to everybody, is told at once that it holds, and does not sit before it.
  const noWait = urgent || options.maintenance === true || !options.wait;
  const { code, document } = await followed(session, world, id, { noWait, strict: options.strict === true });
  // Taken back is what was asked for, also where something else took it back a moment before.
  const isBack = back.kind === 'flip' && (code === exit.rolledBack || code === exit.gateFailed);
  const answer = isBack ? await verifiedCode(session, world, id) : code;
  if (out.isJson) out.json(document);
  return answer;
}

/** Back is not yet well: what was not passed after the switch is said last, and never ends with 0. */
async function verifiedCode({ out }: Session, world: OpenWorld, id: string): Promise<number> {
  const { steps, plan, ending } = await readAccount(world, id);
  const step = steps.findLast((each) => isVerification(each.kind));
  if (!step && !steps.some(({ kind }) => kind === 'switch')) {
    out.line(`No traffic had moved: what served ${plan.environment} before serves as before.`);
    return exit.ok;
  }
  // Somebody has cancelled it or put another in its place a moment before: that is back as well, and nobody has looked.
  const unseen = { outcome: 'error', said: `it was ${ending?.as ?? 'taken back'}, which nobody verifies` } as const;
  const { outcome, said } = step ? verificationOf(step.facts) : unseen;
  if (outcome === 'pass' || outcome === 'skip') return exit.ok;
  const failure = {
    code: 'GR4334',
    message: `${plan.environment} is back, and what serves has not passed its verification: ${said}.`,
    do: `Look at "greenroom why ${plan.environment}"; go further back with "greenroom rollback ${plan.environment} --now --to <release>", or deploy a good one.`,
  };
  if (!out.isJson) out.failures([failure]);
  return outcome === 'fail' ? exit.gateFailed : exit.couldNotJudge;
}

/** What it would do, in the order of doing. */
function rehearse({ out }: Session, project: Project, way: WayBack, closed: readonly MigratedDatabase[]): number {
  const plan = way.kind === 'redeploy' ? way.plan : way.deployment.plan;
  const { environment } = plan;
  const release = way.kind === 'redeploy' ? plan.release.id : returnsTo(way);
  const steps = way.kind === 'redeploy' ? plan.steps.map((step) => step.name) : [];
  const verifies = verifyingChecks(way.kind === 'redeploy' ? way.project : way.deployment.model, environment);
  const says = sentence(way, release);
  const document = {
    ...{ ok: true, dryRun: true, environment, way: way.kind, release, says, steps },
    deployment: way.kind === 'redeploy' ? null : way.deployment.id,
    supersedes: way.waiting.map((each) => each.id),
    staysMigrated: closed.map((each) => ({ database: each.name, reason: oneWayReason(each) })),
    verifies: ['public health', ...verifies.map((check) => check.name.replace('verify/', ''))],
    project: project.name,
  };
  if (out.isJson) out.json(document);
  else {
    out.line(says);
    for (const step of steps) out.line(`  ${step}`);
    for (const each of closed) out.line(`  ${closedWords(each)}`);
    if (way.kind === 'redeploy' && way.held !== null)
      out.line(
        `  ${way.held} could not stop the version before and waits for a person; ${way.plan.urgent ? 'it is ended as it stands' : '"resume" answers it'}`,
      );
    for (const waiting of way.waiting) out.line(`  ${waiting.id} waits in the queue and is superseded`);
    out.line(`  verified after it: ${document.verifies.join(', ')}`);
    out.line('Nothing was done.');
  }
  return exit.ok;
}

const returnsTo = ({ deployment: { plan, request, state } }: Exclude<WayBack, { kind: 'redeploy' }>): string | null =>
  request.purpose === 'roll-back' && !state?.goingBack ? plan.release.id : plan.standing.releaseId;

function sentence(way: WayBack, release: string | null): string {
  if (way.kind === 'redeploy')
    return `The old version is gone: ${way.plan.release.version} (${release}) would be deployed again from its kept bytes.`;
  const { id, state } = way.deployment;
  if (way.kind === 'attach') return `A way back to ${release ?? 'nobody'} is under way already as ${id}.`;
  const moves = state?.switched ? 'one switch' : 'no switch, traffic has not moved';
  return `${id} would take itself back to ${release ?? 'nobody'}: ${moves}.`;
}
