import { fail, FailureError } from '../domain/failure.ts';
import { isCode } from '../host/durable-file.ts';
import { sameBeside, sameServices } from '../kinds/beside.ts';
import { expectRoom } from '../kinds/machines.ts';
import type { TrafficState, TrafficTarget } from '../kinds/traffic.ts';
import { agreedState } from './agree.ts';
import { isSettled, settleLanes, turnProxy } from './apply-pointing.ts';
import { bringUp, bringUpOne } from './bring-up.ts';
import { mayPoint } from './fence.ts';
import type { HaproxyOptions } from './haproxy-options.ts';
import { dropNext, readNext, readState, readWish, takeNext, writeNext } from './keep-state.ts';
import { pointingText } from './lanes.ts';
import { nextState } from './next-state.ts';
import { allProxies, isUp, lookAtAll, type RunningProxy } from './proxies.ts';
import type { ProxyState } from './proxy-state.ts';
import { showPage } from './show-page.ts';
import type { Standing } from './standing.ts';
import { draftFiles, takeDrafts, writeFiles } from './start-haproxy.ts';

/** Everything is done but the switch: proxies are up, lanes are where they are to be, the next state is on disk. */
interface Ready {
  readonly state: ProxyState;
  /** The same target again: what was cut off between persisting and applying is finished. */
  readonly isNew: boolean;
  readonly running: readonly RunningProxy[];
}

/** Judges a target and does what moves no request. To be called under the lock, as all here. When one of the proxies cannot follow, nothing has changed. */
export async function prepare(options: HaproxyOptions, target: TrafficTarget): Promise<Ready> {
  const { stateDirectory: directory, services } = options;
  const state = await readState(directory);
  const isNew = mayPoint(state, target, Object.keys(services));
  expectRoom(options.reach?.machines ?? 1, target);
  const running = await bringUp(options, state);
  const old = running.find(({ standing }) => !standing.knowsBeside);
  if (target.beside && old) failOld(old.standing);
  const next = isNew ? { ...(await nextState(state, target, running)), after: state.epoch } : state;
  await Promise.all(running.map((proxy) => settleLanes(proxy, next)));
  if (isNew) {
    // Until all of it is there, nothing counts as prepared.
    await dropNext(directory);
    await Promise.all(running.map((proxy) => draftFiles(options, proxy, next)));
    await writeNext(directory, next);
  }
  return { state: next, isNew, running };
}

/** Persisted, applied to all, read back from all. */
export async function point(options: HaproxyOptions, target: TrafficTarget): Promise<TrafficState> {
  const { state, isNew, running } = (await findReady(options, target)) ?? (await prepare(options, target));
  if (isNew) {
    await takeNext(options.stateDirectory);
    await Promise.all(running.map((proxy) => takeFiles(options, proxy, state)));
  }
  const turned = await turnAll(options, running, state);
  // Not before: nobody is let in to what served when somebody changed it by hand.
  const wish = await readWish(options.stateDirectory);
  await Promise.all(turned.map((proxy) => showPage(proxy.directory, wish)));
  return agreedState(turned, state);
}

/** What was prepared for just this target, while nothing has come between; null otherwise. */
async function findReady(options: HaproxyOptions, target: TrafficTarget): Promise<Ready | null> {
  const { stateDirectory: directory, services } = options;
  const [state, next, proxies] = await Promise.all([readState(directory), readNext(directory), allProxies(options)]);
  if (!next || next.after !== state.epoch || !isFor(next, target)) return null;
  if (!mayPoint(state, target, Object.keys(services))) return null;
  const running = await lookAtAll(proxies);
  return isUp(running) && running.every((proxy) => isSettled(proxy, next))
    ? { state: next, isNew: true, running }
    : null;
}

const isFor = (state: ProxyState, { epoch, colour, release, services, beside }: TrafficTarget): boolean =>
  state.epoch === epoch &&
  state.colour === colour &&
  state.release === release &&
  sameServices(state.services, services) &&
  sameBeside(state.beside, beside);

/** Another may have used what was drafted, to show a page. */
async function takeFiles(options: HaproxyOptions, proxy: RunningProxy, state: ProxyState): Promise<void> {
  try {
    await takeDrafts(proxy);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
    await writeFiles(options, proxy, state);
  }
}

/**
 * Switches all at once and reads all back. One that died over it comes up with the state, which is on record; one that does not answer is
 * named, and the switch is not called done: those that were moved stay where the record says, and the same target again finishes it.
 */
async function turnAll(
  options: HaproxyOptions,
  running: readonly RunningProxy[],
  state: ProxyState,
): Promise<readonly RunningProxy[]> {
  const told = await Promise.all(running.map((proxy) => turnProxy(proxy, state).then(() => null, asFailure)));
  const ends = await Promise.all(
    running.map(async (proxy, index) => {
      const end = await readBack(options, proxy, state).catch(asFailure);
      const isThere = end instanceof FailureError || end.standing.mapEntry === pointingText(state);
      return isThere ? end : (told[index] ?? end);
    }),
  );
  const lost = ends.flatMap((end, index) =>
    end instanceof FailureError ? [{ name: running[index]!.name, error: end }] : [],
  );
  if (lost.length === 0) return ends as readonly RunningProxy[];
  if (running.length === 1) throw lost[0]!.error;
  const moved = running.map(({ name }) => name).filter((name) => !lost.some((one) => one.name === name));
  const reasons = lost.map(({ name, error }) => `"${name}": ${error.failures[0]!.message}`).join(' ');
  return fail({
    code: 'GR7471',
    message: `Not every HAProxy of this environment is known to have switched. ${reasons} ${moved.length > 0 ? `Switched and read back: ${moved.map((name) => `"${name}"`).join(', ')}.` : 'None was read back.'}`,
    where: options.stateDirectory,
    do: 'Ask again with the same epoch. One that hangs must be ended first (its process is named); it then comes up with what was pointed to last.',
  });
}

const readBack = (options: HaproxyOptions, { name, directory, services, reach }: RunningProxy, state: ProxyState) =>
  bringUpOne(options, { name, directory, services, reach }, state);

function asFailure(error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  throw error;
}

const failOld = ({ pid }: Standing): never =>
  fail({
    code: 'GR7437',
    message: `HAProxy (process ${pid}) was started by an older Greenroom and knows no previews and shares.`,
    do: 'Stop the environment with "greenroom stop" and deploy; that interrupts traffic.',
  });
