import path from 'node:path';
import { fail } from '../domain/failure.ts';
import type { Environment, Project, Service } from '../domain/project.ts';
import type { Release } from '../domain/release.ts';
import { whyNotItsPlan } from '../domain/witness.ts';
import type { Colour, Driver, Instance, Slot } from '../kinds/driver.ts';
import type { Effects } from '../kinds/effects.ts';
import type { TrafficHandle } from '../kinds/traffic.ts';
import { findDeployment, type StoredDeployment } from '../store/deployments.ts';
import { claimEpoch } from '../store/environments.ts';
import { recordsOf } from '../store/records.ts';
import { namedRelease, requireAsMade } from '../store/releases.ts';
import type { ResolvedVariables, World } from './world.ts';

/** One environment as an operation finds it: what is declared, what is resolved, and the plugs that act on it. */
export interface Site {
  readonly world: World;
  readonly deployment: StoredDeployment;
  readonly project: Project;
  readonly environment: Environment;
  readonly release: Release;
  readonly variables: ResolvedVariables;
  /** What services and commands get: the environment's variables and the URLs of databases and caches. */
  readonly values: Readonly<Record<string, string>>;
  readonly databases: readonly { readonly name: string; readonly url: string }[];
  readonly effects: Effects & { redact(text: string): string };
  /** Values that `effects` hides. */
  readonly secrets: readonly string[];
  readonly driver: Driver;
  readonly traffic: TrafficHandle;
  /** Runtime state of the environment; outlives this process. */
  readonly directory: string;
  readonly colour: Colour;
}

export async function openSite(world: World, deploymentId: string): Promise<Site> {
  const deployment = await world.store.read((rows) => findDeployment(rows, deploymentId));
  if (!deployment)
    fail({ code: 'GR4301', message: `There is no deployment "${deploymentId}".`, do: 'Run "greenroom history".' });
  return siteAt(world, deployment, deployment.plan.release, deployment.plan.colour);
}

/** What a deployment does is what the log has of it, its release with it. Throws `GR4112` where the database says another thing. */
export async function requireItsPlan({
  world,
  deployment: { id, model, plan },
}: Pick<Site, 'world' | 'deployment'>): Promise<void> {
  const own = await world.store.read((rows) => recordsOf(rows, model.name, id));
  const reason = whyNotItsPlan({ plan, model }, own, world.hash);
  if (reason !== null)
    fail({
      code: 'GR4112',
      message: `The deployment of ${plan.release.version} to ${plan.environment} is not the one that was recorded: ${reason}.`,
      do: `Find out who changed the database, then deploy again: "greenroom deploy ${plan.environment}".`,
    });
  await world.store.read((rows) => requireAsMade(rows, model.name, plan.release));
}

/** The environment of a deployment, with another release or colour in view than its own. */
export async function siteAt(
  world: World,
  deployment: StoredDeployment,
  release: Release,
  colour: Colour,
): Promise<Site> {
  const project = deployment.model;
  const environment = project.environments.find((each) => each.name === deployment.environment)!;
  const variables = await world.resolveVariables(project, environment);
  const databases = await databasesOf(world, project, environment, variables);
  const caches = project.caches.filter((cache) => !cache.disabledIn.includes(environment.name));
  const values = {
    ...variables.values,
    ...Object.fromEntries(project.databases.map((database, index) => [database.variable, databases[index]!.url])),
    ...Object.fromEntries(caches.map((cache) => [cache.variable, variables.expand(cache.url)])),
  };
  const secrets = [...variables.secrets, ...databases.map((each) => passwordOf(each.url))].filter(
    (secret) => secret.length > 0,
  );
  const directory = path.join(world.home, 'environments', environment.name);
  return {
    ...{ world, deployment, project, environment, release, variables, values, databases, directory, colour, secrets },
    effects: world.effects(secrets),
    driver: world.drivers.get(environment.driver.kind)!,
    traffic: openTraffic(world, project, environment),
  };
}

/** Embedded ones are made when they are missing. */
export const databasesOf = (
  world: World,
  project: Project,
  environment: Environment,
  variables: Pick<ResolvedVariables, 'expand'>,
): Promise<Site['databases']> =>
  Promise.all(
    project.databases.map(async ({ name, source }) => ({
      name,
      url:
        source.kind === 'embedded'
          ? await world.store.read(() => world.embedded.ensure(`${project.name}_${environment.name}_${name}`))
          : variables.expand(source.url),
    })),
  );

export type Addresses = Readonly<Record<string, { readonly host: string; readonly port: number }>>;

export function openTraffic(
  world: World,
  project: Project,
  environment: Environment,
  services: Addresses = publicAddresses(project, environment),
): TrafficHandle {
  const place = {
    ...{ project: project.name, environment: environment.name },
    stateDirectory: path.join(world.home, 'environments', environment.name, 'edge'),
    services,
  };
  return world.traffic.get(environment.traffic.kind)!.open(place, environment.traffic.config);
}

export const publicAddresses = (project: Project, environment: Environment): Addresses =>
  Object.fromEntries(
    project.services.map((service) => [
      service.name,
      { host: environment.host, port: publicPort(environment, service) },
    ]),
  );

const publicPort = (environment: Environment, service: Service): number =>
  environment.ports[service.name] ?? service.port;

/** Of all environments. */
export const publicPorts = (project: Project): readonly number[] =>
  project.environments.flatMap((environment) => project.services.map((service) => publicPort(environment, service)));

function passwordOf(url: string): string {
  try {
    return decodeURIComponent(new URL(url).password);
  } catch {
    return '';
  }
}

/** The slot of a colour with what belongs in it. `operation` names the attempt, `epoch` fences it. */
export function slotOf(site: Site, colour: Colour, release: Release, epoch: number, operation: string): Slot {
  const { world, project, environment, directory } = site;
  const artifact = release.parts.artifacts['tree'] ?? '';
  return {
    ...{
      project: project.name,
      environment: environment.name,
      config: environment.driver.config,
      projectDirectory: project.directory,
      colour,
      stateDirectory: directory,
      host: environment.host,
      epoch,
      operation,
    },
    release: { id: release.id, revision: release.revision, version: release.version, artifact },
    artifactDirectory: world.artifacts.directoryOf(artifact),
    secrets: site.secrets,
    publicPorts: publicPorts(project),
    services: project.services.map((service) => ({
      name: service.name,
      argv: service.run,
      variables: { ...site.values, ...expanded(site, service) },
      stopGraceMs: service.stopGraceMs,
    })),
  };
}

const expanded = (site: Site, service: Service): Record<string, string> =>
  Object.fromEntries(Object.entries(service.variables).map(([name, value]) => [name, site.variables.expand(value)]));

/** The release that has the traffic, when there is one. */
export async function servingRelease(
  site: Site,
): Promise<{ readonly release: Release; readonly colour: Colour } | null> {
  const { standing } = site.deployment.plan;
  if (standing.releaseId === null || standing.colour === null) return null;
  const release = await site.world.store.read((rows) => namedRelease(rows, site.project.name, standing.releaseId!));
  return release && { release, colour: standing.colour };
}

/** A fencing number for one attempt of an effect; throws when this process may not act any more. */
export async function claim(site: Site, operation: string): Promise<number> {
  const { world, project, environment } = site;
  const epoch = await claimEpoch(world.store, project.name, environment.name, world.node, operation);
  return epoch ?? lostLease();
}

export const lostLease = (): never =>
  fail({
    code: 'GR3401',
    message: 'This process lost its lease; another one has taken over.',
    do: 'Run "greenroom status".',
  });

export const observe = (site: Site, colour: Colour): Promise<readonly Instance[]> =>
  site.driver.observe(slotOf(site, colour, site.release, 0, 'observe'));
