import { FailureError } from '../../domain/failure.ts';
import type { Colour, Instance } from '../../kinds/driver.ts';
import type { Release } from '../../domain/release.ts';
import type { JsonObject } from '../../domain/json.ts';
import { shareOf } from '../../domain/shift.ts';
import { startedAgain } from '../../domain/started-again.ts';
import type { Step } from '../../domain/step.ts';
import { newSide, sameBeside } from '../../kinds/beside.ts';
import { placeOf } from '../../kinds/machines.ts';
import type { Beside, TrafficState, TrafficTarget } from '../../kinds/traffic.ts';
import { claim, observe, publicAddresses, servingRelease, type Site } from '../site.ts';
import { recordsOf } from '../../store/records.ts';
import { disagreement, handWork } from '../sound-traffic.ts';
import { changeColour } from './bring-up.ts';
import { provenStarts } from './proven-starts.ts';
import { goneOf, openRunningLooks, type RunningSeen } from './running-looks.ts';
import { askHealth } from '../ask-health.ts';
import type { StepModule } from './step-task.ts';

/** Moves the traffic or a share of it, reads it back, and asks once through the public address before it counts as moved. */
export const switchOver: StepModule = ({ site, step, operation, run }) =>
  run('switch', async (signal) => {
    const percent = shareOf(step);
    const ended = await endedSinceProof(site, await observe(site, site.colour));
    if (ended !== null) return { status: 'failed', reason: ended, facts: { ended: true, ...(await hadTraffic(site)) } };
    const { clock } = site.world;
    const from = await placesBefore(site);
    const beganAt = clock.elapsed();
    const target = await unlessRefused(async () => {
      await site.traffic.ensure();
      const wanted = percent === null ? await whole(site) : await share(site, percent);
      return prepare(site, wanted, operation);
    });
    if (typeof target === 'string') return { status: 'failed', reason: target, facts: await hadTraffic(site) };
    const preparedAt = clock.elapsed();
    const state = await unlessRefused(() => turn(site, target, operation));
    if (typeof state === 'string') return { status: 'failed', reason: state, facts: await hadTraffic(site) };
    const times = { prepareMs: tenths(preparedAt - beganAt), switchMs: tenths(clock.elapsed() - preparedAt) };
    await site.world.reach(`${step.name}:inside`);
    const seen = await probePublic(site, site.release.id, percent === null ? {} : newSide, signal);
    if (seen !== null)
      return {
        status: 'failed',
        reason: `the traffic was moved, but through the public address ${seen}`,
        facts: { moved: true, ...from },
      };
    const facts = { colour: site.colour, epoch: state.epoch, ...times, ...from };
    return { status: 'done', facts: percent === null ? facts : { ...facts, percent } };
  });

/** Where the old version gets its requests, for a way back whose driver cannot be asked; nothing where none serves, or the proxy cannot tell. */
async function placesBefore(site: Site): Promise<{ readonly from?: JsonObject }> {
  const now = await site.traffic.current().catch(() => null);
  if (now === null || now.colour === null || now.colour !== site.deployment.plan.standing.colour) return {};
  return { from: { ...now.services } as unknown as JsonObject };
}

/** What of the new version is no longer what was proven, in words; null: it is. */
async function endedSinceProof(site: Site, running: readonly Instance[]): Promise<string | null> {
  const gone = goneOf(site, running);
  return gone.length > 0
    ? `${gone.join(', ')} exited after it was proven`
    : startedAgain(await provenStarts(site), running);
}

/** Whether users had reached it before: with a share of the traffic, or by a try that was cut off. Nothing where the proxy cannot tell. */
async function hadTraffic({ traffic, colour }: Site): Promise<{ readonly moved?: boolean }> {
  const now = await traffic.current().catch(() => null);
  if (now === null) return {};
  return { moved: now.colour === colour || (now.beside?.colour === colour && now.beside.gets.kind === 'share') };
}

const tenths = (durationMs: number): number => Math.round(durationMs * 10) / 10;

/** What a proxy can never take: it runs with other public addresses, is too old for a colour beside the one that serves, or has no room for all machines. */
const neverTaken = /^GR74(04|37|59)$/;

/** What the proxy refuses for good, in its words; nothing was moved then. */
export async function unlessRefused<T>(act: () => Promise<T>): Promise<T | string> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof FailureError) || !neverTaken.test(error.failures[0]!.code)) throw error;
    return error.failures.map((failure) => `${failure.code} ${failure.message}`).join(' ');
  }
}

/** A target that has no epoch yet. */
type Wanted = Omit<TrafficTarget, 'epoch'>;

const whole = async (site: Site): Promise<Wanted> => ({
  ...{ colour: site.colour, release: site.release.id },
  services: await placesOf(site, site.colour),
});

/** The old version keeps the rest. Throws where there is none: who has everything is given nothing by a share. */
async function share(site: Site, percent: number): Promise<Wanted> {
  const old = await servingRelease(site);
  if (!old) throw new Error('nothing serves that the traffic could be shared with');
  const services = await placesOf(site, site.colour);
  const gets = { kind: 'share', percent } as const;
  const beside = { colour: site.colour, release: site.release.id, services, gets };
  return { colour: old.colour, release: old.release.id, services: await placesOf(site, old.colour), beside };
}

/** Where each service of a colour really listens. Throws when one does not run. */
export async function placesOf(site: Site, colour: Colour): Promise<Beside['services']> {
  const instances = await observe(site, colour);
  const services = Object.fromEntries(instances.map((each) => [each.service, placeOf(each)]));
  const lost = site.project.services.map(({ name }) => name).filter((name) => services[name] === undefined);
  if (lost.length > 0) throw new Error(`${lost.join(', ')} of ${colour} does not run`);
  return services;
}

/** Points the proxy at a colour as it really runs, or as it is known to; null takes the environment out of traffic. Whoever was beside is no more, unless named. */
export async function point(
  site: Site,
  colour: Colour | null,
  release: string | null,
  operation: string,
  { beside, known }: { readonly beside?: Beside; readonly known?: Beside['services'] } = {},
): Promise<TrafficState> {
  const services = colour === null ? {} : (known ?? (await placesOf(site, colour)));
  const wanted = { colour, release, services, ...(beside && { beside }) };
  return turn(site, await prepare(site, wanted, operation), operation);
}

/** All that takes time and moves no request yet. */
async function prepare(site: Site, wanted: Wanted, operation: string): Promise<TrafficTarget> {
  const target = { epoch: await claim(site, operation), ...wanted };
  await site.traffic.prepare(target);
  return target;
}

/** The switch itself: this process may still act, the proxy is told, and what it then does is read from it. */
async function turn(site: Site, prepared: TrafficTarget, operation: string): Promise<TrafficState> {
  const { colour, release, beside } = prepared;
  const epoch = await claim(site, operation);
  await site.world.reach('traffic:claimed');
  const state = await site.traffic.point({ ...prepared, epoch });
  const current = await site.traffic.current();
  if (current?.colour !== colour || current.release !== release || !sameBeside(current.beside, beside))
    throw new Error(
      `the proxy serves ${inWords(current)} after it was pointed to ${inWords({ release, ...(beside && { beside }) })}`,
    );
  return state;
}

const inWords = (target: Pick<TrafficState, 'release' | 'beside'> | null): string =>
  `${target?.release ?? 'nothing'}${target?.beside ? ` beside ${target.beside.release ?? 'nothing'}` : ''}`;

/** What is wrong through the public addresses, or null. */
export async function probePublic(
  site: Site,
  releaseId: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string | null> {
  const addresses = publicAddresses(site.project, site.environment);
  const others = site.traffic.others();
  for (const [index, proxy] of [addresses, ...others].entries())
    for (const service of site.project.services) {
      const place = proxy[service.name]!;
      const answer = await askHealth(site.effects, service, place, releaseId, signal, headers);
      const where = index > 0 ? ` at ${place.host}:${place.port}` : '';
      if (answer.status !== 'good') return `${service.name} is not right${where}: ${answer.reason}`;
    }
  return null;
}

const lookEveryMs = 500;
/** How long a driver may be deaf before a person is asked, where the step's budget is as long: both versions still run, and nothing is hurt by waiting. */
const mayBeUnseenMs = 60_000;

/**
 * Counts until no request is in flight at the old colour; WebSockets stay until it stops. The bake is over, and the old version is still there to
 * have the traffic back: a new one that ends meanwhile goes back.
 */
export const drain: StepModule = ({ site, step, run }) =>
  run('drain', async (signal) => {
    const old = await servingRelease(site);
    if (!old) return { status: 'done', facts: {} };
    const { clock } = site.world;
    const see = openRunningLooks(site);
    let lookedAt = clock.elapsed();
    let ended: string | null = null;
    const facts = await drainColour(site, old.colour, step, step.budgetMs, signal, async () => {
      if (clock.elapsed() - lookedAt < lookEveryMs) return false;
      lookedAt = clock.elapsed();
      ended = (await lookForEnd(site, see)).ended;
      return ended !== null;
    });
    const drainedAt = clock.elapsed();
    while (ended === null) {
      const seen = await lookForEnd(site, see);
      if (seen.unseen === null && seen.ended === null) return { status: 'done', facts };
      ended = seen.ended;
      if (seen.unseen !== null && (signal.aborted || clock.elapsed() - drainedAt > mayBeUnseenMs))
        return { status: 'unknown', reason: `it could not be seen whether the new version still runs: ${seen.unseen}` };
      if (seen.unseen !== null) await clock.sleep(lookEveryMs, signal).catch(() => {});
    }
    const reason = `${ended}, while the old version was drained`;
    if (site.environment.bake.rollBack === 'hold') return { status: 'unknown', reason };
    return { status: 'failed', reason, facts: { ...facts, ended: true } };
  });

/** A driver that cannot be asked has seen no end. */
async function lookForEnd(site: Site, see: () => Promise<RunningSeen>) {
  const { running, unseen } = await see();
  return { ended: running && (await endedSinceProof(site, running)), unseen };
}

export async function drainColour(
  site: Site,
  colour: Colour,
  step: Step,
  budgetMs: number,
  signal: AbortSignal,
  isGivenUp: () => Promise<boolean> = async () => false,
): Promise<{ drainedMs: number; leftOver: number; webSockets: number }> {
  const beganAt = site.world.clock.elapsed();
  await site.world.reach(`${step.name}:inside`);
  for (;;) {
    const load = (await site.traffic.load()).find((each) => each.colour === colour);
    const drainedMs = Math.round(site.world.clock.elapsed() - beganAt);
    const isOver = !load || load.httpInFlight === 0 || drainedMs > budgetMs || signal.aborted;
    if (isOver || (await isGivenUp()))
      return { drainedMs, leftOver: load?.httpInFlight ?? 0, webSockets: load?.webSockets ?? 0 };
    await site.world.clock.sleep(20, signal);
  }
}

/** Ends the old colour: its WebSockets with 1012, so that clients come back to the new one, then its processes. */
export const stopOld: StepModule = ({ site, step, operation, run }) =>
  run('stop', async (signal) => {
    const old = await servingRelease(site);
    if (!old) return { status: 'done' };
    await pointedAgain(site, step, operation, site);
    const alone = await onlyOneLeft(site);
    if (alone !== null) return { status: 'unknown', reason: alone };
    // Somebody's careless word must not make it dark.
    if ((await site.traffic.current())?.colour === old.colour) throw new Error('the old version still has the traffic');
    await site.traffic.closeSessions(old.colour, await claim(site, operation));
    await changeColour(site, old.colour, 'stop', operation, signal, () => site.world.reach(`${step.name}:inside`));
    return { status: 'done', facts: { stopped: old.colour } };
  });

/** Why the old version must not be ended: much may have happened since the drain, which a person or another process has gone on from. */
async function onlyOneLeft(site: Site): Promise<string | null> {
  const { running, unseen } = await openRunningLooks(site)();
  if (running === null) return `it could not be seen whether the new version still runs: ${unseen}`;
  const gone = goneOf(site, running);
  if (gone.length === 0) return null;
  return `${gone.join(', ')} of the new version does not run, and the old one is the only one left: "greenroom rollback ${site.environment.name} --now" takes the traffic back`;
}

/**
 * Proxies that do not serve what they were pointed to are a finding, which nobody mends unseen: a person is asked, and whoever has the step
 * tried again has them pointed again. `to`: who is to have the traffic; null: nobody.
 */
export async function pointedAgain(
  site: Site,
  step: Step,
  operation: string,
  to: { readonly colour: Colour; readonly release: Release } | null,
): Promise<void> {
  try {
    await site.traffic.current();
  } catch (error) {
    const found = handWork(error) ?? disagreement(error);
    if (found === null) throw error;
    if (await isTriedAgain(site, step))
      return void (await point(site, to?.colour ?? null, to?.release.id ?? null, operation));
    throw new Error(
      `${found} Find out who did it and why; "greenroom resume ${site.environment.name} --retry" points all of it to ${to?.release.version ?? 'nobody'} again and goes on.`,
      { cause: error },
    );
  }
}

/** Begun more than once: an operation that another process goes on with is begun once all the same. */
async function isTriedAgain({ world, project, deployment }: Site, step: Step): Promise<boolean> {
  const own = await world.store.read((rows) => recordsOf(rows, project.name, deployment.id));
  return own.filter(({ kind, data }) => kind === 'step-began' && data['step'] === step.name).length > 1;
}
