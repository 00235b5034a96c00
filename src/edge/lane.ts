import type { EdgeState } from './edge-state.ts';
import { TrafficCount, type LaneLoad } from './traffic-count.ts';
import { UpstreamPool } from './upstream-pool.ts';

/** One pointing: where its requests go and how they fared. Requests stay with the lane they were assigned to. */
export class Lane {
  readonly state: EdgeState;
  readonly count = new TrafficCount();
  private readonly pools = new Map<string, UpstreamPool>();

  constructor(state: EdgeState) {
    this.state = state;
    for (const [name, { host, port }] of Object.entries(state.services))
      this.pools.set(name, new UpstreamPool(host, port));
  }

  pool(service: string): UpstreamPool | null {
    return this.pools.get(service) ?? null;
  }

  retire(): void {
    for (const pool of this.pools.values()) pool.retire();
  }

  get busy(): boolean {
    return this.count.httpInFlight > 0 || this.count.webSockets > 0;
  }

  load(active: boolean): LaneLoad {
    const { epoch, colour, release } = this.state;
    const { ...counters } = this.count;
    return { epoch, colour: colour ?? 'none', release, active, ...counters };
  }
}
