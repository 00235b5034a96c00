import type { Project } from '../domain/project.ts';
import { listDeployments, type StoredDeployment } from '../store/deployments.ts';
import { servingIn } from '../store/environments.ts';
import { trafficOf } from './bare-place.ts';
import { hasGone } from './sound-traffic.ts';
import type { World } from './world.ts';

/**
 * Brings the proxy of an environment back, pointing where it pointed, while a deployment is in progress there: between its start and its
 * cut-over nothing else would look, and users must not wait for the cut-over. Not before that deployment has looked for drift: a proxy that
 * had gone is a finding, which nobody must mend unseen. `everywhere`, for somebody who says so: also where nothing is in progress. Answers
 * the environments whose proxy had gone.
 */
export async function keepProxies(
  world: World,
  project: Project,
  { everywhere = false }: { readonly everywhere?: boolean } = {},
): Promise<readonly string[]> {
  const open = await world.store.read((rows) => listDeployments(rows, project.name, { open: true }));
  const revived: string[] = [];
  for (const environment of project.environments) {
    const { name } = environment;
    const here = open.filter((each) => each.environment === name);
    if (here.length > 0 ? !here.some(hasLooked) : !everywhere) continue;
    const serving = await world.store.read((rows) => servingIn(rows, project.name, name));
    if (!serving) continue;
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
