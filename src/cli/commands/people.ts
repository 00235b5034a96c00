import { beginForgotten } from '../../app/deploy-release.ts';
import { giveUp } from '../../app/give-up.ts';
import { goBack } from '../../app/go-back.ts';
import { keepProxies } from '../../app/keep-proxies.ts';
import { findObstacle } from '../../app/obstacle.ts';
import { environmentOf } from '../../app/plan-deployment.ts';
import { readOpenDeployments } from '../../app/read-history.ts';
import { restoreServing } from '../../app/restore-serving.ts';
import { stopEnvironment } from '../../app/stop-environment.ts';
import { acceptCondition, resolveUnknown } from '../../app/settle.ts';
import type { OpenWorld } from '../../compose.ts';
import { nameOf } from '../../domain/deployment-name.ts';
import { fail, type Failure } from '../../domain/failure.ts';
import type { StoredDeployment } from '../../store/deployments.ts';
import { exit, exitCodeOfFailures } from '../exit-code.ts';
import type { CommandBody, Session } from '../session.ts';
import { follow, followed, type Followed } from './follow.ts';

export const accept =
  (condition: string, { environment, reason }: { environment?: string; reason?: string }): CommandBody =>
  async (session) => {
    const by = await session.actor();
    const accepted = await acceptCondition(
      await session.reader(),
      session.load().project.name,
      condition,
      by,
      environment ?? null,
      reason ?? null,
    );
    const { out } = session;
    const all = accepted.map(({ deployment: { environment: place, number }, ...each }) => ({
      ...{ deployment: nameOf({ environment: place, number }), ...each },
    }));
    const places = all.filter((each) => each.isNew).map((each) => each.deployment);
    const already = all.filter((each) => !each.isNew).map((each) => ({ deployment: each.deployment, by: each.by }));
    if (out.isJson) out.json({ ok: true, condition, by, reason: reason ?? null, deployments: places, already });
    else {
      if (places.length > 0)
        out.line(`${out.style('green', 'accepted')}  ${condition} in ${places.join(', ')}, by ${by} (claimed)`);
      for (const each of already)
        out.line(`already accepted by ${each.by} (claimed)  ${condition} in ${each.deployment}; nothing was recorded`);
    }
    return exit.ok;
  };

/** For an answer that nobody waits for. */
const nothingOpen = (environment: string | undefined): never =>
  fail({
    code: 'GR4308',
    message: `Nothing is in progress${environment === undefined ? '' : ` in ${environment}`}.`,
    do: 'Run "greenroom status".',
  });

const tooLate = ({ number, environment }: StoredDeployment): never =>
  fail({
    code: 'GR4317',
    message: `Deployment ${number} of ${environment} cannot take itself back any more: the version before is being stopped.`,
    do: `"greenroom rollback ${environment}" deploys the version before again.`,
  });

export const cancel =
  (environment: string, { reason }: { reason: string }): CommandBody =>
  async (session) => {
    const world = await session.world();
    const [deployment] = await readOpenDeployments(world, session.load().project, environment ?? null);
    if (!deployment) return nothingOpen(environment);
    const by = await session.actor();
    if (await findObstacle(world, deployment)) {
      await giveUp(world, deployment, { by, reason });
      session.out.note(
        `Deployment ${deployment.number} was given up; what it had done stands. "greenroom status" says what runs.`,
      );
    } else if (deployment.state?.stopping && !deployment.state.goingBack) tooLate(deployment);
    else await goBack(world, deployment.id, { as: 'cancelled', by, reason });
    await follow(session, world, deployment.id, { noWait: true, strict: false });
    const [still] = await readOpenDeployments(world, session.load().project, environment ?? null);
    return still?.id === deployment.id ? exit.couldNotJudge : exit.ok;
  };

export const resume =
  (
    environment: string | undefined,
    options: { retry?: boolean; continue?: boolean; goBack?: boolean; wait: boolean; strict?: boolean },
  ): CommandBody =>
  async (session) => {
    const world = await session.world();
    await beginForgotten(world, session.load().project.name);
    // Read first: what this process takes over may have ended before the proxy is back, and how it ended must still be said.
    const open = await readOpenDeployments(world, session.load().project, environment ?? null);
    const failures = await sayRestored(session, world);
    const failed = failures.length > 0 && { failures };
    const choice = options.retry ? 'retry' : options.continue ? 'continue' : options.goBack ? 'go-back' : null;
    const asked = choice === null ? open : await answerable(world, open);
    if (asked.length === 0 && choice !== null) nothingOpen(environment);
    if (open.length === 0) {
      if (session.out.isJson) session.out.json({ ok: !failed, ...failed, deployments: [] });
      else session.out.line('Nothing is in progress.');
      return failed ? exitCodeOfFailures(failures) : exit.ok;
    }
    const all: Followed[] = [];
    for (const deployment of asked) {
      if (choice !== null && !(await findObstacle(world, deployment)))
        await resolveUnknown(world, deployment.id, choice, await session.actor());
      const noWait = !options.wait || choice === null;
      all.push(await followed(session, world, deployment.id, { noWait, strict: options.strict === true }));
    }
    if (session.out.isJson)
      session.out.json({
        ok: !failed && all.every((each) => each.code === exit.ok),
        ...failed,
        deployments: all.map((each) => each.document),
      });
    return Math.max(failed ? exitCodeOfFailures(failures) : exit.ok, ...all.map((each) => each.code));
  };

/** An answer is for those that wait for one, and not for what is queued behind them; where none does, the first one says so. */
async function answerable(world: OpenWorld, open: readonly StoredDeployment[]): Promise<readonly StoredDeployment[]> {
  const waiting: StoredDeployment[] = [];
  for (const each of open)
    if (each.state?.hold?.kind === 'unknown' || (await findObstacle(world, each))) waiting.push(each);
  return waiting.length > 0 ? waiting : open.slice(0, 1);
}

const keepEveryMs = 1_000;

/** Stays as an engine: goes on with everything that is open, and shows each deployment as it comes. */
export const watch =
  (environment: string | undefined): CommandBody =>
  async (session) => {
    const { project } = session.load();
    if (environment !== undefined) environmentOf(project, environment);
    const world = await session.world();
    await beginForgotten(world, project.name);
    await sayRestored(session, world);
    session.out.note('watching; Ctrl-C leaves');
    const keeping = keepAll(session, world);
    const seen = new Set<string>();
    while (!session.signal.aborted) {
      const next = (await readOpenDeployments(world, project, environment ?? null)).find((each) => !seen.has(each.id));
      if (next) {
        seen.add(next.id);
        await follow(session, world, next.id, { noWait: false, strict: false });
      } else await world.clock.sleep(300, session.signal).catch(() => {});
    }
    await keeping;
    return exit.interrupted;
  };

/** Where nothing is in progress nobody else looks. What fails is tried the next time; the next look for drift says why. */
async function keepAll({ out, load, signal }: Session, world: OpenWorld): Promise<void> {
  const { project } = load();
  while (!signal.aborted) {
    const names = await keepProxies(world, project, { everywhere: true }).catch(() => []);
    for (const name of names) out.note(`${name}: its proxy had gone, and is back`);
    await world.clock.sleep(keepEveryMs, signal).catch(() => {});
  }
}

export const stop =
  (environment: string): CommandBody =>
  async (session) => {
    const { out } = session;
    await stopEnvironment(await session.world(), session.load().project, environment, await session.actor());
    if (out.isJson) out.json({ ok: true, environment });
    else out.line(`${out.style('green', 'stopped')}  ${environment}: its services, and its proxy`);
    return exit.ok;
  };

/** What a reboot has taken down is brought back before anything else; answers why it was not, where it could not be. */
async function sayRestored({ out, load }: Session, world: OpenWorld): Promise<readonly Failure[]> {
  const all = await restoreServing(world, load().project);
  for (const { environment, release, started, failures } of all) {
    const how = started.length > 0 ? `; started ${started.join(', ')}` : '';
    if (failures.length === 0) out.note(`${environment}: ${release} serves again${how}`);
    else if (!out.isJson) out.failures(failures);
  }
  return all.flatMap((each) => each.failures);
}
