import { underConfiguration } from '../domain/configuration.ts';
import { canGoBack } from '../domain/deployment.ts';
import { fail, type Failure } from '../domain/failure.ts';
import type { Project } from '../domain/project.ts';
import { listDeployments, type StoredDeployment } from '../store/deployments.ts';
import { orderDeployment, type OrderedDeployment } from './deploy-release.ts';
import { goBack } from './go-back.ts';
import { lastGoodOf, livedIn } from './lived.ts';
import { environmentOf, planDeployment, releaseOf } from './plan-deployment.ts';
import type { World } from './world.ts';

export interface RollbackOrder {
  readonly project: Project;
  readonly environment: string;
  /** Release to return to; the one that served before, otherwise. */
  readonly to: string | null;
  readonly actor: string;
  readonly reason: string;
}

export type Rollback =
  /** The deployment in progress takes itself back: one switch to the version that still runs. */
  | { readonly kind: 'flip'; readonly deployment: string }
  /** The old version is gone already: its retained release is deployed again. */
  | { readonly kind: 'redeploy'; readonly deployment: OrderedDeployment; readonly release: string };

/** Returns to the last good release. Never frozen, never asks for proof. */
export async function rollBack(world: World, order: RollbackOrder): Promise<Rollback> {
  const { project, actor, reason } = order;
  const environment = environmentOf(project, order.environment);
  const open = await world.store.read((rows) =>
    listDeployments(rows, project.name, { environment: environment.name, open: true }),
  );
  for (const queued of open.filter((each) => each.state === null))
    await goBack(world, queued.id, { as: 'superseded', by: actor, reason: 'a rollback was asked for' });
  const inProgress = open.find((each) => each.state !== null);
  if (inProgress?.state && order.to === null) {
    // Somebody asked before: the way back is taken once, and whoever asks again sees it end.
    if (inProgress.state.goingBack) return { kind: 'flip', deployment: inProgress.id };
    if (inProgress.request.purpose === 'roll-back')
      return { kind: 'redeploy', deployment: inProgress, release: inProgress.request.releaseId };
    if (canGoBack(inProgress.state)) {
      await goBack(world, inProgress.id, { as: 'rolled-back', by: actor, reason });
      return { kind: 'flip', deployment: inProgress.id };
    }
  }
  const lived = await deploymentToReturnTo(world, project, environment.name, order.to);
  // Started and asked as it was when it served, whatever the file says by now.
  const then = underConfiguration(project, lived.model);
  const { plan } = await planDeployment(world, then, environment.name, lived.plan.release.id, 'roll-back');
  const deployment = await orderDeployment(world, {
    project: then,
    plan,
    actor,
    reason,
    bindToPlan: false,
    supersede: 'running',
  });
  return { kind: 'redeploy', deployment, release: plan.release.id };
}

/** Of the chosen release when it has served here before, of the last good one otherwise: a rollback asks for no proof, so it never lets a new release in, nor one of which only the table says that it served. */
async function deploymentToReturnTo(
  world: World,
  project: Project,
  environment: string,
  to: string | null,
): Promise<StoredDeployment> {
  const lived = await livedIn(world, project, environment);
  const newestOf = (release: string | null) => lived.believed.find((each) => each.plan.release.id === release);
  const doubt = (release: string | null): Failure[] => {
    const found = lived.doubted.find(({ deployment }) => release === null || deployment.plan.release.id === release);
    return found ? [doubtOf(found.deployment, found.reason)] : [];
  };
  if (to !== null) {
    const { id, version } = await releaseOf(world, project, to);
    return (
      newestOf(id) ??
      fail(...doubt(id), {
        code: 'GR4110',
        message: `${version} (${id}) has never served ${environment}, so there is nothing to return to.`,
        do: `Choose one that has ("greenroom history ${environment}"), or promote this one.`,
      })
    );
  }
  return (
    newestOf(lastGoodOf(lived)) ??
    fail(...doubt(null), {
      code: 'GR4305',
      message: `${environment} has no earlier release to return to.`,
      do: 'Deploy a good release instead.',
    })
  );
}

const doubtOf = ({ environment, number, plan }: StoredDeployment, reason: string): Failure => ({
  code: 'GR4111',
  message: `What ${environment}/${number} says of ${plan.release.version} is not what was recorded: ${reason}.`,
  do: 'Find out who changed the database. A rollback returns only to what the log bears out; otherwise prove a release and promote it.',
});
