import { settleLanes, turnProxy } from './apply-pointing.ts';
import type { HaproxyOptions } from './haproxy-options.ts';
import { readWish } from './keep-state.ts';
import { allProxies, type Proxy, type RunningProxy } from './proxies.ts';
import type { ProxyState } from './proxy-state.ts';
import { resolveHosts } from './resolve-hosts.ts';
import { showPage } from './show-page.ts';
import { expectAddresses, lookAt } from './standing.ts';
import { startHaproxy, writeFiles } from './start-haproxy.ts';

/** All of them, up. To be called under the lock, as all here. */
export async function bringUp(options: HaproxyOptions, state: ProxyState): Promise<readonly RunningProxy[]> {
  const running: RunningProxy[] = [];
  for (const proxy of await allProxies(options)) running.push(await bringUpOne(options, proxy, state));
  return running;
}

/** Another may have started it meanwhile, or died just after. */
export async function bringUpOne(options: HaproxyOptions, proxy: Proxy, state: ProxyState): Promise<RunningProxy> {
  const standing = (await lookAt(proxy.directory)) ?? (await startHaproxy(options, proxy, state));
  const up = { ...proxy, standing };
  await expectPlace(up);
  return up;
}

/**
 * Those that follow another epoch than the last one, though that was applied: somebody has started them since, with files of an earlier day, or
 * they missed a switch that others made. What was persisted and reached none of them is not finished here; nor is a map mended
 * that Greenroom did not write: the next switch does both, and until then it shows.
 */
export function stayedBehind(
  running: readonly RunningProxy[],
  { epoch, pointedAt }: ProxyState,
): readonly RunningProxy[] {
  const follows = ({ standing: { pointing } }: RunningProxy): boolean => pointing?.epoch === epoch;
  const isApplied = running.some(follows);
  return running.filter(
    (proxy) =>
      proxy.standing.pointing !== null && !follows(proxy) && (isApplied || proxy.standing.upSinceAt > pointedAt),
  );
}

/** Brings them to what was pointed to last, and to the page that was asked for. */
export async function catchUp(
  options: HaproxyOptions,
  behind: readonly RunningProxy[],
  state: ProxyState,
): Promise<void> {
  const wish = await readWish(options.stateDirectory);
  for (const proxy of behind) {
    await settleLanes(proxy, state);
    await turnProxy(proxy, state);
    await showPage(proxy.directory, wish);
    await writeFiles(options, proxy, state);
  }
}

/** Throws GR7404 when it runs at other addresses. */
export const expectPlace = async ({ standing, services, reach }: RunningProxy): Promise<void> =>
  expectAddresses(standing, await resolveHosts(services), reach);
