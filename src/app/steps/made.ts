import { FailureError } from '../../domain/failure.ts';
import { proofOf } from '../proof.ts';
import { slotOf, type Site } from '../site.ts';

/** What the release was made into here besides its tree, by service. Nothing where the driver makes nothing. */
export const madeHere = async (site: Site): Promise<Readonly<Record<string, string>>> =>
  (await site.driver.made?.(slotOf(site, site.colour, site.release, 0, 'observe'))) ?? {};

/**
 * An image is proven by its id, as the log of the proof has it: the driver's own file of ids may have been lost, and made again from a tag
 * that was moved. On the way back it is what ran here before. Throws `GR6700`, asked before a start and again before traffic moves.
 */
export async function expectProven(site: Site): Promise<void> {
  const { world, project, environment, release, deployment } = site;
  const { purpose, proofFrom } = deployment.plan;
  const from = purpose === 'deploy' ? proofFrom : environment.name;
  if (from === null || !site.driver.made) return;
  const proven = (await proofOf(world, project.name, from, release.revision))?.made ?? {};
  const others = Object.entries(await madeHere(site)).filter(([name, id]) => (proven[name] ?? id) !== id);
  if (others.length === 0) return;
  throw new FailureError(
    ...others.map(([name, id]) => ({
      code: 'GR6700',
      message: `The image of ${name} in ${environment.name} (${id}) is not the one of ${release.version} that was proven in ${from} (${proven[name]}).`,
      do: 'Bring back the image that was proven, or make a new release and prove it from the first environment.',
    })),
  );
}
