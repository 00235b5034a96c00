import type { Environment, Project } from '../domain/project.ts';
import type { Condition } from '../domain/verdict.ts';
import { findDeployment, listDeployments } from '../store/deployments.ts';
import { servingIn } from '../store/environments.ts';
import { verifyRecords } from '../store/records.ts';
import { findRelease } from '../store/releases.ts';
import { findDrift } from './find-drift.ts';
import { acceptedIn } from './proof.ts';
import type { World } from './world.ts';

/** What runs in an environment, what is in progress, and what is owed there. */
export interface EnvironmentStanding {
  readonly name: string;
  readonly serving: { readonly releaseId: string; readonly colour: string; readonly version: string } | null;
  readonly inProgress: readonly {
    readonly id: string;
    readonly number: number;
    readonly status: string;
    readonly version: string;
    readonly hold: string | null;
  }[];
  readonly owed: readonly Condition[];
  /** Differences between what is recorded to serve and what really runs. */
  readonly drift: readonly string[];
}

export async function readStanding(world: World, project: Project): Promise<readonly EnvironmentStanding[]> {
  return Promise.all(project.environments.map((environment) => standingOf(world, project, environment)));
}

async function standingOf(world: World, project: Project, environment: Environment): Promise<EnvironmentStanding> {
  const { name } = environment;
  const serving = await world.store.read((rows) => servingIn(rows, project.name, name));
  const open = await world.store.read((rows) => listDeployments(rows, project.name, { environment: name, open: true }));
  const by = serving && (await world.store.read((rows) => findDeployment(rows, serving.deployment)));
  const release = serving && (await world.store.read((rows) => findRelease(rows, project.name, serving.releaseId)));
  const accepted = by ? await acceptedIn(world, by.id) : [];
  return {
    name,
    serving: serving && {
      ...{ releaseId: serving.releaseId, colour: serving.colour },
      version: release?.version ?? serving.releaseId,
    },
    inProgress: open.map(({ id, number, status, plan, state }) => ({
      ...{ id, number, status, version: plan.release.version, hold: state?.hold?.reason ?? null },
    })),
    owed: (by?.verdict?.conditions ?? []).filter((condition) => !accepted.includes(condition.id)),
    drift: await findDrift(world, project, environment),
  };
}

/** Sequence of the first record that was bent, or null. */
export const firstBentRecord = (world: World, project: Project): Promise<number | null> =>
  world.store.read((rows) => verifyRecords(rows, project.name));
