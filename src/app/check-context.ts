import type { CheckContext, ServiceInstance } from '../kinds/check.ts';
import type { Instance } from '../kinds/driver.ts';
import { declaredMigrations } from './declared-migrations.ts';
import { hashVariables } from './hash-variables.ts';
import { ownServersOf } from './own-servers.ts';
import { readRefreshes } from './refresh-log.ts';
import { observe, publicAddresses, servingRelease, type Site } from './site.ts';
import { readVerifiedBackups } from './verified-backups.ts';

/** What all checks of a phase find alike; looked at once, because nothing starts or stops while a phase asks. */
export interface Ground {
  readonly fresh: readonly ServiceInstance[];
  readonly running: readonly ServiceInstance[];
  /** Public addresses on which the environment's own proxy really listens. */
  readonly listeners: readonly { readonly host: string; readonly port: number }[];
}

export async function lookAround(site: Site): Promise<Ground> {
  const old = await servingRelease(site);
  const [fresh, running, listeners] = await Promise.all([
    observe(site, site.colour),
    old ? observe(site, old.colour) : [],
    site.traffic.listeners(),
  ]);
  return { fresh: asServices(fresh), running: asServices(running), listeners: Object.values(listeners ?? {}) };
}

/**
 * What a check may know of the deployment that it runs in. Its services are those of the release it is about: before traffic
 * moves, the public address answers for another one.
 */
export function checkContext(site: Site, ground: Ground, workDirectory: string): CheckContext {
  const { world, project, environment, release, variables, deployment } = site;
  const addresses = publicAddresses(project, environment);
  const digest = release.parts.artifacts['tree'] ?? '';
  const hash = world.keyedHash();
  return {
    effects: site.effects,
    ...{
      project: project.name,
      environment: environment.name,
      workDirectory,
      services: ground.fresh,
      running: ground.running,
    },
    release: { id: release.id, revision: release.revision, version: release.version, digest },
    projectDirectory: project.directory,
    directory: world.artifacts.directoryOf(digest),
    variables: { ...site.values, ...serviceVariables(ground.fresh), GREENROOM_RUN: world.newId('run') },
    declaredVariables: variables.declared,
    variableSchema: environment.variableSchema,
    ports: Object.entries(addresses).map(([name, place]) => ({
      name,
      ...place,
      heldByUs: isOneOf(ground.listeners, place),
    })),
    databases: site.databases,
    migrations: declaredMigrations(project, site.databases),
    ownServers: ownServersOf(project, site.databases),
    refreshes: () => readRefreshes(world, project),
    verifiedBackups: () => readVerifiedBackups(world, project),
    caches: project.caches.map((cache) => {
      const disabled = cache.disabledIn.includes(environment.name);
      return { name: cache.name, disabled, url: disabled ? '' : variables.expand(cache.url) };
    }),
    deploymentBeganAt: deployment.createdAt,
    expand: (text) => variables.expand(text),
    hashedVariables: (name) => hashVariables(world, project, name, hash),
  };
}

const isOneOf = (listeners: Ground['listeners'], { host, port }: Ground['listeners'][number]): boolean =>
  listeners.some((each) => each.host === host && each.port === port);

function asServices(instances: readonly Instance[]): readonly ServiceInstance[] {
  return instances.map(({ service, host, port, log }) => ({
    name: service,
    url: `http://${host}:${port}`,
    host,
    port,
    log,
  }));
}

/** `BACKEND_URL` for every service, and `BASE_URL` for the first: what a test suite reads. */
function serviceVariables(services: readonly ServiceInstance[]): Record<string, string> {
  const [first] = services;
  return {
    ...Object.fromEntries(
      services.map((service) => [`${service.name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_URL`, service.url]),
    ),
    ...(first && { BASE_URL: first.url }),
  };
}
