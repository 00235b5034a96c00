import { besideFault, sameBeside, sameServices } from '../kinds/beside.ts';
import type { TrafficTarget } from '../kinds/traffic.ts';

/**
 * What the edge remembers across every crash: the newest pointing, and with it the highest epoch it has seen.
 *
 *   nothing (epoch 0, no colour) ── point(epoch ≥ highest) ──▶ blue ◀── point ──▶ green
 *                                          └─ point(colour null) ──▶ nobody serves, requests get 503
 */
export interface EdgeState extends TrafficTarget {
  /** When the newest pointing was accepted, milliseconds since 1970. */
  readonly pointedAt: number;
  /** What each colour last stood for. */
  readonly colours: Readonly<
    Record<string, { readonly release: string | null; readonly services: TrafficTarget['services'] }>
  >;
}

export const emptyState: EdgeState = { epoch: 0, colour: null, release: null, services: {}, pointedAt: 0, colours: {} };

/** What `edge.json` says. */
export interface EdgeConfig {
  /** Public listeners, one for each service. */
  readonly services: TrafficTarget['services'];
  /** Peers whose X-Forwarded-* and Forwarded headers are believed; those of all others are replaced. */
  readonly trustedProxies: readonly string[];
}

/** What `run.json` says of the running edge; readable by its owner only. */
export interface EdgeRun {
  readonly pid: number;
  readonly startedTicks: string;
  readonly controlPort: number;
  readonly token: string;
  readonly upSinceAt: number;
  readonly services: TrafficTarget['services'];
}

export type PointJudgement =
  | { readonly status: 'apply'; readonly next: EdgeState }
  | { readonly status: 'same' }
  | { readonly status: 'stale' }
  | { readonly status: 'conflict' }
  | { readonly status: 'services'; readonly missing: readonly string[]; readonly unknown: readonly string[] }
  | { readonly status: 'beside'; readonly reason: string };

/** The fence: an older epoch never moves traffic, and one epoch never means two targets. */
export function judgePoint(
  state: EdgeState,
  target: TrafficTarget,
  serviceNames: readonly string[],
  nowAt: number,
): PointJudgement {
  if (target.epoch < state.epoch) return { status: 'stale' };
  const missing = target.colour === null ? [] : serviceNames.filter((name) => !target.services[name]);
  const unknown = Object.keys(target.services).filter((name) => !serviceNames.includes(name));
  if (missing.length > 0 || unknown.length > 0) return { status: 'services', missing, unknown };
  const fault = besideFault(target, serviceNames);
  if (fault !== null) return { status: 'beside', reason: fault };
  if (target.epoch === state.epoch && state.pointedAt > 0) {
    return { status: sameTarget(state, target) ? 'same' : 'conflict' };
  }
  const { epoch, colour, release, services, beside } = target;
  const colours = {
    ...state.colours,
    ...(colour && { [colour]: { release, services } }),
    ...(beside && { [beside.colour]: { release: beside.release, services: beside.services } }),
  };
  const next = { epoch, colour, release, services, pointedAt: nowAt, colours };
  return { status: 'apply', next: beside ? { ...next, beside } : next };
}

export function sameTarget(a: TrafficTarget, b: TrafficTarget): boolean {
  if (a.epoch !== b.epoch || a.colour !== b.colour || a.release !== b.release) return false;
  return sameServices(a.services, b.services) && sameBeside(a.beside, b.beside);
}
