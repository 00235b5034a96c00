import { previewHeader } from '../../kinds/beside.ts';
import { claim, servingRelease, type Site } from '../site.ts';
import { recordStep } from './answer.ts';
import { placesOf, point, unlessRefused } from './pointing.ts';
import { probePublic } from './probe-public.ts';
import type { StepModule } from './step-task.ts';

/**
 * Lets those who have the secret reach the new version at the public address, which all others go on asking the old one at. Over with
 * whatever the proxy is pointed to next: a share, the switch, or the end of the way back.
 */
export const preview: StepModule = ({ site, step, operation, run }) =>
  run('preview', async (signal) => {
    const beganAt = site.world.clock.now();
    const old = await servingRelease(site);
    if (!old) throw new Error('nothing serves that the new version could be previewed beside');
    const refused = await show(site, old, operation);
    await site.world.reach(`${step.name}:inside`);
    const secret = await secretOf(site);
    const wrong =
      refused ??
      (await probePublic(site, site.release.id, { [previewHeader]: secret }, signal)) ??
      (await others(site, old.release.id, signal));
    if (wrong !== null) {
      await recordStep(site, step, beganAt, { outcome: 'fail', reason: wrong, facts: {} });
      return { status: 'failed', reason: wrong };
    }
    const reason = `${site.release.version} is previewed: greenroom preview ${site.environment.name}`;
    await recordStep(site, step, beganAt, { outcome: 'pass', reason, facts: { colour: site.colour } });
    return { status: 'done', facts: { colour: site.colour } };
  });

const secretOf = (site: Site): Promise<string> => site.world.previewSecret(site.directory, site.deployment.id);

/** What the proxy refuses; null when it does as it was told. */
async function show(
  site: Site,
  old: NonNullable<Awaited<ReturnType<typeof servingRelease>>>,
  operation: string,
): Promise<string | null> {
  const gets = { kind: 'preview', secret: await secretOf(site) } as const;
  const shown = await unlessRefused(async () => {
    await site.traffic.ensure();
    const services = await placesOf(site, site.colour);
    const beside = { colour: site.colour, release: site.release.id, services, gets };
    return point(site, old.colour, old.release.id, operation, { beside });
  });
  return typeof shown === 'string' ? shown : null;
}

/** Nobody else may see the new version. */
async function others(site: Site, releaseId: string, signal: AbortSignal): Promise<string | null> {
  const seen = await probePublic(site, releaseId, {}, signal);
  return seen === null ? null : `without the secret, ${seen}`;
}

/**
 * Whether or not it is known to stand: a request to show it may still be on its way, and must come too late. What serves goes on
 * serving, as it is.
 */
export async function endPreview(site: Site, operation: string): Promise<void> {
  if (!site.deployment.plan.steps.some(({ kind }) => kind === 'preview')) return;
  const now = await site.traffic.current();
  if (!now || now.colour === null) return;
  const { colour, release, services } = now;
  await site.traffic.point({ epoch: await claim(site, operation), colour, release, services });
}
