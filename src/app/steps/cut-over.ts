import { FailureError } from '../../domain/failure.ts';
import type { Colour } from '../../kinds/driver.ts';
import type { Step } from '../../domain/step.ts';
import type { TrafficState } from '../../kinds/traffic.ts';
import { claim, observe, publicAddresses, servingRelease, type Site } from '../site.ts';
import { changeColour } from './bring-up.ts';
import { askHealth } from './prove.ts';
import type { StepModule } from './step-task.ts';

/** Moves the traffic, reads it back, and asks once through the public address before it counts as moved. */
export const switchOver: StepModule = ({ site, step, operation, run }) =>
  run('switch', async (signal) => {
    const misfit = await bringUp(site);
    if (misfit !== null) return { status: 'failed', reason: misfit };
    const beganAt = site.world.clock.elapsed();
    const state = await point(site, site.colour, site.release.id, operation);
    const switchMs = Math.round((site.world.clock.elapsed() - beganAt) * 10) / 10;
    await site.world.reach(`${step.name}:inside`);
    const seen = await probePublic(site, site.release.id, signal);
    if (seen !== null)
      return { status: 'failed', reason: `the traffic was moved, but through the public address ${seen}` };
    return { status: 'done', facts: { colour: state.colour, epoch: state.epoch, switchMs } };
  });

/** What keeps the proxy from ever taking this deployment: it runs with other public addresses. Nothing was moved then. */
async function bringUp({ traffic }: Site): Promise<string | null> {
  try {
    await traffic.ensure();
    return null;
  } catch (error) {
    if (!(error instanceof FailureError) || error.failures[0]!.code !== 'GR7404') throw error;
    return error.failures.map((failure) => `${failure.code} ${failure.message}`).join(' ');
  }
}

/** Points the proxy at a colour as it really runs; null takes the environment out of traffic. */
export async function point(
  site: Site,
  colour: Colour | null,
  release: string | null,
  operation: string,
): Promise<TrafficState> {
  const epoch = await claim(site, operation);
  const instances = colour === null ? [] : await observe(site, colour);
  const services = Object.fromEntries(instances.map(({ service, host, port }) => [service, { host, port }]));
  const asked = colour === null ? [] : site.project.services.map((service) => service.name);
  const lost = asked.filter((name) => services[name] === undefined);
  if (lost.length > 0) throw new Error(`${lost.join(', ')} of ${colour} does not run`);
  await site.world.reach('traffic:claimed');
  const state = await site.traffic.point({ epoch, colour, release, services });
  const current = await site.traffic.current();
  if (current?.colour !== colour || current.release !== release)
    throw new Error(
      `the proxy serves ${current?.release ?? 'nothing'} after it was pointed to ${release ?? 'nothing'}`,
    );
  return state;
}

/** What is wrong through the public address, or null. */
async function probePublic(site: Site, releaseId: string, signal: AbortSignal): Promise<string | null> {
  const addresses = publicAddresses(site.project, site.environment);
  for (const service of site.project.services) {
    const answer = await askHealth(site.effects, service, addresses[service.name]!, releaseId, signal);
    if (answer.status !== 'good') return `${service.name} is not right: ${answer.reason}`;
  }
  return null;
}

/** Counts until no request is in flight at the old colour; WebSockets stay until it stops. */
export const drain: StepModule = ({ site, step, run }) =>
  run('drain', async (signal) => {
    const old = await servingRelease(site);
    if (!old) return { status: 'done', facts: {} };
    return { status: 'done', facts: await drainColour(site, old.colour, step, step.budgetMs, signal) };
  });

export async function drainColour(
  site: Site,
  colour: Colour,
  step: Step,
  budgetMs: number,
  signal: AbortSignal,
): Promise<{ drainedMs: number; leftOver: number; webSockets: number }> {
  const beganAt = site.world.clock.elapsed();
  await site.world.reach(`${step.name}:inside`);
  for (;;) {
    const load = (await site.traffic.load()).find((each) => each.colour === colour);
    const drainedMs = Math.round(site.world.clock.elapsed() - beganAt);
    if (!load || load.httpInFlight === 0 || drainedMs > budgetMs || signal.aborted)
      return { drainedMs, leftOver: load?.httpInFlight ?? 0, webSockets: load?.webSockets ?? 0 };
    await site.world.clock.sleep(20, signal);
  }
}

/** Ends the old colour: its WebSockets with 1012, so that clients come back to the new one, then its processes. */
export const stopOld: StepModule = ({ site, step, operation, run }) =>
  run('stop', async (signal) => {
    const old = await servingRelease(site);
    if (!old) return { status: 'done' };
    // Somebody's careless word must not make it dark.
    if ((await site.traffic.current())?.colour === old.colour) throw new Error('the old version still has the traffic');
    await site.traffic.closeSessions(old.colour, await claim(site, operation));
    await changeColour(site, old.colour, 'stop', operation, signal, () => site.world.reach(`${step.name}:inside`));
    return { status: 'done', facts: { stopped: old.colour } };
  });
