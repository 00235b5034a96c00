import { fail, FailureError, type Failure } from '../domain/failure.ts';
import type { Environment, Project } from '../domain/project.ts';
import type { Instance } from '../kinds/driver.ts';
import { placeOf, samePlace } from '../kinds/machines.ts';
import type { TrafficState } from '../kinds/traffic.ts';
import { findDeployment, listDeployments } from '../store/deployments.ts';
import { servingIn } from '../store/environments.ts';
import { namedRelease } from '../store/releases.ts';
import { observe, requireItsPlan, siteAt, type Site } from './site.ts';
import { soundTraffic } from './sound-traffic.ts';
import { changeColour } from './steps/bring-up.ts';
import { point } from './steps/pointing.ts';
import type { World } from './world.ts';

export interface Restored {
  readonly environment: string;
  readonly release: string;
  /** Services that were started again; empty when only the proxy had gone. */
  readonly started: readonly string[];
  /** Why it does not serve again, such as a release that is not the one which was made (`GR4112`) or bytes that are not those which were proven (`GR6503`); empty when it does. */
  readonly failures: readonly Failure[];
}

/**
 * After a reboot: brings back what served, as recorded, wherever it no longer runs and nothing is in progress. Where a deployment is, only
 * the proxy comes back, pointing where it pointed: the deployment moves it when it gets that far, and users must not wait for that.
 */
export async function restoreServing(world: World, project: Project): Promise<readonly Restored[]> {
  const restored: Restored[] = [];
  for (const environment of project.environments) {
    const one = await restoreOne(world, project, environment);
    if (one) restored.push(one);
  }
  return restored;
}

async function restoreOne(world: World, project: Project, environment: Environment): Promise<Restored | null> {
  const serving = await world.store.read((rows) => servingIn(rows, project.name, environment.name));
  const open = await world.store.read((rows) =>
    listDeployments(rows, project.name, { environment: environment.name, open: true }),
  );
  if (!serving) return null;
  const deployment = await world.store.read((rows) => findDeployment(rows, serving.deployment));
  const release = await world.store.read((rows) => namedRelease(rows, project.name, serving.releaseId));
  if (!deployment || !release) return null;
  const site = await siteAt(world, deployment, release, serving.colour);
  const place = { environment: environment.name, release: release.id };
  try {
    if (open.length > 0) {
      await site.traffic.ensure();
      return null;
    }
    const missing = await missingServices(site);
    const traffic = await soundTraffic(site.traffic);
    if (missing.length === 0 && traffic !== null && (await isPointed(site, traffic))) return null;
    const operation = `${deployment.id}/restore-${world.clock.now()}`;
    if (missing.length > 0) {
      await requireServed(site);
      await changeColour(site, serving.colour, 'start', operation, new AbortController().signal);
    }
    await site.traffic.ensure();
    await point(site, serving.colour, release.id, `${operation}-point`);
    return { ...place, started: missing, failures: [] };
  } catch (error) {
    // One environment that stays down keeps neither the others nor a deployment in progress from going on.
    if (error instanceof FailureError && !error.failures[0]!.code.startsWith('GR3'))
      return { ...place, started: [], failures: error.failures };
    throw error;
  }
}

/** Who serves is a word in a table: the deployment that it names must have brought that release, or have left it there. */
async function requireServed(site: Site): Promise<void> {
  await requireItsPlan(site);
  const { id, plan } = site.deployment;
  if (site.release.id === plan.release.id || site.release.id === plan.standing.releaseId) return;
  fail({
    code: 'GR4112',
    message: `${site.release.version} (${site.release.id}) is not the release that ${id} left in ${plan.environment}.`,
    do: `Find out who changed the database, then deploy again: "greenroom deploy ${plan.environment}".`,
  });
}

/** Whether the proxy sends to this release where it listens. Nobody is sent to what runs there changed: another colour replaces that. */
async function isPointed(site: Site, { colour, release, services }: TrafficState): Promise<boolean> {
  const instances = await observe(site, site.colour);
  const isChanged = ({ releaseId, differences = [] }: Instance): boolean =>
    releaseId !== site.release.id || differences.length > 0;
  if (instances.some(isChanged)) return colour === site.colour;
  const isThere = (each: Instance): boolean => samePlace(services[each.service], placeOf(each));
  return colour === site.colour && release === site.release.id && instances.every(isThere);
}

async function missingServices(site: Site): Promise<readonly string[]> {
  const running = (await observe(site, site.colour)).map((each) => each.service);
  return site.project.services.map((service) => service.name).filter((name) => !running.includes(name));
}
