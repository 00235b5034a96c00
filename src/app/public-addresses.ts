import { FailureError, type Failure } from '../domain/failure.ts';
import type { Environment, Project } from '../domain/project.ts';
import type { TrafficHandle } from '../kinds/traffic.ts';
import { openTraffic, publicAddresses, type Addresses, type Site } from './site.ts';
import type { World } from './world.ts';

/**
 * `GR4311` when the proxy that runs in an environment has other public addresses than the file says: it cannot change them while it runs, and
 * a deployment would find out at the switch. Null when they are the same or no proxy runs. One that cannot be asked is left to the switch.
 */
export async function findAddressObstacle(
  world: World,
  project: Project,
  environment: Environment,
): Promise<Failure | null> {
  const asked = publicAddresses(project, environment);
  const running = await listenersOf(openTraffic(world, project, environment));
  if (running === null || addressText(running) === addressText(asked)) return null;
  const { name } = environment;
  return {
    code: 'GR4311',
    message: `The proxy of ${name} runs with other public addresses (${addressText(running)}) than are asked for now (${addressText(asked)}), and cannot change them while it runs.`,
    where: `environments.${name}.ports`,
    do: `Put the addresses back, or run "greenroom stop ${name}" first and deploy then; that interrupts traffic.`,
  };
}

async function listenersOf(traffic: TrafficHandle): Promise<Addresses | null> {
  try {
    return await traffic.listeners();
  } catch (error) {
    if (error instanceof FailureError) return null;
    throw error;
  }
}

const addressText = (services: Addresses): string =>
  Object.keys(services)
    .toSorted()
    .map((name) => `${name} ${services[name]!.host}:${services[name]!.port}`)
    .join(', ') || 'none';

/** An environment with its proxy as it runs, whatever the deployment asks for: the way back leads to whom that proxy serves. */
export async function asItListens(site: Site): Promise<Site> {
  const listeners = await site.traffic.listeners();
  if (listeners === null) return site;
  return { ...site, traffic: openTraffic(site.world, site.project, site.environment, listeners) };
}
