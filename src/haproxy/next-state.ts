import type { Colour } from '../kinds/driver.ts';
import type { TrafficTarget } from '../kinds/traffic.ts';
import { countedIn, countNow } from './counted.ts';
import type { Lane } from './lanes.ts';
import { chooseLane, type LaneNote, placeOf, pointed, type ProxyState } from './proxy-state.ts';
import type { RunningProxy } from './proxies.ts';
import { resolveHosts } from './resolve-hosts.ts';

interface Party {
  readonly colour: Colour;
  readonly release: string | null;
  readonly services: TrafficTarget['services'];
}

/** The state after a target. Every proxy serves a colour by the same lane, one that has no requests in any of them. */
export async function nextState(
  state: ProxyState,
  target: TrafficTarget,
  running: readonly RunningProxy[],
): Promise<ProxyState> {
  const { colour, release, services, beside } = target;
  const pointedAt = Date.now();
  if (colour === null) return pointed(state, target, { pointedAt, serves: null, beside: null });
  const looks = await countNow(running);
  const held = running.flatMap(({ standing: { pointing } }) => [pointing?.lane, pointing?.beside?.lane]);
  const busy = (lane: Lane): number =>
    looks.reduce((sum, { lanes }) => sum + lanes.get(lane)!.httpInFlight + lanes.get(lane)!.webSockets, 0);
  const note = async (party: Party, place: ReturnType<typeof placeOf>): Promise<LaneNote> => {
    const addresses = await resolveHosts(party.services);
    const lane = chooseLane(state, { ...party, addresses }, held, busy);
    const record = state.lanes[lane];
    // A lane in use is only chosen for the release and the addresses that it has: it goes on while the other colour comes, goes or gets more.
    if (record && (beside || state.beside) && placeOf(state, lane) === place)
      return { lane, addresses, counted: { ...record.counted, at: record.counted.at ?? record.pointedAt } };
    return { lane, addresses, counted: countedIn(looks, lane) };
  };
  return pointed(state, target, {
    pointedAt,
    serves: await note({ colour, release, services }, 'serves'),
    beside: beside ? await note(beside, beside.gets.kind) : null,
  });
}
