import { FailureError } from '../../domain/failure.ts';
import type { Release } from '../../domain/release.ts';
import type { Step } from '../../domain/step.ts';
import { sameBeside } from '../../kinds/beside.ts';
import type { Colour } from '../../kinds/driver.ts';
import { placeOf } from '../../kinds/machines.ts';
import type { Beside, TrafficState, TrafficTarget } from '../../kinds/traffic.ts';
import { recordsOf } from '../../store/records.ts';
import { claim, observe, type Site } from '../site.ts';
import { disagreement, handWork } from '../sound-traffic.ts';

/** A target that has no epoch yet. */
export type Wanted = Omit<TrafficTarget, 'epoch'>;

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
export async function prepare(site: Site, wanted: Wanted, operation: string): Promise<TrafficTarget> {
  const target = { epoch: await claim(site, operation), ...wanted };
  await site.traffic.prepare(target);
  return target;
}

/** The switch itself: this process may still act, the proxy is told, and what it then does is read from it. */
export async function turn(site: Site, prepared: TrafficTarget, operation: string): Promise<TrafficState> {
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

/**
 * Proxies that do not serve what they were pointed to are a finding, which nobody mends unseen: a person is asked, and whoever has the step
 * tried again has them pointed again. `to`: who is to have the traffic; null: nobody. Answers the finding; null: they serve it.
 */
export async function pointedAgain(
  site: Site,
  step: Step,
  operation: string,
  to: { readonly colour: Colour; readonly release: Release } | null,
): Promise<string | null> {
  try {
    await site.traffic.current();
    return null;
  } catch (error) {
    const found = handWork(error) ?? disagreement(error);
    if (found === null) throw error;
    if (!(await isTriedAgain(site, step)))
      return `${found} Find out who did it and why; "greenroom resume ${site.environment.name} --retry" points all of it to ${to?.release.version ?? 'nobody'} again and goes on.`;
    await point(site, to?.colour ?? null, to?.release.id ?? null, operation);
    return null;
  }
}

/** Begun more than once: an operation that another process goes on with is begun once all the same. */
async function isTriedAgain({ world, project, deployment }: Site, step: Step): Promise<boolean> {
  const own = await world.store.read((rows) => recordsOf(rows, project.name, deployment.id));
  return own.filter(({ kind, data }) => kind === 'step-began' && data['step'] === step.name).length > 1;
}
