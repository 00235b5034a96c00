import type { CertificateQuestion } from '../domain/certificate.ts';
import { fail, type Failure } from '../domain/failure.ts';
import { makePlan, planHash, staleness, type Plan } from '../domain/plan.ts';
import type { Environment, Project } from '../domain/project.ts';
import type { Release } from '../domain/release.ts';
import { servingIn, standing } from '../store/environments.ts';
import { findRelease, listReleases, requireAsMade } from '../store/releases.ts';
import { findObstacles } from './admission.ts';
import type { World } from './world.ts';

export interface PlannedDeployment {
  readonly plan: Plan;
  /** Why it would be refused now; empty when it would begin. */
  readonly obstacles: readonly Failure[];
  /** What is known of the way back from the environment before; null where nothing is promoted. */
  readonly certificate: CertificateQuestion | null;
}

/** What a deployment would do, exactly, and whether it may. Changes nothing. */
export async function planDeployment(
  world: World,
  project: Project,
  environmentName: string,
  releaseName: string | null,
  purpose: Plan['purpose'] = 'deploy',
  urgent = false,
): Promise<PlannedDeployment> {
  const environment = environmentOf(project, environmentName);
  const release = await releaseOf(world, project, releaseName);
  const serving = await world.store.read((rows) => servingIn(rows, project.name, environment.name));
  const plan = makePlan({ project, environment, release, standing: standing(serving), purpose, urgent }, world.hash);
  return { plan, ...(await findObstacles(world, project, environment, plan)) };
}

/** The plan as it would be made now must be the saved one, or it is stale. */
export function requireFresh(saved: Plan, now: Plan): void {
  const stale = staleness(saved, now.standing, now.definitionHash) ?? (saved.hash === now.hash ? null : changed(saved));
  if (stale) fail(stale);
}

/** A saved plan says what somebody read and agreed to: one that was edited since is nobody's. `file` is where it stands. */
export function requireAsSaved(world: Pick<World, 'hash'>, saved: Plan, file: string): void {
  if (planHash(saved, world.hash) === saved.hash) return;
  fail({
    code: 'GR4206',
    message: `${file} was changed after it was saved: what it says does not fit its hash.`,
    where: file,
    do: 'Change greenroom.yaml instead, and save a plan again with "greenroom plan <environment> --out <file>".',
  });
}

const changed = (plan: Plan): Failure => ({
  code: 'GR4203',
  message: 'The plan is stale: another one would be made now.',
  do: `Run "greenroom plan ${plan.environment}" again.`,
});

export function environmentOf(project: Project, name: string): Environment {
  const environment = project.environments.find((each) => each.name === name);
  if (environment) return environment;
  return fail({
    code: 'GR4302',
    message: `There is no environment "${name}".`,
    do: `Use one of: ${project.environments.map((each) => each.name).join(', ')}.`,
  });
}

export async function releaseOf(world: World, project: Project, name: string | null): Promise<Release> {
  if (name === null) {
    const newest = await world.store.read(async (rows) => {
      const [listed] = await listReleases(rows, project.name, 1);
      return listed && requireAsMade(rows, project.name, listed.release);
    });
    return (
      newest ?? fail({ code: 'GR4303', message: `${project.name} has no release yet.`, do: 'Run "greenroom release".' })
    );
  }
  const release = await world.store.read((rows) => findRelease(rows, project.name, name));
  return (
    release ??
    fail({
      code: 'GR4304',
      message: `There is no release "${name}".`,
      do: 'Run "greenroom history --releases" to see them.',
    })
  );
}

/** What serves the environment before on the path, and so comes next here; null for the first environment. */
export async function releaseOnItsWay(world: World, project: Project, environmentName: string): Promise<string | null> {
  const { name } = environmentOf(project, environmentName);
  const previous = project.path[project.path.indexOf(name) - 1];
  if (previous === undefined) return null;
  const serving = await world.store.read((rows) => servingIn(rows, project.name, previous));
  if (serving) return serving.releaseId;
  return fail({
    code: 'GR4101',
    message: `Nothing serves ${previous} yet, so there is nothing to promote to ${name}.`,
    do: `Run "greenroom deploy ${previous}" first, or name a release with --release.`,
  });
}
