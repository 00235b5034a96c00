import type { JsonObject } from '../../domain/json.ts';
import { shareOf } from '../../domain/shift.ts';
import { newSide } from '../../kinds/beside.ts';
import { observe, servingRelease, type Site } from '../site.ts';
import { placesOf, prepare, turn, unlessRefused, type Wanted } from './pointing.ts';
import { probePublic } from './probe-public.ts';
import { endedSinceProof } from './proven-starts.ts';
import type { StepModule } from './step-task.ts';

/** Moves the traffic or a share of it, reads it back, and asks once through the public address before it counts as moved. */
export const switchOver: StepModule = ({ site, step, operation, run }) =>
  run('switch', async (signal) => {
    const percent = shareOf(step);
    const ended = await endedSinceProof(site, await observe(site, site.colour));
    if (ended !== null)
      return { status: 'failed', reason: ended.reason, facts: { ...ended.facts, ...(await hadTraffic(site)) } };
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

/** Whether users had reached it before: with a share of the traffic, or by a try that was cut off. Nothing where the proxy cannot tell. */
async function hadTraffic({ traffic, colour }: Site): Promise<{ readonly moved?: boolean }> {
  const now = await traffic.current().catch(() => null);
  if (now === null) return {};
  return { moved: now.colour === colour || (now.beside?.colour === colour && now.beside.gets.kind === 'share') };
}

const tenths = (durationMs: number): number => Math.round(durationMs * 10) / 10;

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
