import type { Colour } from '../kinds/driver.ts';

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

/** Name of HAProxy's variable with the time of the first bad answer of a backend; hyphens are not allowed in it. */
export const firstErrorVariable = (service: string, lane: Lane): string =>
  `proc.first_error_${service.replaceAll('-', '_')}_${lane}`;

/** The one value that says who gets the requests of every service, and by which epoch. Null: nobody. */
export interface Pointing {
  readonly epoch: number;
  readonly lane: Lane | null;
}

/** `7:green1`, or `8:nobody`: one entry of one map, so that a switch is one assignment and carries its epoch. */
export const pointingText = ({ epoch, lane }: Pointing): string => `${epoch}:${lane ?? 'nobody'}`;

/** Null for what Greenroom did not write. */
export function readPointing(text: string): Pointing | null {
  const [, epoch = '', name] = /^(\d{1,16}):(\w+)$/.exec(text) ?? [];
  const lane = allLanes.find((each) => each === name) ?? null;
  return epoch === '' || (lane === null && name !== 'nobody') ? null : { epoch: Number(epoch), lane };
}
