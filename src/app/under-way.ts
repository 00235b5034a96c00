import type { Plan } from '../domain/plan.ts';
import { listDeployments, type StoredDeployment } from '../store/deployments.ts';
import { servingIn } from '../store/environments.ts';
import type { World } from './world.ts';

/**
 * The deployment that already carries what a plan asks for, such as one that a killed process left: the same release, under the same
 * definition, so that just as much is demanded of it, and with nothing behind it that would replace it. Null when there is none.
 */
export async function findUnderWay(
  world: World,
  { project, environment, purpose, release, definitionHash }: Plan,
): Promise<StoredDeployment | null> {
  const [newest] = await world.store.read((rows) =>
    listDeployments(rows, project, { environment, open: true, limit: 1 }),
  );
  if (!newest || newest.request.purpose !== purpose || newest.plan.definitionHash !== definitionHash) return null;
  const { state, plan } = newest;
  const isLeaving = state !== null && (state.goingBack !== null || state.wish !== null);
  return plan.release.id === release.id && !isLeaving ? newest : null;
}

/** Whether what serves now is what this deployment brought. */
export async function servesNow(
  world: World,
  { id, environment, model, plan }: Pick<StoredDeployment, 'id' | 'environment' | 'model' | 'plan'>,
): Promise<boolean> {
  const serving = await world.store.read((rows) => servingIn(rows, model.name, environment));
  return serving?.deployment === id && serving.releaseId === plan.release.id;
}
