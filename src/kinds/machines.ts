import { fail } from '../domain/failure.ts';
import type { Place, TrafficTarget } from './traffic.ts';

/** Where something runs, and nothing else of it. */
export const placeOf = ({ host, port, also, standby }: Place): Place => ({
  ...{ host, port },
  ...(also && { also }),
  ...(standby && { standby }),
});

/** Those that have a copy first. */
export const hostsOf = ({ host, also = [], standby = [] }: Place): readonly string[] => [host, ...also, ...standby];

/** Whether requests can come to the same machines and port; a copy that moved from one of them to another changes nothing. */
export function samePlace(a: Place | undefined, b: Place | undefined): boolean {
  if (!a || !b || a.port !== b.port) return a === b;
  const [mine, theirs] = [new Set(hostsOf(a)), new Set(hostsOf(b))];
  return mine.size === theirs.size && [...mine].every((host) => theirs.has(host));
}

/** Throws GR7459 for a service on more machines than the proxy has room for. */
export function expectRoom(machines: number, { services, beside }: Pick<TrafficTarget, 'services' | 'beside'>): void {
  const places = [...Object.entries(services), ...Object.entries(beside?.services ?? {})];
  const wide = places.find(([, place]) => hostsOf(place).length > machines);
  if (!wide) return;
  const [service, place] = wide;
  const hosts = hostsOf(place);
  fail({
    code: 'GR7459',
    message: `"${service}" can be on ${hosts.length} machines (${hosts.join(', ')}), and its proxy sends to ${machines}.`,
    where: 'environments.<name>.traffic',
    do: `Say "traffic: { kind: haproxy, machines: ${hosts.length} }", or drain nodes of the swarm that shall not have it; "greenroom stop" and deploy start the proxy anew.`,
  });
}
