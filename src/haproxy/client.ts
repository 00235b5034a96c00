import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '../domain/failure.ts';
import { signalIdentity } from '../host/process-identity.ts';
import { sameServices } from '../kinds/beside.ts';
import type { Colour } from '../kinds/driver.ts';
import type { ColourLoad, TrafficHandle, TrafficState, TrafficTarget } from '../kinds/traffic.ts';
import { applyPointing, endSessions, lookAtLanes } from './apply-pointing.ts';
import { controlSocket, lookSocket } from './config-text.ts';
import type { HaproxyOptions } from './haproxy-options.ts';
import { haproxyProcesses } from './haproxy-processes.ts';
import { readState, readWish, writeState, writeWish } from './keep-state.ts';
import { readPage, showPage } from './show-page.ts';
import { isStaleWish, type MaintenancePage, type MaintenanceWish } from '../kinds/maintenance.ts';
import { colourOf, firstErrorVariable, type Lane, lanesOf } from './lanes.ts';
import { chooseLane, judgePoint, type LaneNote, placeOf, pointed, type ProxyState } from './proxy-state.ts';
import { resolveHosts } from './resolve-hosts.ts';
import { askRuntime } from './runtime-door.ts';
import { expectAddresses, failUnsure, listenersOf, lookAt, pointingOf, type Standing } from './standing.ts';
import { startHaproxy, writeFiles } from './start-haproxy.ts';
import { loadByColour, readErrorTime } from './statistics.ts';

const stopTimeoutMs = 3_000;
const closeTimeoutMs = 5_000;

/** A handle on the HAProxy of a folder, running or not. Nothing happens until it is asked. */
export function openHaproxy(options: HaproxyOptions): TrafficHandle {
  return {
    ensure: async () => void (await ensureRunning(options)),
    listeners: async () => {
      const standing = await lookAt(options.stateDirectory);
      return standing && listenersOf(standing, options.services, await resolveHosts(options.services));
    },
    current: async () => {
      const standing = await lookAt(options.stateDirectory);
      return standing && trafficState(options, await readState(options.stateDirectory), standing);
    },
    point: (target) => locked(options, () => point(options, target)),
    load: () => readLoad(options),
    closeSessions: (colour, epoch) => locked(options, () => closeSessions(options, colour, epoch)),
    maintain: (wish) => locked(options, () => maintain(options, wish)),
    maintenance: () => shownPage(options),
    stop: async () => {
      if (existsSync(options.stateDirectory)) await locked(options, () => stopRunning(options));
    },
  };
}

/** Everything that changes something does so alone; a process that was paused in the middle keeps all others out. */
async function locked<T>({ stateDirectory, machine }: HaproxyOptions, act: () => Promise<T>): Promise<T> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  return machine.lock(join(stateDirectory, 'lock'), new AbortController().signal, act);
}

async function ensureRunning(options: HaproxyOptions): Promise<Standing> {
  const standing = (await lookAt(options.stateDirectory)) ?? (await locked(options, () => bringUp(options)));
  expectAddresses(standing, await resolveHosts(options.services));
  return standing;
}

/** Under the lock: another may have started it meanwhile, or died just after. */
async function bringUp(options: HaproxyOptions): Promise<Standing> {
  const { stateDirectory, services } = options;
  const standing = (await lookAt(stateDirectory)) ?? (await startHaproxy(options, await readState(stateDirectory)));
  expectAddresses(standing, await resolveHosts(services));
  return standing;
}

/** Judged, persisted, applied, read back. */
async function point(options: HaproxyOptions, target: TrafficTarget): Promise<TrafficState> {
  const { stateDirectory: directory, services } = options;
  const state = await readState(directory);
  const isNew = mayPoint(state, target, Object.keys(services));
  const standing = await bringUp(options);
  if (target.beside && !standing.knowsBeside) failOld(standing);
  const next = isNew ? await nextState(options, state, target, standing) : state;
  if (isNew) {
    await writeState(directory, next);
    await writeFiles(options, next);
  }
  // The same target again: what was cut off between persisting and applying is finished.
  return trafficState(options, next, await applyPointing(directory, services, next));
}

/** False for the same target again. Throws GR7409, GR7410 or GR7411. */
function mayPoint(state: ProxyState, target: TrafficTarget, services: readonly string[]): boolean {
  const judged = judgePoint(state, target, services);
  if (judged.status === 'stale') failStale(target.epoch, state.epoch);
  if (judged.status === 'conflict')
    fail({
      code: 'GR7411',
      message: `Epoch ${target.epoch} already points to ${state.colour ?? 'nobody'} (${state.release ?? 'no release'}).`,
      do: 'Take a new epoch for a new target.',
    });
  if (judged.status === 'services') {
    const parts = [
      ...(judged.missing.length > 0 ? [`no address for ${judged.missing.join(', ')}`] : []),
      ...(judged.unknown.length > 0 ? [`unknown services ${judged.unknown.join(', ')}`] : []),
    ];
    fail({ code: 'GR7410', message: `The target has ${parts.join(' and ')}.` });
  }
  if (judged.status === 'beside') fail({ code: 'GR7410', message: `The target is not one: ${judged.reason}.` });
  return judged.status === 'apply';
}

async function nextState(
  options: HaproxyOptions,
  state: ProxyState,
  target: TrafficTarget,
  standing: Standing,
): Promise<ProxyState> {
  const { colour, release, services, beside } = target;
  const pointedAt = Date.now();
  if (colour === null) return pointed(state, target, { pointedAt, serves: null, beside: null });
  const looks = await lookAtLanes(options.stateDirectory, Object.keys(options.services));
  const held = [standing.pointing?.lane, standing.pointing?.beside?.lane];
  const busy = (each: Lane): number => looks.get(each)!.httpInFlight + looks.get(each)!.webSockets;
  const note = async (party: Party, place: ReturnType<typeof placeOf>): Promise<LaneNote> => {
    const addresses = await resolveHosts(party.services);
    const lane = chooseLane(state, { ...party, addresses }, held, busy);
    const record = state.lanes[lane];
    // A lane in use is only chosen for the release and the addresses that it has: it goes on while the other colour comes, goes or gets more.
    if (record && (beside || state.beside) && placeOf(state, lane) === place)
      return { lane, addresses, counted: { ...record.counted, at: record.counted.at ?? record.pointedAt } };
    const { ended, status5xx, transportErrors } = looks.get(lane)!;
    return { lane, addresses, counted: { by: standing.name, counts: { ended, status5xx, transportErrors } } };
  };
  return pointed(state, target, {
    pointedAt,
    serves: await note({ colour, release, services }, 'serves'),
    beside: beside ? await note(beside, beside.gets.kind) : null,
  });
}

interface Party {
  readonly colour: Colour;
  readonly release: string | null;
  readonly services: TrafficTarget['services'];
}

/** What HAProxy does, in the words of the target it was pointed to; where it does something else, in its own. */
function trafficState({ services }: HaproxyOptions, state: ProxyState, standing: Standing): TrafficState {
  const { epoch, lane, beside } = pointingOf(standing);
  if (lane === null) return { epoch, colour: null, release: null, services: {} };
  const party = (each: Lane): Party => {
    const record = state.lanes[each];
    const places = Object.keys(services).map((service) => [service, standing.addressOf(service, each)] as const);
    if (places.some(([, place]) => place === null || place === 'mixed'))
      failUnsure(standing.name, `the servers of ${each} are not at one address`);
    const observed = Object.fromEntries(places) as TrafficState['services'];
    const isAsTold = record !== undefined && sameServices(observed, record.addresses);
    return {
      colour: colourOf(each),
      release: record?.release ?? null,
      services: isAsTold ? record.services : observed,
    };
  };
  return { epoch, ...party(lane), ...(beside && { beside: { ...party(beside.lane), gets: beside.gets } }) };
}

async function readLoad(options: HaproxyOptions): Promise<readonly ColourLoad[]> {
  const { stateDirectory: directory, services } = options;
  const names = Object.keys(services);
  const standing = await ensureRunning(options);
  const state = await readState(directory);
  const variables = Object.keys(state.lanes).flatMap((lane) =>
    names.map((service) => firstErrorVariable(service, lane as Lane)),
  );
  // Counters first: an error that is counted has its time already.
  const looks = await lookAtLanes(directory, names);
  const times = await readVariables(directory, variables);
  return loadByColour({
    ...{ state, looks, by: standing.name, upSinceAt: standing.upSinceAt },
    errorTimeOf: (lane) =>
      names
        .map((service) => readErrorTime(times, firstErrorVariable(service, lane)))
        .reduce((first, time) => (first === null || (time !== null && time < first) ? time : first), null),
  });
}

async function readVariables(directory: string, names: readonly string[]): Promise<string> {
  if (names.length === 0) return '';
  const commands = names.map((name) => `get var ${name}`);
  const answer = await askRuntime({ directory, socket: lookSocket, commands });
  return answer.status === 'answered' ? answer.text : failUnsure(directory, 'its counters could not be read');
}

/** HAProxy knows no frames: the sessions are cut, and clients come back as after a lost connection. */
async function closeSessions(options: HaproxyOptions, colour: Colour, epoch: number): Promise<void> {
  const { stateDirectory: directory, services } = options;
  const state = await readState(directory);
  if (epoch < state.epoch) failStale(epoch, state.epoch);
  if (!(await lookAt(directory))) return;
  const names = Object.keys(services);
  const untilMs = performance.now() + closeTimeoutMs;
  for (;;) {
    const looks = await lookAtLanes(directory, names);
    const lanes = lanesOf(colour).filter((lane) => looks.get(lane)!.webSockets > 0);
    if (lanes.length === 0) return;
    if (performance.now() > untilMs) failUnsure(directory, `WebSockets of ${colour} stay open, though they were ended`);
    for (const lane of lanes) await endSessions(directory, names, lane, ['session']);
    // A colour that has the traffic gets new ones all the time.
    if (state.colour === colour || state.beside?.colour === colour) return;
    await sleep(10);
  }
}

/** Persisted first, with the files that a restart reads; an older wish changes nothing. */
async function maintain(options: HaproxyOptions, wish: MaintenanceWish): Promise<void> {
  const { stateDirectory: directory } = options;
  const { epoch } = await readWish(directory);
  if (isStaleWish(wish, epoch)) failStale(wish.epoch, epoch);
  await writeWish(directory, wish);
  await bringUp(options);
  await writeFiles(options, await readState(directory));
  await showPage(directory, wish);
}

async function shownPage({ stateDirectory: directory }: HaproxyOptions): Promise<MaintenancePage | null> {
  if (!(await lookAt(directory))) return null;
  const isShown = (await readPage(directory)).has('html');
  const { page } = await readWish(directory);
  if (isShown !== (page !== null)) failUnsure(directory, 'it does not show the page that it was told to');
  return page;
}

async function stopRunning({ stateDirectory }: HaproxyOptions): Promise<void> {
  const untilMs = performance.now() + stopTimeoutMs;
  for (let left = haproxyProcesses(stateDirectory); left.length > 0; left = haproxyProcesses(stateDirectory)) {
    for (const each of left) signalIdentity(each, performance.now() > untilMs ? 'SIGKILL' : 'SIGTERM');
    await sleep(10);
  }
  for (const socket of [controlSocket, lookSocket]) await rm(join(stateDirectory, socket), { force: true });
}

const failOld = ({ pid }: Standing): never =>
  fail({
    code: 'GR7437',
    message: `HAProxy (process ${pid}) was started by an older Greenroom and knows no previews and shares.`,
    do: 'Stop the environment with "greenroom stop" and deploy; that interrupts traffic.',
  });

const failStale = (epoch: number, highest: number): never =>
  fail({
    code: 'GR7409',
    message: `Epoch ${epoch} is older than ${highest}, which HAProxy has already followed.`,
    do: 'Another run has taken over. Look at what stands now before acting again.',
  });
