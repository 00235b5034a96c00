import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { fail } from '../domain/failure.ts';
import type { Addresses } from './proxy-state.ts';

/** HAProxy's servers are moved to numbers, never to names; nothing there may hang on who answers for a name later. Throws GR7410 for a name that nobody knows. */
export async function resolveHosts(services: Addresses): Promise<Addresses> {
  const entries = await Promise.all(
    Object.entries(services).map(async ([name, { host, port, also, standby }]) => {
      const numbers = (hosts: readonly string[]) => Promise.all(hosts.map((each) => numberOf(name, each)));
      const others = {
        ...(also && { also: await numbers(also) }),
        ...(standby && { standby: await numbers(standby) }),
      };
      return [name, { host: await numberOf(name, host), port, ...others }];
    }),
  );
  return Object.fromEntries(entries) as Addresses;
}

async function numberOf(service: string, host: string): Promise<string> {
  if (isIP(host)) return host;
  // As the embedded edge does; on some machines the name stands for ::1 first.
  if (host === 'localhost') return '127.0.0.1';
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch {
    return fail({
      code: 'GR7410',
      message: `The host "${host}" of "${service}" is not known.`,
      where: `services.${service}`,
      do: 'Name a host that this machine can look up, or its address.',
    });
  }
}
