import { lookAtLanes } from './apply-pointing.ts';
import { writeState } from './keep-state.ts';
import type { Lane } from './lanes.ts';
import type { LaneRecord, ProxyState } from './proxy-state.ts';
import type { RunningProxy } from './proxies.ts';
import { type LaneLook, noCounts } from './statistics.ts';
import { mainProxy } from './proxy-name.ts';

type Counted = LaneRecord['counted'];
type Looks = readonly { readonly proxy: RunningProxy; readonly lanes: ReadonlyMap<Lane, LaneLook> }[];

export const countNow = (running: readonly RunningProxy[]): Promise<Looks> =>
  Promise.all(
    running.map(async (proxy) => ({
      proxy,
      lanes: await lookAtLanes(proxy.directory, Object.keys(proxy.services), proxy.standing.machines),
    })),
  );

/** Where the counters of a lane stand in each of the proxies. */
export function countedIn(looks: Looks, lane: Lane): Counted {
  const counted = ({ proxy, lanes }: Looks[number]) => {
    const { ended, status5xx, transportErrors, givenUp } = lanes.get(lane)!;
    return { by: proxy.standing.name, counts: { ended, status5xx, transportErrors, givenUp } };
  };
  const others = looks.filter(({ proxy }) => proxy.name !== mainProxy);
  return {
    ...counted(looks.find(({ proxy }) => proxy.name === mainProxy)!),
    ...(others.length > 0 && { others: Object.fromEntries(others.map((each) => [each.proxy.name, counted(each)])) }),
  };
}

/** Where the counters of one proxy stood; one that is not on record has counted since its start. */
export const countedOf = ({ counted }: LaneRecord, name: string): Pick<Counted, 'by' | 'counts'> =>
  name === mainProxy ? counted : (counted.others?.[name] ?? { by: null, counts: noCounts });

const lanesInForce = ({ lane, beside }: ProxyState): readonly Lane[] =>
  [lane, beside?.lane].filter((each) => each !== null && each !== undefined);

/**
 * Whether one of several has begun to count again. The sum of an old count and a new one is of no time at all: to whoever adds up what was
 * counted since the last look, the old one would come in twice.
 */
export const hasLostCount = (running: readonly RunningProxy[], state: ProxyState): boolean =>
  running.length > 1 &&
  lanesInForce(state).some((lane) =>
    running.some(({ name, standing }) => countedOf(state.lanes[lane]!, name).by !== standing.name),
  );

/** All of them begin again together. To be called under the lock. */
export async function countAnew(directory: string, running: readonly RunningProxy[], state: ProxyState): Promise<void> {
  const looks = await countNow(running);
  const at = Date.now();
  const lanes = { ...state.lanes };
  for (const lane of lanesInForce(state)) lanes[lane] = { ...lanes[lane]!, counted: { ...countedIn(looks, lane), at } };
  await writeState(directory, { ...state, lanes });
}
