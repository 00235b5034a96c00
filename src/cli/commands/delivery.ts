import path from 'node:path';
import { beginForgotten, orderDeployment } from '../../app/deploy-release.ts';
import { keepReleases } from '../../app/keep-releases.ts';
import { createRelease } from '../../app/make-release.ts';
import {
  environmentOf,
  planDeployment,
  releaseOf,
  releaseOnItsWay,
  requireAsSaved,
  requireFresh,
  type PlannedDeployment,
} from '../../app/plan-deployment.ts';
import { plannedCommands } from '../../app/planned-commands.ts';
import { findUnderWay, servesNow } from '../../app/under-way.ts';
import type { OpenWorld } from '../../compose.ts';
import { judgeCertificate } from '../../domain/certificate.ts';
import { formatDuration } from '../../domain/duration.ts';
import { fail, FailureError } from '../../domain/failure.ts';
import type { Project } from '../../domain/project.ts';
import { lookAtSource } from '../../effects/source.ts';
import type { StoredDeployment } from '../../store/deployments.ts';
import { exit, exitCodeOfFailures } from '../exit-code.ts';
import { readPlan, writeAsked } from '../files.ts';
import type { CommandBody, Session } from '../session.ts';
import { follow } from './follow.ts';

interface Waiting {
  readonly wait: boolean;
  readonly strict?: boolean;
}

const followOptions = ({ wait, strict }: Waiting) => ({ noWait: !wait, strict: strict === true });

export const release =
  ({ version, from }: { version?: string; from?: string }): CommandBody =>
  async (session) => {
    const { out } = session;
    const made = await makeRelease(session, await session.reader(), version ?? null, from ?? null);
    const { id, revision, parts } = made.release;
    if (out.isJson) out.json({ ok: true, isNew: made.isNew, release: made.release });
    else {
      out.line(
        `${out.style('green', made.isNew ? 'made' : 'the same as before')}  ${out.style('bold', id)}  ${parts.version}`,
      );
      out.line(`  revision  ${revision}`);
      out.line(`  commit    ${parts.commit ?? 'none'}${parts.dirty ? ' (with local changes)' : ''}`);
      out.line(
        `  bytes     ${made.fileCount} files, ${(made.sizeBytes / 1024).toFixed(0)} KiB, ${parts.artifacts['tree'] ?? ''}`,
      );
    }
    return exit.ok;
  };

async function makeRelease(session: Session, world: OpenWorld, version: string | null, from: string | null) {
  const { project, notes } = session.load();
  for (const { code, message, do: remedy } of notes)
    if (code === 'GR1903') session.out.note(`note  ${code} ${message} ${remedy ?? ''}`);
  const request = { project, version, from: from === null ? null : path.resolve(from), actor: await session.actor() };
  const made = await createRelease(world, request, (directory) =>
    lookAtSource(directory, project.artifact.versionFrom),
  );
  await keepReleases(world, project);
  return made;
}

export const plan =
  (environment: string, options: { release?: string; out?: string }): CommandBody =>
  async (session) => {
    const { out } = session;
    const world = await session.reader();
    const { project } = session.load();
    const planned = await planDeployment(
      world,
      project,
      environment,
      await chosenRelease(session, world, project, environment, options.release),
    );
    if (options.out !== undefined) await writeAsked(options.out, `${JSON.stringify(planned.plan, null, 2)}\n`);
    const commands = plannedCommands(world, project, planned.plan);
    if (out.isJson)
      out.json({
        ok: planned.obstacles.length === 0,
        plan: planned.plan,
        obstacles: planned.obstacles,
        commands,
        ...(planned.certificate && { rehearsal: planned.certificate.rehearsal }),
      });
    else printPlan(session, planned, commands, options.out ?? null);
    return planned.obstacles.length === 0 ? exit.ok : exitCodeOfFailures(planned.obstacles);
  };

/** Without a choice: this tree for the first environment, what serves the one before for a later one. */
async function chosenRelease(
  session: Session,
  world: OpenWorld,
  project: Project,
  environmentName: string,
  chosen: string | undefined,
): Promise<string> {
  if (chosen !== undefined) return (await releaseOf(world, project, chosen)).id;
  const onItsWay = await releaseOnItsWay(world, project, environmentName);
  return onItsWay ?? (await makeRelease(session, world, null, null)).release.id;
}

function printPlan(
  { out }: Session,
  { plan, obstacles, certificate }: PlannedDeployment,
  commands: ReturnType<typeof plannedCommands>,
  file: string | null,
): void {
  const { release, standing, colour } = plan;
  out.line(
    `${out.style('bold', `${release.version}  ${release.id}`)} → ${out.style('bold', plan.environment)}   plan ${plan.hash.slice(0, 12)}`,
  );
  out.line(
    `  serves now  ${standing.releaseId ?? 'nothing'}${standing.colour ? ` (${standing.colour})` : ''};  the new one becomes ${colour}`,
  );
  sayCertificate(out, certificate);
  for (const step of plan.steps) {
    const checks = step.kind === 'checks' ? (plan.phases.find((phase) => phase.name === step.phase)?.checks ?? []) : [];
    out.line(`  ${step.name.padEnd(30)} ${out.style('dim', `at most ${formatDuration(step.budgetMs)}`)}`);
    for (const command of commands[step.name] ?? []) out.line(`    ${command}`);
    for (const check of checks)
      out.line(`    ${check.name} ${out.style('dim', `(${check.kind}${check.blocking ? '' : ', not blocking'})`)}`);
  }
  for (const phase of plan.phases)
    for (const left of phase.left) out.line(out.style('dim', `  left out: ${left.name}, ${left.reason}`));
  if (obstacles.length > 0) out.failures(obstacles);
  if (file !== null) out.line(`saved in ${file}; carry it out with "greenroom apply ${file}"`);
}

/** Before anybody says yes: how long the way back takes, or that nobody knows. */
function sayCertificate(out: Session['out'], certificate: PlannedDeployment['certificate']): void {
  if (certificate === null) return;
  const answer = judgeCertificate(certificate);
  out.line(`  rollback certificate of ${certificate.previous}  ${answer.reason}`);
}

export const apply =
  (file: string, options: Waiting): CommandBody =>
  async (session) => {
    const saved = readPlan(file);
    const world = await session.world();
    requireAsSaved(world, saved, file);
    const { project } = session.load();
    if (saved.project !== project.name)
      fail({
        code: 'GR4204',
        message: `The plan is of the project "${saved.project}", not of "${project.name}".`,
        where: file,
      });
    const now = await planDeployment(world, project, saved.environment, saved.release.id, saved.purpose);
    requireFresh(saved, now.plan);
    return start(session, world, project, now, options, true);
  };

export const deploy =
  (environment: string, options: Waiting & { release?: string; supersede?: boolean }): CommandBody =>
  async (session) => {
    const world = await session.world();
    const { project } = session.load();
    const planned = await planDeployment(
      world,
      project,
      environment,
      await chosenRelease(session, world, project, environment, options.release),
    );
    return start(session, world, project, planned, options, false, options.supersede === true);
  };

export const promote =
  (environment: string, options: Waiting & { release?: string }): CommandBody =>
  async (session) => {
    const { project } = session.load();
    if (project.path.indexOf(environmentOf(project, environment).name) < 1)
      fail({
        code: 'GR4108',
        message: `${environment} has no environment before it on the path.`,
        do: `Run "greenroom deploy ${environment}".`,
      });
    return deploy(environment, options)(session);
  };

async function start(
  session: Session,
  world: OpenWorld,
  project: Project,
  { plan, obstacles, certificate }: PlannedDeployment,
  options: Waiting,
  bindToPlan: boolean,
  isUrgent = false,
): Promise<number> {
  if (obstacles.length > 0) throw new FailureError(...obstacles);
  const { out } = session;
  // A saved plan is carried out as it was read, and who supersedes wants what is under way to end.
  const underWay = bindToPlan || isUrgent ? null : await findUnderWay(world, plan);
  if (underWay) return goOnWith(session, world, underWay, options);
  const order = {
    project,
    plan,
    actor: await session.actor(),
    reason: null,
    bindToPlan,
    supersede: isUrgent ? ('running' as const) : ('queued' as const),
  };
  const { id, number } = await orderDeployment(world, order);
  out.line(
    `${out.style('bold', `${plan.release.version} → ${plan.environment}`)}  deployment ${number}, ${id}, release ${plan.release.id}`,
  );
  sayCertificate(out, certificate);
  return follow(session, world, id, followOptions(options));
}

/** What is asked for is on its way already, perhaps left by a process that was killed: it is seen to its end, and not deployed a second time. */
async function goOnWith(
  session: Session,
  world: OpenWorld,
  underWay: StoredDeployment,
  options: Waiting,
): Promise<number> {
  const { out } = session;
  const { id, number, environment, plan, model } = underWay;
  out.line(
    `Deployment ${number} of ${environment} already carries ${plan.release.version}, ${id}; this goes on with it.`,
  );
  await beginForgotten(world, model.name);
  const code = await follow(session, world, id, followOptions(options));
  if (await servesNow(world, underWay))
    out.line(
      `${environment} serves ${plan.release.version}, as asked, by deployment ${number}; nothing was deployed again.`,
    );
  return code;
}
