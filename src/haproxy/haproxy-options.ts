import type { Addresses } from './proxy-state.ts';

export interface HaproxyOptions {
  /** Holds `haproxy-state.json`, `haproxy.cfg`, `target.map`, the sockets and `haproxy.log`; made when it is first brought up. */
  readonly stateDirectory: string;
  /** Public address of each service. */
  readonly services: Addresses;
  /** HAProxys beside the one at these addresses, each at addresses of its own. All of them serve the same. */
  readonly more?: readonly OtherProxy[];
  /** A name to be found on PATH or in /usr/sbin, or a path. */
  readonly program: string;
  readonly machine: HaproxyMachine;
  readonly reach?: Reach | undefined;
}

/** On how many machines a service may be at once, and what each of them is asked to know whether it is there. Absent: on one, which is not asked. */
export interface Reach {
  readonly machines: number;
  /** Path that is answered with less than 500. */
  readonly check: string;
}

export interface OtherProxy {
  /** Also that of its folder, below `proxies/`. */
  readonly name: string;
  readonly services: Addresses;
}

/** What other rooms know of this machine, handed in. */
export interface HaproxyMachine {
  /** Alone among all processes until `act` ends or this process dies. */
  lock<T>(path: string, signal: AbortSignal, act: () => Promise<T>): Promise<T>;
  /** Who listens on a port, for people; null when it cannot be seen. */
  portOwner(port: number): Promise<string | null>;
}
