import { FailureError } from '../../domain/failure.ts';
import { claim, observe, servingRelease, type Site } from '../site.ts';
import { placeOf } from '../../kinds/machines.ts';
import type { Beside } from '../../kinds/traffic.ts';
import type { Colour } from '../../kinds/driver.ts';
import type { Release } from '../../domain/release.ts';
import { asItListens } from '../public-addresses.ts';
import { changeColour } from './bring-up.ts';
import { drainColour } from './drain.ts';
import { giveBack } from './give-back.ts';
import { ownFacts } from './own-facts.ts';
import { point, pointedAgain } from './pointing.ts';
import { openRunningLooks } from './running-looks.ts';
import { endPreview } from './preview.ts';
import { askHealth } from '../ask-health.ts';
import type { StepModule } from './step-task.ts';

interface Version {
  readonly colour: Colour;
  readonly release: Release;
}

/** The way back: the old colour first proves that it is still well, started again when it has died; a sick one would make it worse. */
export const switchBack: StepModule = ({ site, step, operation, run }) =>
  run('switch-back', async (signal) => {
    const old = await servingRelease(site);
    const back = await withItsServices(await asItListens(site));
    await back.traffic.ensure();
    const beganAt = site.world.clock.elapsed();
    const known = old && (await wellPlaces(back, old, signal));
    const sick = old && known === null && (await nurse(back, old, operation, signal));
    if (sick && (await sicknessOf(site, site, signal)) === null)
      return {
        status: 'failed',
        reason: `the old version is not well either: ${sick}; traffic stays ${await whereItIs(back)}`,
      };
    const state = await point(back, old?.colour ?? null, old?.release.id ?? null, operation, known ? { known } : {});
    await site.world.reach(`${step.name}:inside`);
    const switchMs = Math.round((site.world.clock.elapsed() - beganAt) * 10) / 10;
    return { status: 'done', facts: { colour: state.colour, epoch: state.epoch, switchMs } };
  });

/**
 * Where the old version listens, if it is well there: by its driver, or where it was before the switch when that one cannot be asked, since who has to go back does
 * not wait for a deploy API. Null: its driver is asked again, and has it nursed.
 */
async function wellPlaces(site: Site, old: Version, signal: AbortSignal): Promise<Beside['services'] | null> {
  const { running } = await openRunningLooks({ ...site, colour: old.colour })();
  const places = running
    ? Object.fromEntries(running.map((each) => [each.service, placeOf(each)]))
    : await placesAtSwitch(site);
  for (const service of site.project.services) {
    const place = places[service.name];
    if (!place || (await askHealth(site.effects, service, place, old.release.id, signal)).status !== 'good')
      return null;
  }
  return places;
}

async function placesAtSwitch(site: Site): Promise<Beside['services']> {
  const from = (await ownFacts(site)).findLast((facts) => facts['from'] !== undefined)?.['from'];
  return (from ?? {}) as unknown as Beside['services'];
}

async function whereItIs({ traffic, colour }: Site): Promise<string> {
  const now = await traffic.current();
  return now?.beside?.colour === colour ? 'with both, as it is shared' : 'with the new one';
}

/** Services that the proxy knows: the old version has no more. */
async function withItsServices(site: Site): Promise<Site> {
  const known = await site.traffic.listeners();
  if (known === null) return site;
  const services = site.project.services.filter(({ name }) => known[name] !== undefined);
  return { ...site, project: { ...site.project, services } };
}

/**
 * What is still wrong with the old version after it was given a chance, or null when it is well. One that had to be started again answers
 * as often in a row as any start has to: the first answer may come from a process that is about to exit.
 */
export async function nurse(site: Site, old: Version, operation: string, signal: AbortSignal): Promise<string | null> {
  const { clock } = site.world;
  let sick = await sicknessOf(site, old, signal);
  if (sick === null) return null;
  const changed = await startAgain({ ...site, ...old }, `${operation}-old`, signal);
  if (changed !== null) return changed;
  const until = clock.now() + Math.max(...site.project.services.map((service) => service.health.startsInMs));
  const wanted = Math.max(1, ...site.project.services.map((service) => service.health.consecutive));
  for (let good = 0; good < wanted;) {
    if (clock.now() >= until || signal.aborted) return sick ?? 'it did not stay well';
    await clock.sleep(50, signal);
    sick = await sicknessOf(site, old, signal);
    good = sick === null ? good + 1 : 0;
  }
  return null;
}

/** What keeps it from being started: a record or bytes that are not those which were proven, an exit at once, a port that is taken. */
async function startAgain(site: Site, operation: string, signal: AbortSignal): Promise<string | null> {
  try {
    await changeColour(site, site.colour, 'start', operation, signal);
    return null;
  } catch (error) {
    if (!(error instanceof FailureError) || !/^GR(65|4112|641[23])/.test(error.failures[0]!.code)) throw error;
    return error.failures.map((failure) => `${failure.code} ${failure.message}`).join(' ');
  }
}

export async function sicknessOf(
  site: Site,
  { colour, release }: Version,
  signal: AbortSignal,
): Promise<string | null> {
  const instances = await observe(site, colour);
  for (const service of site.project.services) {
    const instance = instances.find((each) => each.service === service.name);
    if (!instance) return `${service.name} does not run`;
    const answer = await askHealth(site.effects, service, instance, release.id, signal);
    if (answer.status !== 'good') return `${service.name}: ${answer.reason}`;
  }
  return null;
}

/** As long as on the way forth: whoever asked the new version before the switch back is answered by it. */
const drainMs = ({ project }: Site): number => Math.max(0, ...project.services.map((service) => service.drainMs));

export const drainNew: StepModule = ({ site, step, run }) =>
  run('drain-new', async (signal) => ({
    status: 'done',
    facts: await drainColour(await asItListens(site), site.colour, step, drainMs(site), signal),
  }));

export const stopNew: StepModule = ({ site, step, operation, run }) =>
  run('stop-new', async (signal) => {
    const listening = await asItListens(site);
    const proxy = listening.traffic;
    const old = await servingRelease(site);
    const changed = await pointedAgain(await withItsServices(listening), step, operation, old);
    if (changed !== null) return { status: 'unknown', reason: changed, facts: { byHand: true } };
    const traffic = await proxy.current();
    if (traffic?.colour === site.colour) throw new Error('the new version still has the traffic');
    await endPreview(listening, operation);
    if (traffic) await proxy.closeSessions(site.colour, await claim(site, operation));
    await changeColour(site, site.colour, 'stop', operation, signal, () => site.world.reach(`${step.name}:inside`));
    const isServed = (traffic?.colour ?? null) !== null || site.deployment.plan.standing.releaseId !== null;
    const givenBack = await giveBack(listening, isServed, operation, signal);
    await site.world.reach(`${step.name}:given-back`);
    return { status: 'done', facts: { stopped: site.colour, ...(givenBack.length > 0 && { givenBack }) } };
  });
