import type { MaintenanceWish } from '../kinds/maintenance.ts';
import type { EdgeState } from './edge-state.ts';
import type { LaneLoad } from './traffic-count.ts';

/** Watchdog to worker. `listen` carries the listening handle of its service. */
export type ToWorker =
  | { readonly kind: 'listen'; readonly service: string }
  /** The edge is up: from here on a worker that loses its watchdog starts another. */
  | { readonly kind: 'settled' }
  | { readonly kind: 'point'; readonly id: number; readonly state: EdgeState }
  | { readonly kind: 'maintain'; readonly id: number; readonly wish: MaintenanceWish }
  | { readonly kind: 'load'; readonly id: number }
  | { readonly kind: 'close-sessions'; readonly id: number; readonly colour: string };

/** Worker to watchdog. */
export type FromWorker =
  | { readonly kind: 'up' }
  | { readonly kind: 'listening'; readonly service: string }
  | { readonly kind: 'listen-failed'; readonly service: string; readonly errno: string }
  | { readonly kind: 'pointed'; readonly id: number; readonly state: EdgeState }
  | { readonly kind: 'maintained'; readonly id: number; readonly epoch: number }
  | { readonly kind: 'loaded'; readonly id: number; readonly load: WorkerLoad }
  | { readonly kind: 'sessions-closed'; readonly id: number; readonly sessions: number };

export interface WorkerLoad {
  readonly workerPid: number;
  /** Counters began at zero here: a later value than the caller knows means a restarted worker, not a quiet one. */
  readonly countersSinceAt: number;
  /** Requests answered 503 because no colour was active. */
  readonly unserved: number;
  readonly lanes: readonly LaneLoad[];
}

/** From a watchdog that was started by an orphaned worker: it accepts now, on the same listeners. */
export interface TookOver {
  readonly kind: 'took-over';
}
