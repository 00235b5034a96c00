import type { LooksTally } from '../../domain/bake-looks.ts';
import { withLook, withRequests, withWaiting, type BakeTally } from '../../domain/bake.ts';
import { followCopies, type SeenCopies } from '../../domain/copies.ts';
import { startedAgain, type Starts } from '../../domain/started-again.ts';
import { judgeWaiting, type WaitingSeen } from '../../domain/waiting-requests.ts';
import type { Instance } from '../../kinds/driver.ts';
import type { ColourLoad, TrafficState } from '../../kinds/traffic.ts';
import type { Site } from '../site.ts';
import { disagreement, handWork } from '../sound-traffic.ts';
import { goneOf, type RunningSeen } from './running-looks.ts';

/** What a bake has seen so far. */
export interface Bout {
  /** Time that was really watched; what passed while nobody looked does not count. */
  readonly watchedMs: number;
  readonly tally: BakeTally;
  readonly counted: Counted;
  readonly fault: string | null;
  /** The fault is that somebody has changed what the proxy does; absent otherwise. */
  readonly byHand?: true;
  readonly isOver: boolean;
  readonly firstBadAt: number | null;
  readonly faultAt: number | null;
  /** Absent where nothing is judged by looks, so that what an older version has begun reads the same. */
  readonly looks?: LooksTally;
  /** Absent where no service is on several machines. */
  readonly copies?: SeenCopies;
}

interface Counted {
  readonly sinceAt: number;
  readonly requests: number;
  readonly badAnswers: number;
  /** Probes of this bake that were answered as they should be, by then: the proxies count those, too. Absent where an older Greenroom has begun, as the next two. */
  readonly probes?: number;
  /** Good answers of the newest look: which of them are of probes is known a look later. */
  readonly held?: number;
  /** Probes that are still to be taken out. */
  readonly owed?: number;
}

export interface Looking {
  /** Percent of the traffic that the new version has; null: all. */
  readonly share: number | null;
  readonly proven: Starts;
  /** Share of its requests that may be bad. */
  readonly allowed: number;
  /** How its requests waited with the old version; null: there is none to compare with. */
  readonly usual: WaitingSeen | null;
  /** How long the bake is to watch. */
  readonly forMs: number;
  /** What runs of the new version. */
  readonly see: () => Promise<RunningSeen>;
  /** How long the bake has watched. */
  readonly watchedMs: () => number;
}

export const bad = (load: ColourLoad): number => load.status5xx + load.transportErrors + load.givenUp;

/**
 * Real traffic as the proxy counts it, and whether every process still lives and is of this release. A proxy that could not be asked has
 * counted nothing, which is not the same as nothing bad.
 */
export async function look(
  site: Site,
  before: Bout,
  { share, proven, allowed, usual, forMs, see, watchedMs }: Looking,
): Promise<Bout> {
  const { running, unseen } = await see();
  const copies = running === null ? before.copies : followCopies(before.copies, running);
  const beganMs = watchedMs();
  const traffic = await askTraffic(site, share);
  const seen = {
    ...{ beganMs, endedMs: watchedMs(), silent: traffic.silent ?? null, unseen },
    strange: traffic.strange ?? (running && otherRelease(site, running)),
  };
  const exited = running && exitOf(site, proven, running);
  const fault = exited ?? traffic.fault ?? null;
  const byHand = exited === null && traffic.fault !== undefined && ({ byHand: true } as const);
  const bout = { ...before, ...(copies && { copies }), ...byHand, tally: withLook(before.tally, seen) };
  const load = traffic.loads.find((each) => each.colour === site.colour);
  if (!load) return { ...bout, fault };
  // A proxy that restarted counts from zero again: what it had counted before is kept.
  const isSame = load.countedSinceAt === bout.counted.sinceAt;
  const counts = isSame
    ? { requests: bout.counted.requests, badAnswers: bout.counted.badAnswers }
    : { requests: 0, badAnswers: 0 };
  const { waits } = bout.tally;
  const waiting =
    load.unanswered &&
    judgeWaiting(
      { unanswered: load.unanswered, slowestMs: load.slowestAnswerMs },
      { old: usual, forMs, watchedMs: beganMs, before: waits },
    );
  const late = waiting ? waiting.late - (waits?.late ?? 0) : 0;
  // Where the count begins anew, those who were late wait on beside a proxy that did not restart, or were cut off with one that did.
  const newlyLate = isSame ? late : Math.max(0, late);
  const badAnswers = bad(load) - counts.badAnswers;
  const { good, ...users } = usersOf(bout, load.requests - counts.requests - badAnswers);
  const more = { requests: good + badAnswers + newlyLate, badAnswers: badAnswers + newlyLate };
  const tally = withWaiting(withRequests(bout.tally, more, allowed), waiting);
  const counted = { sinceAt: load.countedSinceAt, requests: load.requests, badAnswers: bad(load), ...users };
  return { ...bout, tally, counted, fault, firstBadAt: earlier(bout.firstBadAt, load.firstErrorAt) };
}

/** Good answers that users had: not those of the probes, which would make few bad ones look like fewer. */
function usersOf({ tally, counted }: Bout, more: number) {
  const probes = tally.probes - tally.failedProbes - (tally.unanswered ?? 0);
  const owed = (counted.owed ?? 0) + probes - (counted.probes ?? 0);
  const held = counted.held ?? 0;
  return { good: Math.max(0, held - owed), probes, held: more, owed: Math.max(0, owed - held) };
}

function exitOf(site: Site, proven: Starts, running: readonly Instance[]): string | null {
  const lost = goneOf(site, running);
  return lost.length > 0 ? `${lost.join(', ')} exited` : startedAgain(proven, running);
}

interface TrafficLook {
  readonly loads: readonly ColourLoad[];
  /** What of the traffic is not as this bake needs it. */
  readonly fault?: string;
  /** As `fault`, where it may be a moment between two states: one that was just started stays behind until it is asked for its load. */
  readonly strange?: string;
  /** Why a proxy could not tell. */
  readonly silent?: string;
}

async function askTraffic({ traffic, colour }: Site, share: number | null): Promise<TrafficLook> {
  let loads: readonly ColourLoad[] = [];
  try {
    loads = await traffic.load();
    const current = await traffic.current();
    if (current === null) return { loads, silent: 'a proxy does not run' };
    if (has(current, colour, share)) return { loads };
    return {
      loads,
      fault: `the new version does not have ${share === null ? 'the traffic' : `${share} % of the traffic`}`,
    };
  } catch (error) {
    const fault = handWork(error);
    if (fault !== null) return { loads, fault };
    const strange = disagreement(error);
    if (strange !== null) return { loads, strange };
    return { loads, silent: error instanceof Error ? error.message : String(error) };
  }
}

/** What runs in the colour of this release and is of another, by what its driver reads; null: all is of this one. */
function otherRelease({ project, release }: Site, running: readonly Instance[]): string | null {
  const others = running.filter(
    ({ service, releaseId }) => releaseId !== release.id && project.services.some(({ name }) => name === service),
  );
  if (others.length === 0) return null;
  return others.map(({ service, releaseId }) => `${service} runs ${releaseId}, not ${release.id}`).join(', ');
}

export const earlier = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);

function has({ colour, beside }: TrafficState, mine: Site['colour'], share: number | null): boolean {
  if (share === null) return colour === mine;
  return beside?.colour === mine && beside.gets.kind === 'share' && beside.gets.percent === share;
}
