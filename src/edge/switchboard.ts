import { noMaintenance, type MaintenanceWish } from '../kinds/maintenance.ts';
import { emptyState, sameTarget, type EdgeState } from './edge-state.ts';
import { Lane } from './lane.ts';
import type { Session } from './session.ts';
import type { LaneLoad } from './traffic-count.ts';

/** Who gets the next request. A switch is one assignment, so no request sees half of it. */
export class Switchboard {
  active: Lane | null = null;
  readonly sessions = new Set<Session>();
  unserved = 0;
  /** A page for everybody, whoever is active beneath it. */
  wish: MaintenanceWish = noMaintenance;
  /** Answers tell clients to come back on another connection. */
  leaving = false;
  private state: EdgeState = emptyState;
  private lanes: Lane[] = [];

  /** Returns what is in force afterwards, read from where requests are assigned. */
  point(state: EdgeState): EdgeState {
    if (state.epoch >= this.state.epoch && !sameTarget(state, this.state)) {
      const before = this.active;
      this.active = state.colour === null ? null : new Lane(state);
      this.state = state;
      before?.retire();
      this.forgetEmptyLanes();
      if (this.active) this.lanes.push(this.active);
    }
    return this.active?.state ?? this.state;
  }

  /**
   * Another worker accepts on the public addresses. What still comes on connections of ours is passed to it, since only it
   * hears of switches.
   */
  leave(publicAddresses: EdgeState['services']): void {
    this.leaving = true;
    // It hears no more of pages either, and its requests go to who does.
    this.wish = noMaintenance;
    this.active?.retire();
    this.active = new Lane({ ...this.state, colour: null, services: publicAddresses });
    for (const session of this.sessions) session.closeForRestart();
  }

  load(): LaneLoad[] {
    return this.lanes.map((lane) => lane.load(lane === this.active));
  }

  closeSessions(colour: string): number {
    const ending = [...this.sessions].filter((session) => session.colour === colour);
    for (const session of ending) session.closeForRestart();
    return ending.length;
  }

  /** The last lane of each colour stays for its counters. */
  private forgetEmptyLanes(): void {
    const last = new Map(this.lanes.map((lane) => [lane.state.colour, lane]));
    this.lanes = this.lanes.filter((lane) => lane.busy || last.get(lane.state.colour) === lane);
  }
}
