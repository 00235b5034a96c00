import { orderDeployment, type OrderedDeployment } from './deploy-release.ts';
import { findWayBack, type WayBack, type WayBackQuestion } from './find-way-back.ts';
import { goBack } from './go-back.ts';
import { resolveUnknown } from './settle.ts';
import type { World } from './world.ts';

export interface RollbackOrder extends WayBackQuestion {
  readonly actor: string;
  readonly reason: string;
}

/** `flip`: the deployment in progress takes itself back. `redeploy`: the old version is gone already: its retained release is deployed again. */
export type Rollback = Pick<WayBack, 'over'> &
  (
    | { readonly kind: 'flip'; readonly deployment: string }
    | { readonly kind: 'redeploy'; readonly deployment: OrderedDeployment; readonly release: string }
  );

/** Returns to the last good release. Never frozen, never asks for proof. */
export async function rollBack(world: World, order: RollbackOrder): Promise<Rollback> {
  const { actor, reason, urgent = false } = order;
  const way = await findWayBack(world, order);
  const { over } = way;
  if (way.kind === 'redeploy') {
    const { project, plan } = way;
    const asked = { project, plan, actor, reason, bindToPlan: false, supersede: 'running', urgent } as const;
    const deployment = await orderDeployment(world, asked);
    // Who is in a hurry does not wait for what could not be stopped: whatever is left of it ends before anything else is put there.
    if (urgent && way.held !== null) await resolveUnknown(world, way.held, 'continue', actor);
    return { kind: 'redeploy', deployment, release: plan.release.id, over };
  }
  const { deployment } = way;
  if (way.kind === 'flip') await goBack(world, deployment.id, { as: 'rolled-back', by: actor, reason });
  for (const queued of way.waiting)
    await goBack(world, queued.id, { as: 'superseded', by: actor, reason: 'a rollback was asked for' });
  return deployment.request.purpose === 'roll-back' && !deployment.state?.goingBack && way.kind === 'attach'
    ? { kind: 'redeploy', deployment, release: deployment.request.releaseId, over }
    : { kind: 'flip', deployment: deployment.id, over };
}
