import { addCounts, countByAge } from '../domain/waiting-requests.ts';
import type { Colour } from '../kinds/driver.ts';
import type { ColourLoad } from '../kinds/traffic.ts';
import { allLanes, backendsOf, colourOf, type Lane, lanesOf, serverNames, serversOf } from './lanes.ts';
import type { Unanswered } from './unanswered.ts';
import { lastLaneOf, type Counts, type LaneRecord, type ProxyState } from './proxy-state.ts';

/** What HAProxy says of one lane now, all services together; counted since HAProxy started. */
export interface LaneLook extends Counts {
  readonly givenUp: number;
  readonly httpInFlight: number;
  readonly webSockets: number;
  /** How long the slowest answer took to begin, of all since HAProxy started. */
  readonly slowestAnswerMs: number;
}

export const noCounts = { ended: 0, status5xx: 0, transportErrors: 0, givenUp: 0 } satisfies Counts;

/** One question for each backend: rows of one answer are of one moment only when they fit into HAProxy's buffer together. */
export const statCommands = (services: readonly string[], machines: number): readonly string[] =>
  services.flatMap((service) =>
    allLanes.flatMap((lane) => backendsOf(service, lane, machines).map((backend) => `show stat ${backend} 6 -1`)),
  );

/** Reads the answers to `statCommands`. Null when one is missing: half of the truth would be a made-up number. */
export function readLanes(
  answer: string,
  services: readonly string[],
  machines: number,
): ReadonlyMap<Lane, LaneLook> | null {
  const rows = statRows(answer);
  const looks = new Map<Lane, LaneLook>();
  for (const lane of allLanes) {
    let sum: LaneLook = { httpInFlight: 0, webSockets: 0, slowestAnswerMs: 0, ...noCounts };
    for (const service of services) {
      const backends = backendsOf(service, lane, machines).map((backend) => `${backend}/BACKEND`);
      const servers = serverNames.map((name) => serversOf(service, lane, name, machines));
      const [all, ...each] = [backends, ...servers].map((names) => sumOf(names.map((name) => rows.get(name))));
      const look = lookOf(all, each);
      if (!look) return null;
      const slowest = servers.flat().map((name) => rows.get(name)!('rtime_max'));
      sum = {
        httpInFlight: sum.httpInFlight + look.httpInFlight,
        webSockets: sum.webSockets + look.webSockets,
        ended: sum.ended + look.ended,
        status5xx: sum.status5xx + look.status5xx,
        transportErrors: sum.transportErrors + look.transportErrors,
        givenUp: sum.givenUp + look.givenUp,
        slowestAnswerMs: Math.max(sum.slowestAnswerMs, ...slowest),
      };
    }
    looks.set(lane, sum);
  }
  return looks;
}

type Row = (column: string) => number;

function statRows(answer: string): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  let columns: readonly string[] = [];
  for (const line of answer.split('\n')) {
    const cells = line.split(',');
    if (line.startsWith('# pxname')) columns = cells;
    else if (cells.length > 50) {
      const fields = new Map(columns.map((name, index) => [name, Number(cells[index] || 0)]));
      rows.set(`${cells[0]}/${cells[1]}`, (column) => fields.get(column) ?? Number.NaN);
    }
  }
  return rows;
}

/**
 * A server counts an answer of 500 or more when it was the application's; the backend counts those that HAProxy gave itself
 * too. The difference is what callers got instead of an answer, whatever was tried and repeated before. A broken-off answer
 * has its good status already and is counted by `srv_abrt`.
 */
function lookOf(
  all: Row | null | undefined,
  servers: readonly (Row | null)[],
): Omit<LaneLook, 'slowestAnswerMs'> | null {
  const [app, once, session] = servers;
  if (!all || !app || !once || !session) return null;
  const status5xx = app('hrsp_5xx') + once('hrsp_5xx') + session('hrsp_5xx');
  const answeredSessions = ['hrsp_2xx', 'hrsp_3xx', 'hrsp_4xx', 'hrsp_5xx'].reduce(
    (sum, name) => sum + session(name),
    0,
  );
  const ended = all('stot') - all('scur') - (session('stot') - session('scur')) + answeredSessions;
  const madeHere = all('hrsp_5xx') - status5xx;
  // Who leaves before the answer has one of HAProxy's own, which he never sees.
  const givenUp = all('hrsp_4xx') - app('hrsp_4xx') - once('hrsp_4xx') - session('hrsp_4xx');
  return {
    httpInFlight: all('scur') - session('scur'),
    webSockets: session('scur'),
    ended,
    status5xx,
    transportErrors: madeHere + app('srv_abrt') + once('srv_abrt'),
    givenUp,
  };
}

/** Null when one is missing. */
const sumOf = (rows: readonly (Row | undefined)[]): Row | null =>
  rows.every((row) => row !== undefined) ? (column) => rows.reduce((total, row) => total + row(column), 0) : null;

/** Null when no error time was noted, or the variable is not known. */
export function readErrorTime(answer: string, variable: string): number | null {
  const found = new RegExp(`${variable.replaceAll('.', '\\.')}: type=sint value=<(\\d+)>`).exec(answer)?.[1];
  return found === undefined || found === '0' ? null : Number(found);
}

export interface LoadSource {
  readonly state: ProxyState;
  readonly looks: ReadonlyMap<Lane, LaneLook>;
  /** Null: its HAProxy tells it in words that are not known. */
  readonly unanswered: Unanswered | null;
  /** The process that counted, and since when. */
  readonly by: string;
  readonly upSinceAt: number;
  /** Where its counters stood when a lane got its place. */
  readonly countedOf: (record: LaneRecord) => Pick<LaneRecord['counted'], 'by' | 'counts'>;
  readonly errorTimeOf: (lane: Lane) => number | null;
}

/** By colour: in flight in every lane of it, counters of the lane that was pointed to last. */
export function loadByColour({
  state,
  looks,
  unanswered,
  by,
  upSinceAt,
  countedOf,
  errorTimeOf,
}: LoadSource): readonly ColourLoad[] {
  return (['blue', 'green'] as const).flatMap((colour): ColourLoad[] => {
    const lane = lastLaneOf(state, colour);
    if (lane === null) return [];
    const record = state.lanes[lane]!;
    // A proxy that was started since counts from zero, and nothing of what was before is known any more.
    const counted = countedOf(record);
    const isSameCount = counted.by === by;
    const sinceAt = record.counted.at ?? record.pointedAt;
    const before = isSameCount ? counted.counts : noCounts;
    const now = looks.get(lane)!;
    const since = (name: keyof Counts): number => Math.max(0, now[name] - (before[name] ?? now[name]));
    const [status5xx, transportErrors] = [since('status5xx'), since('transportErrors')];
    return [
      {
        ...{ colour, httpInFlight: sum(looks, colour, 'httpInFlight'), webSockets: sum(looks, colour, 'webSockets') },
        ...{ requests: since('ended'), status5xx, transportErrors, givenUp: since('givenUp') },
        unanswered: unanswered && countByAge(lanesOf(colour).flatMap((each) => unanswered.get(each) ?? [])),
        slowestAnswerMs: now.slowestAnswerMs,
        countedSinceAt: isSameCount ? sinceAt : Math.max(sinceAt, upSinceAt),
        firstErrorAt: status5xx + transportErrors > 0 ? notBefore(record.counted.at, errorTimeOf(lane)) : null,
      },
    ];
  });
}

/** Where counting has begun again since, the time of an error before that is of none that is counted. */
const notBefore = (at: number | undefined, time: number | null): number | null =>
  time !== null && time >= (at ?? 0) ? time : null;

const sum = (looks: ReadonlyMap<Lane, LaneLook>, colour: Colour, name: 'httpInFlight' | 'webSockets'): number =>
  [...looks].reduce((total, [lane, look]) => total + (colourOf(lane) === colour ? look[name] : 0), 0);

/** Several proxies as one. It has counted whole since the last of them began to; the first error is the first of any. */
export function sumOfLoads(loads: readonly (readonly ColourLoad[])[]): readonly ColourLoad[] {
  const sums = new Map<Colour, ColourLoad>();
  for (const load of loads.flat()) {
    const before = sums.get(load.colour);
    sums.set(load.colour, before ? addLoads(before, load) : load);
  }
  return [...sums.values()];
}

function addLoads(one: ColourLoad, other: ColourLoad): ColourLoad {
  const times = [one.firstErrorAt, other.firstErrorAt].filter((time) => time !== null);
  return {
    colour: one.colour,
    httpInFlight: one.httpInFlight + other.httpInFlight,
    webSockets: one.webSockets + other.webSockets,
    requests: one.requests + other.requests,
    status5xx: one.status5xx + other.status5xx,
    transportErrors: one.transportErrors + other.transportErrors,
    givenUp: one.givenUp + other.givenUp,
    unanswered: addCounts(one.unanswered, other.unanswered),
    slowestAnswerMs: Math.max(one.slowestAnswerMs, other.slowestAnswerMs),
    countedSinceAt: Math.max(one.countedSinceAt, other.countedSinceAt),
    firstErrorAt: times.length > 0 ? Math.min(...times) : null,
  };
}
