import type { CheckContext, ServiceInstance } from './check.ts';

/** Where a check that names `service` or `url` asks; or why that cannot be told. */
export type Address =
  | { readonly status: 'known'; readonly name: string; readonly url: string }
  | { readonly status: 'unknown'; readonly reason: string; readonly cause: string; readonly next: string };

/** Error code of a connection that led to a public address of the environment. */
export const PUBLIC_ADDRESS = 'PUBLIC_ADDRESS';

interface Asked {
  readonly service?: string | undefined;
  readonly url?: string | undefined;
  readonly path: string;
}

/** `url` as it is; else `path` of the service named, or of the first one (BASE_URL) when none is named. */
export function addressOf(asked: Asked, context: CheckContext): Address {
  if (asked.url !== undefined) return outside(asked.url, asked.url, context);
  const service = serviceOf(asked.service, context.services);
  if (service) return { status: 'known', name: `${service.name} ${asked.path}`, url: joined(service.url, asked.path) };
  const base = context.variables['BASE_URL'];
  if (asked.service === undefined && base !== undefined) {
    return outside(asked.path, joined(base, asked.path), context);
  }
  return noSuchService(asked.service, context);
}

function outside(name: string, url: string, context: CheckContext): Address {
  const place = URL.parse(url);
  const port = Number(place?.port || (place?.protocol === 'https:' ? 443 : 80));
  return (place && otherRelease(place.hostname, port, context)) ?? { status: 'known', name, url };
}

/** Why nothing is measured at this environment's public address; null for any other place. */
export function otherRelease(
  host: string,
  port: number,
  context: CheckContext,
): Extract<Address, { status: 'unknown' }> | null {
  const found = context.ports.find(
    (place) => place.port === port && (place.host === host || (isHere(place.host) && isHere(host))),
  );
  if (!found) return null;
  return {
    status: 'unknown',
    reason: `${host}:${port} is the public address of "${found.name}" in ${context.environment}; until traffic moves another release answers there, not the one that is tested.`,
    cause: 'Checks run before traffic moves: what answers at the public address says nothing of the new release.',
    next: `Write  service: ${found.name}  to ask the new release; what to ask through the public address afterwards stands in "bake.probes".`,
  };
}

/** Why nothing was measured where the connection itself turned out to lead to a public address, by another name or a redirect. */
export const ledToOtherRelease = (name: string, context: CheckContext): Extract<Address, { status: 'unknown' }> => ({
  status: 'unknown',
  reason: `${name} leads to a public address of ${context.environment}; until traffic moves another release answers there, not the one that is tested.`,
  cause: 'The name, or a redirect of the new release, leads to the address where the release that serves answers.',
  next: 'Ask the new release itself with  service:  and judge a redirect by its status and its "location" header; what to ask through the public address afterwards stands in "bake.probes".',
});

/** Names of this machine, as far as an address may spell it; what listens everywhere listens there too. */
const isHere = (host: string): boolean => /^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[?::1?\]?)$/i.test(host);

export const serviceOf = (
  name: string | undefined,
  services: readonly ServiceInstance[],
): ServiceInstance | undefined =>
  name === undefined ? services[0] : services.find((service) => service.name === name);

export function noSuchService(
  name: string | undefined,
  context: CheckContext,
): Extract<Address, { status: 'unknown' }> {
  const there = context.services.map((service) => service.name).join(', ') || 'none';
  return {
    status: 'unknown',
    reason: `There is no running service${name === undefined ? '' : ` "${name}"`} in ${context.environment}; running: ${there}.`,
    ...(context.services.length === 0
      ? {
          cause:
            'No service of the release runs: they have not been started yet, or have ended since they were proven.',
          next: 'Read the logs of the services for an exit; a check that needs them belongs into a phase after they start.',
        }
      : {
          cause: 'Service discovery: the check asks before this service has started, or names one that does not exist.',
          next: 'Put the check into a phase after the services start, or correct the name of the service.',
        }),
  };
}

const joined = (base: string, path: string): string =>
  base.replace(/\/$/, '') + (path.startsWith('/') ? path : `/${path}`);
