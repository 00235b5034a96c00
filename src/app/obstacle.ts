import { nameOf } from '../domain/deployment-name.ts';
import type { Failure } from '../domain/failure.ts';
import { findDeployment, listDeployments, type StoredDeployment } from '../store/deployments.ts';
import { livesNow } from '../store/lease.ts';
import type { World } from './world.ts';

/** A node of another version may be told from a dead one by its beats only; this is twice its lease. */
const silentMs = 10_000;

/** Why an open deployment would not go on, however long anybody waited for it; null while it can. */
export async function findObstacle(world: World, deployment: StoredDeployment): Promise<Failure | null> {
  const own = await obstacleOf(world, deployment);
  if (own !== null || deployment.state !== null) return own;
  const { model, environment, number } = deployment;
  const open = await world.store.read((rows) => listDeployments(rows, model.name, { environment, open: true }));
  for (const before of open.filter((each) => each.number < number && each.state !== null)) {
    const obstacle = await obstacleOf(world, before);
    if (obstacle === null) continue;
    return { ...obstacle, message: `Deployment ${number} waits for deployment ${before.number}. ${obstacle.message}` };
  }
  return null;
}

/** Nobody goes on with what another version began, nor with what has broken: its answers stand in an order that only that version knows. */
async function obstacleOf(world: World, deployment: StoredDeployment): Promise<Failure | null> {
  const { id, environment, number } = deployment;
  const flow = await world.engine.find(id);
  if (flow === null) return null;
  const giveUp = `"greenroom cancel ${environment}" gives it up and leaves everything as it stands`;
  if (flow.status !== 'open') {
    // It may have ended between the two looks.
    const now = await world.store.read((rows) => findDeployment(rows, id));
    if (!now || now.endedAt !== null) return null;
    return {
      code: 'GR3403',
      message: `Deployment ${number} of ${environment} broke off, and nothing goes on with it: ${flow.reason ?? 'it was given up half-way'}.`,
      do: `Run "greenroom why ${nameOf(deployment)}"; ${giveUp}.`,
    };
  }
  const { otherVersion, owner } = flow;
  if (otherVersion === null) return null;
  if (owner !== null && (await world.store.read((rows) => livesNow(rows, owner, silentMs)))) return null;
  return {
    code: 'GR3402',
    message: `Deployment ${number} of ${environment} was begun by another version of Greenroom (${otherVersion}), and only that version goes on with it.`,
    do: `Start that version and run its "greenroom resume", or take it back with it; ${giveUp}.`,
  };
}
