import type { Colour } from '../kinds/driver.ts';
import type { Gets } from '../kinds/traffic.ts';

/**
 * A place of a colour in HAProxy's configuration: for each service one backend, `<service>.<lane>`. A colour has several, since
 * the addresses of one that still has requests are not changed: a connection that comes back to its pool afterwards would
 * carry new requests to the old address.
 */
export type Lane = `${Colour}${1 | 2 | 3}`;

export const allLanes: readonly Lane[] = ['blue1', 'blue2', 'blue3', 'green1', 'green2', 'green3'];

export const lanesOf = (colour: Colour): readonly Lane[] => allLanes.filter((lane) => colourOf(lane) === colour);

export const colourOf = (lane: Lane): Colour => lane.slice(0, -1) as Colour;

export const backendOf = (service: string, lane: Lane): string => `${service}.${lane}`;

/**
 * Servers of a backend, all of them the same address. Which one a request takes depends on what it is:
 * - `app`: may be sent again, so it may go out on a connection that was used before;
 * - `once`: may not, so it always gets a fresh connection, which no server can have closed meanwhile;
 * - `session`: asks for a WebSocket; counted apart from requests.
 */
export const serverNames = ['app', 'once', 'session'] as const;
export type ServerName = (typeof serverNames)[number];

/**
 * Backends of a lane. Where a service may be on several machines, each kind of server has a backend of its own, so that what is sent to
 * another machine after a vain try stays what it is.
 */
export const backendsOf = (service: string, lane: Lane, machines: number): readonly string[] =>
  machines === 1
    ? [backendOf(service, lane)]
    : serverNames.map((name) => spreadBackend(backendOf(service, lane), name));

const spreadBackend = (backend: string, name: ServerName): string => (name === 'app' ? backend : `${backend}.${name}`);

/** The servers of a kind, one for each machine: `web.blue1/once`, or `web.blue1.once/on1` and `web.blue1.once/on2`. */
export const serversOf = (service: string, lane: Lane, name: ServerName, machines: number): readonly string[] => {
  const backend = backendOf(service, lane);
  if (machines === 1) return [`${backend}/${name}`];
  return Array.from({ length: machines }, (_, index) => `${spreadBackend(backend, name)}/on${index + 1}`);
};

/** Name of HAProxy's variable with the time of the first bad answer of a backend; hyphens are not allowed in it. */
export const firstErrorVariable = (service: string, lane: Lane): string =>
  `proc.first_error_${service.replaceAll('-', '_')}_${lane}`;

/** The one value that says who gets the requests of every service, and by which epoch. Null: nobody. */
export interface Pointing {
  readonly epoch: number;
  readonly lane: Lane | null;
  readonly beside?: BesidePointing | undefined;
}

interface BesidePointing {
  readonly lane: Lane;
  readonly gets: Gets;
}

/**
 * `7:green1`, `8:nobody`, `9:green1:preview:blue1:<secret>`, `10:green1:share:blue1:25`: one entry of one map, so that a switch is one
 * assignment and carries its epoch.
 */
export const pointingText = ({ epoch, lane, beside }: Pointing): string =>
  [epoch, lane ?? 'nobody', ...(beside ? [beside.gets.kind, beside.lane, valueOf(beside.gets)] : [])].join(':');

const valueOf = (gets: Gets): string => (gets.kind === 'preview' ? gets.secret : String(gets.percent));

/** Null for what Greenroom did not write. */
export function readPointing(text: string): Pointing | null {
  const [, epoch = '', name, kind, other, value = ''] =
    /^(\d{1,16}):(\w+)(?::(preview|share):(\w+):([\w-]+))?$/.exec(text) ?? [];
  const lane = laneNamed(name);
  if (epoch === '' || (lane === null && name !== 'nobody')) return null;
  if (kind === undefined) return { epoch: Number(epoch), lane };
  const beside = laneNamed(other);
  const isShare = kind === 'share';
  if (lane === null || beside === null || (isShare && !/^[1-9]\d?$/.test(value))) return null;
  const gets: Gets = isShare ? { kind: 'share', percent: Number(value) } : { kind: 'preview', secret: value };
  return { epoch: Number(epoch), lane, beside: { lane: beside, gets } };
}

const laneNamed = (name: string | undefined): Lane | null => allLanes.find((each) => each === name) ?? null;

/** A map's entry as people may see it. */
export const withoutSecret = (text: string): string => text.replace(/(:preview:\w+:).*/, '$1***');
