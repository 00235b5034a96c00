import { sameServices } from '../kinds/beside.ts';
import type { Colour } from '../kinds/driver.ts';
import type { TrafficTarget } from '../kinds/traffic.ts';
import { TrafficCount, type LaneLoad } from './traffic-count.ts';
import { UpstreamPool } from './upstream-pool.ts';

/** Whom a lane stands for, and which requests it gets: all that are not for another, those of a preview, a share. */
export interface Party {
  /** Null: another worker of the edge. */
  readonly colour: Colour | null;
  readonly release: string | null;
  readonly services: TrafficTarget['services'];
  readonly place: 'serves' | 'preview' | 'share';
}

/** The place of one release: where its requests go and how they fared. Requests stay with the lane they were assigned to. */
export class Lane {
  readonly party: Party;
  /** Of the newest pointing that it was part of. */
  epoch: number;
  readonly count = new TrafficCount();
  private readonly pools = new Map<string, UpstreamPool>();

  constructor(party: Party, epoch: number) {
    this.party = party;
    this.epoch = epoch;
    for (const [name, { host, port }] of Object.entries(party.services))
      this.pools.set(name, new UpstreamPool(host, port));
  }

  pool(service: string): UpstreamPool | null {
    return this.pools.get(service) ?? null;
  }

  retire(): void {
    for (const pool of this.pools.values()) pool.retire();
  }

  standsFor({ colour, release, services, place }: Party): boolean {
    const mine = this.party;
    return (
      mine.colour === colour &&
      mine.release === release &&
      mine.place === place &&
      sameServices(mine.services, services)
    );
  }

  get busy(): boolean {
    return this.count.httpInFlight > 0 || this.count.webSockets > 0;
  }

  load(active: boolean): LaneLoad {
    const { colour, release } = this.party;
    return { epoch: this.epoch, colour: colour ?? 'none', release, active, ...this.count.told() };
  }
}
