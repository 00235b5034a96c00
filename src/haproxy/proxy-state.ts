import { z } from 'zod';
import type { Colour } from '../kinds/driver.ts';
import type { TrafficTarget } from '../kinds/traffic.ts';
import { allLanes, colourOf, type Lane, lanesOf } from './lanes.ts';

const addressSchema = z.object({ host: z.string().min(1), port: z.int().min(1).max(65_535) });
const servicesSchema = z.record(z.string(), addressSchema).readonly();
export type Addresses = z.infer<typeof servicesSchema>;

const countsSchema = z.object({ ended: z.number(), status5xx: z.number(), transportErrors: z.number() });

const laneSchema = z.object({
  epoch: z.int(),
  release: z.string().nullable(),
  /** As the target named them. */
  services: servicesSchema,
  /** The same with names resolved, as HAProxy has them. */
  addresses: servicesSchema,
  pointedAt: z.number(),
  /** What HAProxy's counters said when the lane was pointed to, and which process said it. */
  counted: z.object({ by: z.string().nullable(), counts: countsSchema }),
});

/** What is remembered across every crash: the newest pointing, with it the highest epoch, and what every lane stands for. */
export const stateSchema = z.object({
  epoch: z.int(),
  colour: z.enum(['blue', 'green']).nullable(),
  release: z.string().nullable(),
  services: servicesSchema,
  lane: z.enum(allLanes).nullable(),
  pointedAt: z.number(),
  lanes: z.partialRecord(z.enum(allLanes), laneSchema),
});

export type ProxyState = Readonly<z.infer<typeof stateSchema>>;
export type LaneRecord = Readonly<z.infer<typeof laneSchema>>;
export type Counts = Readonly<z.infer<typeof countsSchema>>;

export const emptyState: ProxyState = {
  ...{ epoch: 0, colour: null, release: null, services: {}, lane: null, pointedAt: 0, lanes: {} },
};

export type PointJudgement =
  | { readonly status: 'apply' | 'same' | 'stale' | 'conflict' }
  | { readonly status: 'services'; readonly missing: readonly string[]; readonly unknown: readonly string[] };

/** The fence: an older epoch never moves traffic, and one epoch never means two targets. */
export function judgePoint(state: ProxyState, target: TrafficTarget, serviceNames: readonly string[]): PointJudgement {
  if (target.epoch < state.epoch) return { status: 'stale' };
  const missing = target.colour === null ? [] : serviceNames.filter((name) => !target.services[name]);
  const unknown = Object.keys(target.services).filter((name) => !serviceNames.includes(name));
  if (missing.length > 0 || unknown.length > 0) return { status: 'services', missing, unknown };
  if (target.epoch > state.epoch || state.pointedAt === 0) return { status: 'apply' };
  const isSame =
    target.colour === state.colour &&
    target.release === state.release &&
    sameAddresses(target.services, state.services);
  return { status: isSame ? 'same' : 'conflict' };
}

export function sameAddresses(a: Addresses, b: Addresses): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => a[name]?.host === b[name]?.host && a[name]?.port === b[name]?.port);
}

/**
 * The lane for a target of this colour: the one that stands for the same release at the same addresses; else one that nobody
 * uses, the longest unused first. `busy` counts what is under way in each lane, `held` is the one that has the traffic.
 * Falls back to the oldest one that does not have the traffic: what lingers there is two pointings old.
 */
export function chooseLane(
  state: ProxyState,
  target: { readonly colour: Colour; readonly release: string | null; readonly addresses: Addresses },
  held: Lane | null,
  busy: (lane: Lane) => number,
): Lane {
  const lanes = lanesOf(target.colour).toSorted(
    (a, b) => (state.lanes[a]?.pointedAt ?? 0) - (state.lanes[b]?.pointedAt ?? 0),
  );
  const standing = lanes.findLast((lane) => {
    const record = state.lanes[lane];
    return record?.release === target.release && sameAddresses(record.addresses, target.addresses);
  });
  if (standing) return standing;
  const others = lanes.filter((lane) => lane !== held && lane !== state.lane);
  return others.find((lane) => busy(lane) === 0) ?? others[0]!;
}

/** The state after a target was accepted. */
export function pointed(
  state: ProxyState,
  target: TrafficTarget,
  lane: Lane | null,
  record: Pick<LaneRecord, 'addresses' | 'pointedAt' | 'counted'>,
): ProxyState {
  const { epoch, colour, release, services } = target;
  const lanes = lane === null ? state.lanes : { ...state.lanes, [lane]: { epoch, release, services, ...record } };
  return { epoch, colour, release, services, lane, pointedAt: record.pointedAt, lanes };
}

/** The lane whose counters are those of a colour: the one that was pointed to last. */
export function lastLaneOf(state: ProxyState, colour: Colour): Lane | null {
  return allLanes
    .filter((lane) => colourOf(lane) === colour && state.lanes[lane])
    .reduce<Lane | null>(
      (last, lane) => (last && state.lanes[last]!.epoch > state.lanes[lane]!.epoch ? last : lane),
      null,
    );
}
