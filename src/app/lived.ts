import type { Project } from '../domain/project.ts';
import { lastGood } from '../domain/last-good.ts';
import { whyNotBorneOut } from '../domain/witness.ts';
import { listDeployments, type StoredDeployment } from '../store/deployments.ts';
import { hearLog } from './testimony.ts';
import type { World } from './world.ts';

/** Deployments of one environment that went live, newest first, as the database says. */
export interface Lived {
  /** Those that the log bears out. */
  readonly believed: readonly StoredDeployment[];
  /** The others, with the reason. */
  readonly doubted: readonly { readonly deployment: StoredDeployment; readonly reason: string }[];
}

export async function livedIn(world: World, project: Project, environment: string): Promise<Lived> {
  const { store, hash } = world;
  const filter = { environment, limit: 10_000 };
  const deployments = await store.read((rows) => listDeployments(rows, project.name, filter));
  const { testimonyOf } = await hearLog(world, project.name);
  const judged = deployments
    .filter((each) => each.ending?.as === 'live')
    .map((deployment) => ({
      deployment,
      reason: whyNotBorneOut({ ...deployment, endedAs: 'live' }, testimonyOf(deployment.id), hash),
    }));
  return {
    believed: judged.flatMap(({ deployment, reason }) => (reason === null ? [deployment] : [])),
    doubted: judged.flatMap(({ deployment, reason }) => (reason === null ? [] : [{ deployment, reason }])),
  };
}

/** Id of the release that a rollback returns to; null when there is none. `serving`: a deployment in progress whose new version serves already. */
export const lastGoodOf = ({ believed }: Lived, serving: StoredDeployment | null = null): string | null =>
  lastGood(
    [...believed.toReversed(), ...(serving ? [serving] : [])].map(({ plan, request }) => ({
      ...{ releaseId: plan.release.id, purpose: request.purpose },
    })),
  );
