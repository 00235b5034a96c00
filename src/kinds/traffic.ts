import type { z } from 'zod';
import type { Json } from '../domain/json.ts';
import type { Colour } from './driver.ts';
import type { MaintenancePage, MaintenanceWish } from './maintenance.ts';

/** Who gets the requests. All services of an environment switch as one step. */
export interface Traffic<Config = Json> {
  readonly kind: string;
  readonly summary: string;
  readonly schema: z.ZodType<Config>;
  open(place: TrafficPlace, config: Config): TrafficHandle;
}

export interface TrafficPlace {
  readonly project: string;
  readonly environment: string;
  readonly stateDirectory: string;
  /** Public address of each service. */
  readonly services: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
}

export interface TrafficHandle {
  /** Brings the proxy up with what it last pointed to; does nothing when it runs. */
  ensure(): Promise<void>;
  /** Public address of each service on which the proxy really listens, whatever place it was opened for. Null when it is down. */
  listeners(): Promise<TrafficPlace['services'] | null>;
  /** Public addresses of the proxies beside the one that it was opened for, as they are asked for. They serve the same. */
  others(): readonly TrafficPlace['services'][];
  /** Names of those that do not run, where there are several. Absent where there is only ever one. */
  down?(): Promise<readonly string[]>;
  /** Observed truth: what gets new requests now. Null when the proxy is down. */
  current(): Promise<TrafficState | null>;
  /**
   * Does for a target everything that moves no request, so that `point` to the same one has only the switch left. Nobody has to ask for it.
   * What stands in the way of the target is thrown here as `point` throws it.
   */
  prepare(target: TrafficTarget): Promise<void>;
  /**
   * Persists, applies, reads back. Throws `GR7409` for an epoch below the highest seen, `GR7410` for what is no target. The same target
   * again changes nothing.
   */
  point(target: TrafficTarget): Promise<TrafficState>;
  load(): Promise<readonly ColourLoad[]>;
  /** Ends the WebSockets of a colour, with 1012 where the proxy speaks their language, so that clients come back to the other. */
  closeSessions(colour: Colour, epoch: number): Promise<void>;
  /** Answers every request with a page, with 503, or no more; persists, applies, reads back. Throws `GR7409` for an epoch below the highest wish seen. */
  maintain(wish: MaintenanceWish): Promise<void>;
  /** Observed truth: the page that requests get now. Null when there is none, or the proxy is down. */
  maintenance(): Promise<MaintenancePage | null>;
  /** Takes the proxy down for good. */
  stop(): Promise<void>;
}

export interface TrafficTarget {
  readonly epoch: number;
  /** Null: nobody serves; requests get 503. */
  readonly colour: Colour | null;
  readonly release: string | null;
  readonly services: Readonly<Record<string, Place>>;
  /** The other colour, for some of the requests. It is part of the target: the next one that does not name it ends it. Absent: for none. */
  readonly beside?: Beside | undefined;
}

/** Where a service of a colour is reached: on one machine, or on several at the same port. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** Other machines that have a copy of it. */
  readonly also?: readonly string[] | undefined;
  /** Machines to which the platform may move a copy by itself. They get requests as soon as one answers there. */
  readonly standby?: readonly string[] | undefined;
}

export interface Beside {
  readonly colour: Colour;
  readonly release: string | null;
  readonly services: TrafficTarget['services'];
  readonly gets: Gets;
}

/** Which requests go to the colour beside. All others go to the one that serves. */
export type Gets =
  /** Those that carry this value in the header or the cookie of a preview, see `beside.ts`. The value is 32 to 128 of A-Z a-z 0-9 _ and -. */
  | { readonly kind: 'preview'; readonly secret: string }
  /** This many of 100 clients that keep a cookie, and of 100 requests of those that do not; 1 to 99. */
  | { readonly kind: 'share'; readonly percent: number };

/** What is so, in the words of a target. */
export type TrafficState = TrafficTarget;

export interface ColourLoad {
  readonly colour: Colour;
  readonly httpInFlight: number;
  readonly webSockets: number;
  /**
   * Since `countedSinceAt`: since the colour was pointed to. It goes on where a target leaves its release, its addresses and its place (it
   * serves, is previewed, has a share) as they were, and the other colour comes beside it, gets more, or goes.
   */
  readonly requests: number;
  readonly status5xx: number;
  readonly transportErrors: number;
  /** By callers who waited for an answer and had none. */
  readonly givenUp: number;
  readonly countedSinceAt: number;
  /**
   * Requests that were asked whole, or as far as they are taken, and have no answer yet: how many of them have waited for longer than each of
   * `waitStepsMs`. Null: the proxy cannot tell.
   */
  readonly unanswered: readonly number[] | null;
  /** How long the slowest answer took to begin; 0: there was none. A proxy may also count answers of earlier releases, and the time of an upload. */
  readonly slowestAnswerMs: number;
  /** When the first of the 5xx answers and transport errors was given; null when there were none, or the proxy cannot tell. */
  readonly firstErrorAt: number | null;
}
