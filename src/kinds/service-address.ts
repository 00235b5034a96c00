import type { CheckContext, ServiceInstance } from './check.ts';

/** Where a check that names `service` or `url` asks; or why that cannot be told. */
export type Address =
  | { readonly status: 'known'; readonly name: string; readonly url: string }
  | { readonly status: 'unknown'; readonly reason: string; readonly cause: string; readonly next: string };

interface Asked {
  readonly service?: string | undefined;
  readonly url?: string | undefined;
  readonly path: string;
}

/** `url` as it is; else `path` of the service named, or of the first one (BASE_URL) when none is named. */
export function addressOf(asked: Asked, context: CheckContext): Address {
  if (asked.url !== undefined) return { status: 'known', name: asked.url, url: asked.url };
  const service = serviceOf(asked.service, context.services);
  if (service) return { status: 'known', name: `${service.name} ${asked.path}`, url: joined(service.url, asked.path) };
  const base = context.variables['BASE_URL'];
  if (asked.service === undefined && base !== undefined) {
    return { status: 'known', name: asked.path, url: joined(base, asked.path) };
  }
  return noSuchService(asked.service, context);
}

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
    cause: 'Service discovery: the check asks before the services have started, or names one that does not exist.',
    next: 'Put the check into a phase after the services start, or correct the name of the service.',
  };
}

const joined = (base: string, path: string): string =>
  base.replace(/\/$/, '') + (path.startsWith('/') ? path : `/${path}`);
