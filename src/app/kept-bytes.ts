import { fail } from '../domain/failure.ts';
import type { WayBack } from './find-way-back.ts';
import { releaseOf } from './plan-deployment.ts';
import type { World } from './world.ts';

/** Throws what the deployment of a release would be refused for that is to be brought back from its kept bytes: they are gone, or others. */
export async function requireKeptBytes(world: World, way: WayBack): Promise<void> {
  if (way.kind !== 'redeploy') return;
  const { environment, release } = way.plan;
  const { parts } = await releaseOf(world, way.project, release.id);
  const kept = await world.artifacts.verify(parts.artifacts['tree'] ?? '');
  if (kept.ok) return;
  const elsewhere = elsewhereWords(environment);
  fail(...kept.failures.map((each) => ({ ...each, do: `${each.do ?? ''} ${elsewhere}`.trim() })));
}

/** For whoever cannot wait until the bytes are back. */
export const elsewhereWords = (environment: string): string =>
  `Or go back to another release that has served here: "greenroom rollback ${environment} --to <another release>".`;
