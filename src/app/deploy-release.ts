import type { Plan } from '../domain/plan.ts';
import type { Project } from '../domain/project.ts';
import { findDeployment, insertOrFind, listDeployments } from '../store/deployments.ts';
import { goBack } from './go-back.ts';
import type { World } from './world.ts';

export interface DeploymentOrder {
  readonly project: Project;
  readonly plan: Plan;
  readonly actor: string;
  readonly reason: string | null;
  /** The plan was saved and shown to somebody: it must still hold when its turn comes. */
  readonly bindToPlan: boolean;
  /** What happens to those before it: queued ones are always superseded, a running one only when asked. */
  readonly supersede: 'queued' | 'running';
  /** A rollback that asks only whether the services run. */
  readonly urgent?: boolean;
}

export interface OrderedDeployment {
  readonly id: string;
  readonly number: number;
}

/** Queues a deployment; it begins when the environment is free. */
export async function orderDeployment(world: World, order: DeploymentOrder): Promise<OrderedDeployment> {
  const { project, plan, actor } = order;
  const id = world.newId('dep');
  const open = await world.store.read((rows) =>
    listDeployments(rows, project.name, { environment: plan.environment, open: true }),
  );
  const written = await insertOrFind(world.store, {
    ...{ id, project, environment: plan.environment, actor, plan, at: world.clock.now() },
    request: {
      releaseId: plan.release.id,
      purpose: plan.purpose,
      ...(order.urgent && { urgent: true as const }),
      reason: order.reason,
      planHash: order.bindToPlan ? plan.hash : null,
    },
  });
  const { number } = written;
  await world.reach('order:written');
  await begin(world, written.id);
  // Somebody asked for the same rollback at the same moment: there is one.
  if (written.id !== id) return written;
  await world.reach('order:begun');
  for (const other of open)
    if (other.status === 'queued' || order.supersede === 'running')
      await goBack(world, other.id, {
        as: 'superseded',
        by: actor,
        reason: `deployment ${number} of ${plan.release.version} takes its place`,
      });
  return { id, number };
}

/** Hands a written deployment to the engine; once, however often it is asked. */
async function begin(world: World, id: string): Promise<void> {
  const deployment = await world.store.read((rows) => findDeployment(rows, id));
  if (deployment)
    await world.engine.start(
      'deployment',
      id,
      { deployment: id },
      { lock: `${deployment.model.name}/${deployment.environment}`, number: deployment.number },
    );
}

/** Deployments that were written but never reached the engine, because the process died in between. */
export async function beginForgotten(world: World, project: string): Promise<void> {
  const open = await world.store.read((rows) => listDeployments(rows, project, { open: true }));
  for (const deployment of open.toReversed()) await begin(world, deployment.id);
}
