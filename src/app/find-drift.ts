import type { Environment, Project } from '../domain/project.ts';
import type { Instance } from '../kinds/driver.ts';
import type { TrafficState } from '../kinds/traffic.ts';
import { findDeployment, listDeployments } from '../store/deployments.ts';
import { servingIn } from '../store/environments.ts';
import { findRelease } from '../store/releases.ts';
import { observe, siteAt, type Site } from './site.ts';
import type { World } from './world.ts';

/**
 * What really runs in an environment and differs from what is recorded to serve there, in words; empty when nothing does.
 * Not asked while a deployment is in progress: then the difference is the work.
 */
export async function findDrift(world: World, project: Project, environment: Environment): Promise<readonly string[]> {
  const { serving, open } = await world.store.read(async (rows) => ({
    serving: await servingIn(rows, project.name, environment.name),
    open: await listDeployments(rows, project.name, { environment: environment.name, open: true, limit: 1 }),
  }));
  if (!serving || open.length > 0) return [];
  const deployment = await world.store.read((rows) => findDeployment(rows, serving.deployment));
  const release = await world.store.read((rows) => findRelease(rows, project.name, serving.releaseId));
  if (!deployment || !release) return [];
  const site = await siteAt(world, deployment, release, serving.colour);
  const instances = await observe(site, serving.colour);
  return [...processDrift(site, instances), ...(await trafficDrift(site, instances))];
}

function processDrift(site: Site, instances: readonly Instance[]): readonly string[] {
  return site.project.services.flatMap(({ name }) => {
    const instance = instances.find((each) => each.service === name);
    if (!instance) return [`${name} does not run`];
    return instance.releaseId === site.release.id ? [] : [`${name} runs ${instance.releaseId}`];
  });
}

async function trafficDrift(site: Site, instances: readonly Instance[]): Promise<readonly string[]> {
  try {
    const traffic = await site.traffic.current();
    return traffic === null ? ['its proxy does not run'] : targetDrift(site, traffic, instances);
  } catch (error) {
    return [`its proxy cannot be asked: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function targetDrift(site: Site, traffic: TrafficState, instances: readonly Instance[]): readonly string[] {
  if (traffic.colour !== site.colour || traffic.release !== site.release.id)
    return [`its proxy points to ${traffic.release ?? 'nothing'}${traffic.colour ? ` (${traffic.colour})` : ''}`];
  return instances.flatMap(({ service, host, port }) => {
    const target = traffic.services[service];
    if (target?.host === host && target.port === port) return [];
    const seen = target ? `${target.host}:${target.port}` : 'nothing';
    return [`its proxy sends ${service} to ${seen}, which listens on ${host}:${port}`];
  });
}
