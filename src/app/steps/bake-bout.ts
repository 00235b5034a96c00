import type { LooksTally } from '../../domain/bake-looks.ts';
import type { BakeTally } from '../../domain/bake.ts';
import { followCopies, type SeenCopies } from '../../domain/copies.ts';
import type { ColourLoad, TrafficState } from '../../kinds/traffic.ts';
import { observe, type Site } from '../site.ts';
import { handWork } from '../sound-traffic.ts';

/** What a bake has seen so far. */
export interface Bout {
  /** Time that was really watched; what passed while nobody looked does not count. */
  readonly watchedMs: number;
  readonly tally: BakeTally;
  readonly counted: { readonly sinceAt: number; readonly requests: number; readonly badAnswers: number };
  readonly fault: string | null;
  readonly isOver: boolean;
  readonly firstBadAt: number | null;
  readonly faultAt: number | null;
  /** Absent where nothing is judged by looks, so that what an older version has begun reads the same. */
  readonly looks?: LooksTally;
  /** Absent where no service is on several machines. */
  readonly copies?: SeenCopies;
}

export const bad = (load: ColourLoad): number => load.status5xx + load.transportErrors;

/** Real traffic as the proxy counts it, and whether every process still lives. */
export async function look(site: Site, before: Bout, share: number | null): Promise<Bout> {
  const running = await observe(site, site.colour);
  const lost = site.project.services
    .filter(({ name }) => running.every(({ service }) => service !== name))
    .map((service) => service.name);
  const copies = followCopies(before.copies, running);
  const bout = copies ? { ...before, copies } : before;
  const load = (await site.traffic.load().catch(() => [])).find((each) => each.colour === site.colour);
  const fault = lost.length > 0 ? `${lost.join(', ')} exited` : await astray(site, share);
  if (!load) return { ...bout, fault };
  // A proxy that restarted counts from zero again: what it had counted before is kept.
  const isSame = load.countedSinceAt === bout.counted.sinceAt;
  const counts = isSame
    ? { requests: bout.counted.requests, badAnswers: bout.counted.badAnswers }
    : { requests: 0, badAnswers: 0 };
  const tally: BakeTally = {
    ...bout.tally,
    requests: bout.tally.requests + load.requests - counts.requests,
    badAnswers: bout.tally.badAnswers + bad(load) - counts.badAnswers,
  };
  const counted = { sinceAt: load.countedSinceAt, requests: load.requests, badAnswers: bad(load) };
  return { ...bout, tally, counted, fault, firstBadAt: earlier(bout.firstBadAt, load.firstErrorAt) };
}

/** What of the traffic is not as this bake needs it, in words; null also for a proxy that cannot tell for the moment. */
async function astray({ traffic, colour }: Site, share: number | null): Promise<string | null> {
  try {
    const current = await traffic.current();
    return current === null || has(current, colour, share)
      ? null
      : `the new version does not have ${share === null ? 'the traffic' : `${share} % of the traffic`}`;
  } catch (error) {
    return handWork(error);
  }
}

export const earlier = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);

function has({ colour, beside }: TrafficState, mine: Site['colour'], share: number | null): boolean {
  if (share === null) return colour === mine;
  return beside?.colour === mine && beside.gets.kind === 'share' && beside.gets.percent === share;
}
