import type { ColourLoad } from '../../kinds/traffic.ts';
import { publicAddresses, type Site } from '../site.ts';
import { askHealth } from '../ask-health.ts';

/** Asked this often of each service, as a user would ask. */
const everyMs = 20;
/** A request is not lost because it was slow: how fast a version must be is asked elsewhere. */
const patienceMs = 5_000;
/** For as many answers as are waited for. */
const arrivalMs = 20_000;

export interface Requests {
  readonly sent: number;
  readonly failed: number;
  /** Answers by the release, of the service that had fewest. */
  readonly arrived: number;
}

/** Requests through the public address while the traffic is moved. */
export interface RequestStream {
  /** Waits until every service was answered at all; the time before the switch is not the switch's. */
  warm(): Promise<void>;
  /** Waits until every service was answered by the release that often, or was not in time; answers whether it was. */
  arrived(count: number): Promise<boolean>;
  /** What was wrong with the first one that failed. */
  firstFailure(): string;
  /** Those under way are waited for. */
  end(): Promise<Requests>;
}

export function openRequests(site: Site, releaseId: string, signal: AbortSignal): RequestStream {
  const { clock } = site.world;
  const addresses = publicAddresses(site.project, site.environment);
  const lanes = site.project.services.map((service) => ({ service, sent: 0, failed: 0, arrived: 0 }));
  let firstFailure = 'nothing was answered by this release';
  const over = new AbortController();
  const sum = (part: 'sent' | 'failed'): number => lanes.reduce((all, lane) => all + lane[part], 0);
  const ask = async (lane: (typeof lanes)[number]): Promise<void> => {
    const { service } = lane;
    const patient = { ...service, health: { ...service.health, withinMs: patienceMs } };
    while (!over.signal.aborted && !signal.aborted) {
      const answer = await askHealth(site.effects, patient, addresses[service.name]!, releaseId, signal);
      if (signal.aborted) return;
      lane.sent += 1;
      if (answer.status === 'good') lane.arrived += 1;
      if (answer.status === 'bad') {
        if (sum('failed') === 0) firstFailure = `${service.name}: ${answer.reason}`;
        lane.failed += 1;
      }
      await clock.sleep(everyMs);
    }
  };
  const asked = Promise.all(lanes.map(ask));
  // Whoever waits for the end hears of it; until then it is nobody's unhandled rejection.
  asked.catch(() => {});
  const until = async (isSo: () => boolean): Promise<boolean> => {
    const untilAt = clock.elapsed() + arrivalMs;
    while (!isSo() && clock.elapsed() < untilAt && !signal.aborted) await clock.sleep(everyMs);
    return isSo();
  };
  return {
    firstFailure: () => firstFailure,
    warm: async () => void (await until(() => lanes.every((lane) => lane.sent > 0))),
    arrived: (count) => until(() => lanes.every((lane) => lane.arrived >= count)),
    async end() {
      over.abort();
      await asked;
      return { sent: sum('sent'), failed: sum('failed'), arrived: Math.min(...lanes.map((lane) => lane.arrived)) };
    },
  };
}

/** Requests and bad answers that the proxy has counted since; a colour that was pointed to meanwhile counts from zero. */
export function countedSince(before: readonly ColourLoad[], after: readonly ColourLoad[]) {
  const sum = (part: (load: ColourLoad) => number): number =>
    after.reduce((all, load) => {
      const then = before.find((each) => each.colour === load.colour && each.countedSinceAt === load.countedSinceAt);
      return all + Math.max(0, part(load) - (then ? part(then) : 0));
    }, 0);
  return { requests: sum((load) => load.requests), bad: sum((load) => load.status5xx + load.transportErrors) };
}
