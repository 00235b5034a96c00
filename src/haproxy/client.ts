import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalIdentity } from '../host/process-identity.ts';
import type { Colour } from '../kinds/driver.ts';
import { isStaleWish, type MaintenancePage, type MaintenanceWish } from '../kinds/maintenance.ts';
import type { TrafficHandle, TrafficState } from '../kinds/traffic.ts';
import { agreedState, failPage } from './agree.ts';
import { endSessions, lookAtLanes } from './apply-pointing.ts';
import { bringUp, catchUp, expectPlace, stayedBehind } from './bring-up.ts';
import { controlSocket, lookSocket } from './config-text.ts';
import { countAnew, hasLostCount } from './counted.ts';
import { failStale } from './fence.ts';
import type { HaproxyOptions } from './haproxy-options.ts';
import { haproxyProcesses } from './haproxy-processes.ts';
import { readState, readWish, settleState, writeWish } from './keep-state.ts';
import { lanesOf } from './lanes.ts';
import { point, prepare } from './point.ts';
import { allProxies, isUp, lookAtAll, otherFolders, type Proxy, type RunningProxy } from './proxies.ts';
import { readLoad } from './read-load.ts';
import { resolveHosts } from './resolve-hosts.ts';
import { showPage, showsPage } from './show-page.ts';
import { listenersOf, lookAt } from './standing.ts';
import { writeFiles } from './start-haproxy.ts';
import { failUnsure } from './unsure.ts';

const stopTimeoutMs = 3_000;
const closeTimeoutMs = 5_000;

/** A handle on the HAProxys of a folder, running or not. Nothing happens until it is asked. */
export function openHaproxy(options: HaproxyOptions): TrafficHandle {
  return {
    ensure: async () => void (await ensureRunning(options)),
    listeners: async () => {
      const standing = await lookAt(options.stateDirectory);
      return standing && listenersOf(standing, options.services, await resolveHosts(options.services));
    },
    down: () => down(options),
    others: () => (options.more ?? []).map(({ services }) => services),
    current: () => current(options),
    prepare: (target) => locked(options, async () => void (await prepare(options, target))),
    point: (target) => locked(options, () => point(options, target)),
    load: async () => readLoad(await ensureRunning(options), await readState(options.stateDirectory)),
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

async function ensureRunning(options: HaproxyOptions): Promise<readonly RunningProxy[]> {
  const { stateDirectory } = options;
  const proxies = await allProxies(options);
  const state = await readState(stateDirectory);
  const looks = await lookAtAll(proxies);
  if (!isUp(looks) || stayedBehind(looks, state).length > 0 || hasLostCount(looks, state))
    return locked(options, () => mend(options));
  for (const proxy of looks) await expectPlace(proxy);
  return looks;
}

async function mend(options: HaproxyOptions): Promise<readonly RunningProxy[]> {
  const state = await readState(options.stateDirectory);
  const found = await bringUp(options, state);
  const behind = stayedBehind(found, state);
  await catchUp(options, behind, state);
  const running = behind.length > 0 ? await bringUp(options, state) : found;
  if (hasLostCount(running, state)) await countAnew(options.stateDirectory, running, state);
  return running;
}

/** Null when one of them is down: whoever has it to do brings it up. */
async function current(options: HaproxyOptions): Promise<TrafficState | null> {
  const looks = await lookAtAll(await allProxies(options));
  if (!isUp(looks)) return null;
  const state = agreedState(looks, await readState(options.stateDirectory));
  await expectPage(options, looks);
  return state;
}

/** Whoever changes the page does so under the lock: what is astray outside of it is looked at again there. The page that was asked for. */
async function expectPage(options: HaproxyOptions, running: readonly RunningProxy[]): Promise<MaintenancePage | null> {
  const look = async () => {
    const wish = await readWish(options.stateDirectory);
    const shown = await Promise.all(running.map(({ directory }) => showsPage(directory, wish)));
    return { wish, astray: running.find((_, index) => !shown[index]) };
  };
  const seen = await look();
  const { wish, astray } = seen.astray ? await locked(options, look) : seen;
  return astray ? failPage(astray.directory, wish.page !== null) : wish.page;
}

async function down(options: HaproxyOptions): Promise<readonly string[]> {
  const proxies = await allProxies(options);
  if (proxies.length === 1) return [];
  const looks = await lookAtAll(proxies);
  return proxies.filter((_, index) => looks[index] === null).map(({ name }) => name);
}

/** HAProxy knows no frames: the sessions are cut, and clients come back as after a lost connection. */
async function closeSessions(options: HaproxyOptions, colour: Colour, epoch: number): Promise<void> {
  const { stateDirectory } = options;
  const state = await readState(stateDirectory);
  if (epoch < state.epoch) failStale(epoch, state.epoch);
  // Whoever ends a colour must find it left for good, also after a power cut.
  await settleState(stateDirectory);
  // A colour that has the traffic gets new ones all the time.
  const isServed = state.colour === colour || state.beside?.colour === colour;
  const proxies = await allProxies(options);
  await Promise.all(proxies.map((proxy) => closeSessionsOf(proxy, colour, isServed)));
}

async function closeSessionsOf({ directory, services }: Proxy, colour: Colour, isServed: boolean): Promise<void> {
  const standing = await lookAt(directory);
  if (!standing) return;
  const names = Object.keys(services);
  const untilMs = performance.now() + closeTimeoutMs;
  for (;;) {
    const looks = await lookAtLanes(directory, names, standing.machines);
    const lanes = lanesOf(colour).filter((lane) => looks.get(lane)!.webSockets > 0);
    if (lanes.length === 0) return;
    if (performance.now() > untilMs) failUnsure(directory, `WebSockets of ${colour} stay open, though they were ended`);
    for (const lane of lanes) await endSessions(standing, directory, names, lane, ['session']);
    if (isServed) return;
    await sleep(10);
  }
}

/** Persisted first, with the files that a restart reads; an older wish changes nothing. */
async function maintain(options: HaproxyOptions, wish: MaintenanceWish): Promise<void> {
  const { stateDirectory: directory } = options;
  const { epoch } = await readWish(directory);
  if (isStaleWish(wish, epoch)) failStale(wish.epoch, epoch);
  await writeWish(directory, wish);
  const state = await readState(directory);
  for (const proxy of await bringUp(options, state)) {
    await writeFiles(options, proxy, state);
    await showPage(proxy.directory, wish);
  }
}

/** Those that are down come up with the page. */
async function shownPage(options: HaproxyOptions): Promise<MaintenancePage | null> {
  const looks = await lookAtAll(await allProxies(options));
  const running = looks.filter((look) => look !== null);
  return running.length === 0 ? null : expectPage(options, running);
}

/** Also one that nobody asks for any more, with its folder. */
async function stopRunning(options: HaproxyOptions): Promise<void> {
  const others = await otherFolders(options);
  for (const directory of [options.stateDirectory, ...others]) await stopOne(directory);
  for (const directory of others) await rm(directory, { recursive: true, force: true });
}

async function stopOne(directory: string): Promise<void> {
  const untilMs = performance.now() + stopTimeoutMs;
  for (let left = haproxyProcesses(directory); left.length > 0; left = haproxyProcesses(directory)) {
    for (const each of left) signalIdentity(each, performance.now() > untilMs ? 'SIGKILL' : 'SIGTERM');
    await sleep(10);
  }
  for (const socket of [controlSocket, lookSocket]) await rm(join(directory, socket), { force: true });
}
