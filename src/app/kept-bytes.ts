import { fail } from '../domain/failure.ts';
import type { WayBack } from './find-way-back.ts';
import { releaseOf } from './plan-deployment.ts';
import type { World } from './world.ts';

/** Throws what the deployment of a release would be refused for that is to be brought back from its kept bytes: they are gone, or others. */
export async function requireKeptBytes(world: World, way: WayBack): Promise<void> {
  if (way.kind !== 'redeploy') return;
  const { parts } = await releaseOf(world, way.project, way.plan.release.id);
  const kept = await world.artifacts.verify(parts.artifacts['tree'] ?? '');
  if (!kept.ok) fail(...kept.failures);
}
