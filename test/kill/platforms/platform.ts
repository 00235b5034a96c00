import type { Tool } from '../../rig/tools.ts';
import type { Lab } from '../lab.ts';
import type { SeenService } from '../oracle.ts';
import type { Toll } from './toll.ts';

/** Where the kill loop's services run, and who moves its traffic: a driver and a proxy, seen from outside of both. */
export interface Platform {
  /** Name of the project, where others would meet one of the same name. */
  readonly project?: string;
  /** What staging says in greenroom.yaml beside the fixture's own. */
  readonly staging: { readonly driver: object; readonly traffic?: object };
  /** Public ports of HAProxys beside the one at the environment's addresses, by name. */
  readonly proxies?: Readonly<Record<string, readonly number[]>>;
  /** What Greenroom finds in its environment. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Where its acts can be told from outside. */
  readonly toll?: Toll;
  /** What runs in staging, as the system itself tells it; otherwise by the marks in /proc. */
  readonly running?: () => readonly SeenService[];
  /** How often a service of staging was started so far; otherwise by the lines that services leave. */
  readonly starts?: () => number;
  /** What a deployment that is over must not leave behind, in words. */
  readonly leftovers?: () => readonly string[];
  /** A second copy of a service that runs, as a doubled start would leave it; answers how it is taken away. */
  readonly double?: () => Promise<() => void>;
  /** Ends services that run, so that users are refused; otherwise by the marks in /proc. */
  readonly endServices?: () => void;
  close?(): Promise<void>;
}

export interface PlatformKind {
  /** Tools of the machine without which it cannot be tried. */
  readonly needs: readonly Tool[];
  open(lab: Lab): Promise<Platform>;
}
