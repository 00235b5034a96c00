import { z } from 'zod';
import type { Colour } from '../kinds/driver.ts';
import { besideFault, sameBeside, sameServices } from '../kinds/beside.ts';
import type { Gets, Place, TrafficTarget } from '../kinds/traffic.ts';
import { allLanes, colourOf, type Lane, lanesOf } from './lanes.ts';

const hostSchema = z.string().min(1);
const addressSchema = z.object({
  host: hostSchema,
  port: z.int().min(1).max(65_535),
  also: z.array(hostSchema).readonly().optional(),
  standby: z.array(hostSchema).readonly().optional(),
}) satisfies z.ZodType<Place>;
const servicesSchema = z.record(z.string(), addressSchema).readonly();
export type Addresses = z.infer<typeof servicesSchema>;

const countsSchema = z.object({
  ...{ ended: z.number(), status5xx: z.number(), transportErrors: z.number() },
  /** Absent in what an older version wrote. */
  givenUp: z.number().optional(),
});

const countedSchema = z.object({ by: z.string().nullable(), counts: countsSchema });

const laneSchema = z.object({
  epoch: z.int(),
  release: z.string().nullable(),
  /** As the target named them. */
  services: servicesSchema,
  /** The same with names resolved, as HAProxy has them. */
  addresses: servicesSchema,
  pointedAt: z.number(),
  /** What HAProxy's counters said when the lane got its place, which process said it, and when; absent: when it was pointed to. */
  counted: z.object({
    ...{ by: z.string().nullable(), counts: countsSchema, at: z.number().optional() },
    /** The same of the proxies beside the main one, by name. */
    others: z.record(z.string(), countedSchema).optional(),
  }),
});

const getsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('preview'), secret: z.string() }),
  z.object({ kind: z.literal('share'), percent: z.number() }),
]) satisfies z.ZodType<Gets>;

const besideSchema = z.object({
  colour: z.enum(['blue', 'green']),
  release: z.string().nullable(),
  services: servicesSchema,
  gets: getsSchema,
  lane: z.enum(allLanes),
});

/** What is remembered across every crash: the newest pointing, with it the highest epoch, and what every lane stands for. */
export const stateSchema = z.object({
  epoch: z.int(),
  colour: z.enum(['blue', 'green']).nullable(),
  release: z.string().nullable(),
  services: servicesSchema,
  lane: z.enum(allLanes).nullable(),
  beside: besideSchema.optional(),
  pointedAt: z.number(),
  lanes: z.partialRecord(z.enum(allLanes), laneSchema),
  /** The epoch that it was prepared to follow; it follows no other. */
  after: z.int().optional(),
});

export type ProxyState = Readonly<z.infer<typeof stateSchema>>;
export type LaneRecord = Readonly<z.infer<typeof laneSchema>>;
export type Counts = Readonly<z.infer<typeof countsSchema>>;

export const emptyState: ProxyState = {
  ...{ epoch: 0, colour: null, release: null, services: {}, lane: null, pointedAt: 0, lanes: {} },
};

export type PointJudgement =
  | { readonly status: 'apply' | 'same' | 'stale' | 'conflict' }
  | { readonly status: 'services'; readonly missing: readonly string[]; readonly unknown: readonly string[] }
  | { readonly status: 'beside'; readonly reason: string };

/** The fence: an older epoch never moves traffic, and one epoch never means two targets. */
export function judgePoint(state: ProxyState, target: TrafficTarget, serviceNames: readonly string[]): PointJudgement {
  if (target.epoch < state.epoch) return { status: 'stale' };
  const missing = target.colour === null ? [] : serviceNames.filter((name) => !target.services[name]);
  const unknown = Object.keys(target.services).filter((name) => !serviceNames.includes(name));
  if (missing.length > 0 || unknown.length > 0) return { status: 'services', missing, unknown };
  const fault = besideFault(target, serviceNames);
  if (fault !== null) return { status: 'beside', reason: fault };
  if (target.epoch > state.epoch || state.pointedAt === 0) return { status: 'apply' };
  const isSame =
    target.colour === state.colour &&
    target.release === state.release &&
    sameServices(target.services, state.services) &&
    sameBeside(target.beside, state.beside);
  return { status: isSame ? 'same' : 'conflict' };
}

/**
 * The lane for a target of this colour: the one that stands for the same release at the same addresses; else one that nobody
 * uses, the longest unused first. `busy` counts what is under way in each lane, `held` are those that have traffic.
 * Falls back to the oldest one that does not have traffic: what lingers there is two pointings old.
 */
export function chooseLane(
  state: ProxyState,
  target: { readonly colour: Colour; readonly release: string | null; readonly addresses: Addresses },
  held: readonly (Lane | null | undefined)[],
  busy: (lane: Lane) => number,
): Lane {
  const lanes = lanesOf(target.colour).toSorted(
    (a, b) => (state.lanes[a]?.pointedAt ?? 0) - (state.lanes[b]?.pointedAt ?? 0),
  );
  const standing = lanes.findLast((lane) => {
    const record = state.lanes[lane];
    return record?.release === target.release && sameServices(record.addresses, target.addresses);
  });
  if (standing) return standing;
  const others = lanes.filter((lane) => !held.includes(lane) && lane !== state.lane && lane !== state.beside?.lane);
  return others.find((lane) => busy(lane) === 0) ?? others[0]!;
}

/** What is noted of the lane of a colour when it is pointed to. */
export interface LaneNote extends Pick<LaneRecord, 'addresses' | 'counted'> {
  readonly lane: Lane;
}

export interface LaneNotes {
  readonly pointedAt: number;
  readonly serves: LaneNote | null;
  readonly beside: LaneNote | null;
}

/** The state after a target was accepted. */
export function pointed(state: ProxyState, target: TrafficTarget, notes: LaneNotes): ProxyState {
  const { epoch, colour, release, services, beside } = target;
  const { pointedAt } = notes;
  const lanes = { ...state.lanes };
  const note = ({ lane, ...record }: LaneNote, party: Pick<LaneRecord, 'release' | 'services'>): void => {
    lanes[lane] = { epoch, release: party.release, services: party.services, pointedAt, ...record };
  };
  if (notes.serves) note(notes.serves, { release, services });
  if (notes.beside && beside) note(notes.beside, beside);
  const next = { epoch, colour, release, services, lane: notes.serves?.lane ?? null, pointedAt, lanes };
  return notes.beside && beside ? { ...next, beside: { ...beside, lane: notes.beside.lane } } : next;
}

/** What a lane is for: all that is not for another, a preview, a share; null: nothing now. */
export function placeOf(state: ProxyState, lane: Lane): 'serves' | Gets['kind'] | null {
  if (lane === state.lane) return 'serves';
  return lane === state.beside?.lane ? state.beside.gets.kind : null;
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
