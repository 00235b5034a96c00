import { noMaintenance, type MaintenanceWish } from '../kinds/maintenance.ts';
import type { Beside, Gets } from '../kinds/traffic.ts';
import type { Caller } from './caller.ts';
import { emptyState, sameTarget, type EdgeState } from './edge-state.ts';
import { Lane, type Party } from './lane.ts';
import type { Session } from './session.ts';
import type { LaneLoad } from './traffic-count.ts';

interface BesideLane {
  readonly lane: Lane;
  readonly said: Beside;
}

/** Who gets the next request. A switch is one assignment, so no request sees half of it. */
export class Switchboard {
  readonly sessions = new Set<Session>();
  unserved = 0;
  /** A page for everybody, whoever is active beneath it. */
  wish: MaintenanceWish = noMaintenance;
  /** Answers tell clients to come back on another connection. */
  leaving = false;
  private state: EdgeState = emptyState;
  private inForce: { readonly active: Lane | null; readonly beside: BesideLane | null } = {
    active: null,
    beside: null,
  };
  private lanes: Lane[] = [];

  /** What makes a difference among callers now; null: nothing. */
  get gets(): Gets | null {
    return this.inForce.beside?.said.gets ?? null;
  }

  laneFor(caller: Caller): Lane | null {
    const { active, beside } = this.inForce;
    return beside && caller.isFor(beside.said.gets) ? beside.lane : active;
  }

  /** Returns what is in force afterwards, read from where requests are assigned. */
  point(state: EdgeState): EdgeState {
    if (state.epoch >= this.state.epoch && !sameTarget(state, this.state)) {
      const [active, beside] = partiesOf(state).map((party) => party && this.laneOf(party, state));
      this.moveTo({
        active: active ?? null,
        beside: beside && state.beside ? { lane: beside, said: state.beside } : null,
      });
      this.state = state;
    }
    return this.read();
  }

  /**
   * Another worker accepts on the public addresses. What still comes on connections of ours is passed to it, since only it
   * hears of switches; it also tells callers apart.
   */
  leave(publicAddresses: EdgeState['services']): void {
    this.leaving = true;
    // It hears no more of pages either, and its requests go to who does.
    this.wish = noMaintenance;
    const party = { colour: null, release: this.state.release, services: publicAddresses, place: 'serves' } as const;
    this.moveTo({ active: new Lane(party, this.state.epoch), beside: null });
    for (const session of this.sessions) session.closeForRestart();
  }

  load(): LaneLoad[] {
    return this.lanes.map((lane) => lane.load(lane === this.inForce.active));
  }

  closeSessions(colour: string): number {
    const ending = [...this.sessions].filter((session) => session.colour === colour);
    for (const session of ending) session.closeForRestart();
    return ending.length;
  }

  private moveTo(next: Switchboard['inForce']): void {
    const stay = [next.active, next.beside?.lane];
    const before = [this.inForce.active, this.inForce.beside?.lane];
    this.inForce = next;
    for (const lane of before) if (lane && !stay.includes(lane)) lane.retire();
    for (const lane of stay) if (lane && !this.lanes.includes(lane)) this.lanes.push(lane);
    this.forgetEmptyLanes();
  }

  /** One that keeps its place while the other colour comes, goes or gets more goes on, with its connections and counters. */
  private laneOf(party: Party, { epoch, beside }: EdgeState): Lane {
    if (!beside && !this.inForce.beside) return new Lane(party, epoch);
    const now = [this.inForce.active, this.inForce.beside?.lane].find((lane) => lane?.standsFor(party));
    if (now) now.epoch = epoch;
    return now ?? new Lane(party, epoch);
  }

  private read(): EdgeState {
    const { active, beside } = this.inForce;
    const { beside: _, ...state } = this.state;
    if (!active) return state;
    const { colour, release, services } = active.party;
    const told = { ...state, colour, release, services };
    return beside ? { ...told, beside: beside.said } : told;
  }

  /** The last lane of each colour stays for its counters. */
  private forgetEmptyLanes(): void {
    const last = new Map(this.lanes.map((lane) => [lane.party.colour, lane]));
    this.lanes = this.lanes.filter((lane) => lane.busy || last.get(lane.party.colour) === lane);
  }
}

function partiesOf({ colour, release, services, beside }: EdgeState): readonly (Party | null)[] {
  return [
    colour && { colour, release, services, place: 'serves' },
    beside
      ? { colour: beside.colour, release: beside.release, services: beside.services, place: beside.gets.kind }
      : null,
  ];
}
