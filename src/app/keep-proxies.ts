import type { Project } from '../domain/project.ts';
import { listDeployments, type StoredDeployment } from '../store/deployments.ts';
import { servingIn } from '../store/environments.ts';
import { trafficOf } from './bare-place.ts';
import { hasGone } from './sound-traffic.ts';
import type { World } from './world.ts';

/**
 * Brings the proxy of an environment back, pointing where it pointed, while a deployment is in progress there: between its start and its
 * cut-over nothing else would look, and users must not wait for the cut-over. Not before that deployment has looked for drift: a proxy that
 * had gone is a finding, which nobody must mend unseen. Answers the environments whose proxy had gone.
 */
export async function keepProxies(world: World, project: Project): Promise<readonly string[]> {
  const open = await world.store.read((rows) => listDeployments(rows, project.name, { open: true }));
  const revived: string[] = [];
  for (const name of new Set(open.filter(hasLooked).map((each) => each.environment))) {
    const serving = await world.store.read((rows) => servingIn(rows, project.name, name));
    const environment = project.environments.find((each) => each.name === name);
    if (!serving || !environment) continue;
    const traffic = trafficOf({ ...world, project, environment });
    if (!(await hasGone(traffic))) continue;
    await traffic.ensure();
    revived.push(name);
  }
  return revived;
}

function hasLooked({ state }: StoredDeployment): boolean {
  if (state === null) return false;
  return state.goingBack !== null || state.next > state.steps.findIndex(({ kind }) => kind === 'drift');
}
