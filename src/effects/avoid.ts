import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Place } from '../kinds/effects.ts';
import { PUBLIC_ADDRESS } from '../kinds/service-address.ts';

/** Told of a connection once it stands, before a byte is sent; null when it leads to none of the places to avoid. */
export type Gate = (socket: Socket) => Error | null;

/**
 * Holds a connection against places that must not answer, by the address it really leads to, however that was spelled: a name,
 * an IPv4 address inside an IPv6 one, a redirect. What listens everywhere listens at every address of this machine. A place
 * whose name cannot be looked up counts as everywhere: what cannot be told apart is not asked.
 */
export async function gateOf(places: readonly Place[] = []): Promise<Gate> {
  const avoided = await Promise.all(
    places.map(async ({ host, port }) => ({ port, addresses: await addressesOf(unbracketed(host)) })),
  );
  return ({ remoteAddress, remotePort }) => {
    const found = avoided.some(
      ({ port, addresses }) =>
        port === remotePort && (addresses === null || remoteAddress === undefined || holds(addresses, remoteAddress)),
    );
    if (!found) return null;
    return Object.assign(new Error('it leads to the public address of the environment'), { code: PUBLIC_ADDRESS });
  };
}

/** Null when the name cannot be looked up. */
async function addressesOf(host: string): Promise<readonly string[] | null> {
  try {
    const found = (await lookup(host, { all: true })).map(({ address }) => address);
    return found.some((address) => holds(['0.0.0.0', '::'], address)) ? [...found, ...ownAddresses()] : found;
  } catch {
    return null;
  }
}

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));

/** An IPv4 address inside an IPv6 one is the same address. */
function holds(addresses: readonly string[], wanted: string): boolean {
  const list = new BlockList();
  for (const address of addresses) list.addAddress(zoneless(address), familyOf(address));
  // All of 127/8 is this machine: what listens everywhere answers there too.
  if (addresses.includes('0.0.0.0') || addresses.includes('::')) list.addSubnet('127.0.0.0', 8);
  return list.check(zoneless(wanted), familyOf(wanted));
}

const zoneless = (address: string): string => address.replace(/%.*$/, '');
const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(zoneless(address)) === 4 ? 'ipv4' : 'ipv6');
const unbracketed = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');
