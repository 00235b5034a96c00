/** One way of deploying, measured from outside while users go on asking: by their answers and by what is on record. */
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../test/rig/tiny.ts';
import { backByHand } from './back-by-hand.ts';
import type { Address, DeployPlace } from './deploy-place.ts';
import { failedOf, fastP99Ms, lateP99Ms, round, seenOverlapMs } from './load-figures.ts';
import { MixedLoad, webSockets, type LoadResult, type SessionRecord } from './mixed-load.ts';
import { badTime, isBad, PacedRequests } from './paced-requests.ts';
import type { BenchRow } from './row.ts';
import { startShortestHaproxy } from './shortest-haproxy.ts';
import { throughputRatios } from './throughput.ts';

const switches = 3;
const leastRequests = 25_000;
/** At 405 requests a second a little more than that. */
const loadMs = 64_000;
const betweenMs = 4_000;
const latencyMs = 6_000;
const switchBarMs = 50;
const overlapBarMs = 50;
const byHandBarMs = 1_000;
const byItselfBarMs = 2_000;
const longBake = { for: '60s', every: '250ms' };
const now = (): number => performance.timeOrigin + performance.now();

type Row = (measure: string, value: number, unit: string, bar: string, holds: boolean) => BenchRow;

interface Switched {
  readonly oldRelease: string;
  readonly newRelease: string;
  /** As the deployment has it on record: claimed, pointed and read back. */
  readonly switchMs: number;
  /** What of the same step comes before it and moves no request. */
  readonly prepareMs: number;
  /** When the old colour began to be stopped. */
  readonly toldAt: number;
  readonly deployMs: number;
}

export async function measureWay(place: DeployPlace, throughputBar: number, row: Row): Promise<BenchRow[]> {
  const first = await place.tiny.deploy(0);
  const { switched, load } = await switchUnderLoad(place, first);
  return [
    ...switchRows(switched, load, row),
    ...(await backRows(place, row)),
    ...(await costRows(place, throughputBar, row)),
  ];
}

async function switchUnderLoad(place: DeployPlace, first: string): Promise<{ switched: Switched[]; load: LoadResult }> {
  const mixed = new MixedLoad(place.port);
  let load: LoadResult | null = null;
  try {
    const startedAt = now();
    const switched: Switched[] = [];
    for (let oldRelease = first; switched.length < switches; oldRelease = switched.at(-1)!.newRelease) {
      await sleep(betweenMs);
      const beganAt = now();
      const newRelease = await place.tiny.deploy(0);
      const deployMs = now() - beganAt;
      switched.push({ oldRelease, newRelease, deployMs, ...(await onRecord(place)) });
    }
    await sleep(Math.max(betweenMs, loadMs - (now() - startedAt)));
    load = await mixed.stop();
    return { switched, load };
  } finally {
    // When a deployment went wrong, it would go on for good.
    if (!load) await mixed.stop();
  }
}

async function onRecord({ tiny }: DeployPlace): Promise<Pick<Switched, 'switchMs' | 'prepareMs' | 'toldAt'>> {
  const [facts] = await tiny.play.rows<{ ms: number; before: number }>(
    `select (body->'facts'->>'switchMs')::float8 as ms, (body->'facts'->>'prepareMs')::float8 as before from greenroom.step
      where body->>'kind' = 'switch' and deployment =
        (select id from greenroom.deployment where environment = 'staging' order by number desc limit 1)`,
  );
  const stop = (await tiny.records('step-began')).find(({ data }) => data['step'] === 'stop');
  return { switchMs: facts?.ms ?? Number.NaN, prepareMs: facts?.before ?? Number.NaN, toldAt: stop?.at ?? Number.NaN };
}

function switchRows(switched: readonly Switched[], load: LoadResult, row: Row): BenchRow[] {
  const { issued, records, sessions } = load;
  const failed = failedOf(load);
  const slowLost = records.filter((one) => one.class === 'slow' && one.error !== null).length;
  const overlapMs = Math.max(...switched.map((one) => seenOverlapMs(one.oldRelease, one.newRelease, records)));
  const switchMs = Math.max(...switched.map((one) => one.switchMs));
  const prepareMs = Math.max(...switched.map((one) => one.prepareMs));
  const dropped = sessions.filter((session) => isDropped(session, switched)).length;
  const told = sessions.filter((session) => session.code !== 0 && !isDropped(session, switched)).length;
  const allTold = webSockets * switches;
  const answered = new Set(records.flatMap(({ release }) => release ?? [])).size;
  const lost = `${failed === 0 ? '' : ` (${faultsOf(load)})`}`;
  return [
    row('requests issued', issued, 'requests', `>= ${leastRequests}`, issued >= leastRequests),
    row(`failed, over ${switches} deployments with drain and stop${lost}`, failed, 'requests', '0', failed === 0),
    row('two-second requests lost', slowLost, 'requests', '0', slowLost === 0),
    row('releases that answered', answered, 'releases', `${switches + 1}`, answered === switches + 1),
    row('switch on record, worst', round(switchMs), 'ms', `<= ${switchBarMs}`, switchMs <= switchBarMs),
    row('prepared before the switch, worst', round(prepareMs), 'ms', 'reported', true),
    row(
      'last assigned to old minus first served by new, worst',
      round(overlapMs),
      'ms',
      `<= ${overlapBarMs}`,
      Number.isFinite(overlapMs) && overlapMs <= overlapBarMs,
    ),
    row('WebSockets dropped before their colour was stopped', dropped, 'sockets', '0', dropped === 0),
    row('WebSockets that ended with their colour', told, 'sockets', `${allTold}`, told === allTold),
    row(
      'a deployment from the command to its end, longest',
      Math.round(Math.max(...switched.map(({ deployMs }) => deployMs))),
      'ms',
      'reported',
      true,
    ),
    row('p99 from due, without the two-second requests', round(fastP99Ms(records)), 'ms', 'reported', true),
    row('p99 late start of the generator', round(lateP99Ms(records)), 'ms', 'reported', true),
  ];
}

/** Ended though nobody had told its colour yet; one that never opened counts as well. */
function isDropped({ closedAt, code, release }: SessionRecord, switched: readonly Switched[]): boolean {
  if (code === 0) return false;
  const told = switched.find(({ oldRelease }) => oldRelease === release);
  return !told || !(closedAt >= told.toldAt);
}

function faultsOf({ records }: LoadResult): string {
  const errors = records.flatMap(({ error }) => error ?? []);
  return [...new Set(errors)].map((one) => `${errors.filter((error) => error === one).length} ${one}`).join(', ');
}

/** The way back in the bake: asked for by a person, and by the bake itself when the new version turns bad. */
async function backRows(place: DeployPlace, row: Row): Promise<BenchRow[]> {
  const { tiny } = place;
  place.overlay({ bake: longBake });
  const going = await tiny.begin();
  const byHand = await backByHand(tiny, 'staging', going.id, going);
  place.overlay({ bake: { ...longBake, 'roll-back': 'automatic' } });
  const { bad, all, badMs } = await turnsBad(place);
  place.overlay();
  return [
    row(
      'rollback by hand: on record to the last answer of the new',
      byHand.backMs,
      'ms',
      `<= ${byHandBarMs}`,
      byHand.backMs <= byHandBarMs,
    ),
    row('rollback by hand: requests that failed', byHand.failed, 'requests', '0', byHand.failed === 0),
    row(
      `rollback by itself: first bad answer to the last (${bad} of ${all} bad)`,
      Math.round(badMs),
      'ms',
      `<= ${byItselfBarMs}`,
      bad > 0 && badMs <= byItselfBarMs,
    ),
  ];
}

async function turnsBad({ tiny, port, direct }: DeployPlace): Promise<ReturnType<typeof badTime>> {
  const requests = new PacedRequests(`http://127.0.0.1:${port}/`, 100);
  try {
    const { id, ended } = await tiny.begin();
    await until('it bakes', async () => (await tiny.steps()).includes('bake'), 120_000);
    await until('the new version serves', async () => (await tiny.served()) === id);
    await sleep(1_500);
    for (const copy of await direct()) await (await fetch(`http://${copy.host}:${copy.port}/break`)).arrayBuffer();
    await until('an answer is bad', () => requests.answers.some(isBad));
    const { code } = await ended;
    if (code !== 7) throw new Error(`the deployment ended with ${code}, not 7`);
  } finally {
    await requests.stop();
  }
  return badTime(requests.answers.toSorted((a, b) => a.endedAt - b.endedAt));
}

/** What the proxy costs, against the same colour without it. */
async function costRows(place: DeployPlace, throughputBar: number, row: Row): Promise<BenchRow[]> {
  const copies = await place.direct();
  const proxy = { host: '127.0.0.1', port: place.port };
  const { ours: ratio, shortest } = await throughputOf(place.traffic, proxy, copies);
  // At once, so that whatever else the machine does meets both.
  const [direct, through] = await Promise.all([fastP99Of(copies[0]!), fastP99Of(proxy)]);
  return [
    row(
      'throughput through the proxy / direct',
      rounded(ratio),
      'ratio',
      `>= ${throughputBar}`,
      ratio >= throughputBar,
    ),
    ...(shortest === undefined
      ? []
      : [
          row('… through the shortest HAProxy there is / direct', rounded(shortest), 'ratio', 'reported', true),
          row('… ours / that one', rounded(ratio / shortest), 'ratio', 'reported', true),
        ]),
    row('p99 through the proxy / direct', Math.round((through / direct) * 100) / 100, 'ratio', 'reported', true),
  ];
}

const rounded = (ratio: number): number => Math.round(ratio * 1_000) / 1_000;

/** With HAProxy also through one that does nothing but pass on: what is lost there no configuration can give back. */
async function throughputOf(
  traffic: DeployPlace['traffic'],
  ours: Address,
  copies: readonly Address[],
): Promise<Readonly<{ ours: number; shortest?: number }>> {
  if (traffic !== 'haproxy') return throughputRatios(copies, { ours });
  const shortest = await startShortestHaproxy(copies);
  try {
    return await throughputRatios(copies, { ours, shortest: shortest.address });
  } finally {
    await shortest.stop();
  }
}

async function fastP99Of({ host, port }: Address): Promise<number> {
  const load = new MixedLoad(port, host);
  await sleep(latencyMs);
  return fastP99Ms((await load.stop()).records);
}
