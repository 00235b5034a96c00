import type { Account } from '../domain/account.ts';
import { nameOf } from '../domain/deployment-name.ts';
import { fail } from '../domain/failure.ts';
import type { Project } from '../domain/project.ts';
import { accountOf } from '../store/accounts.ts';
import { listDeployments, type StoredDeployment } from '../store/deployments.ts';
import { listReleases, type ListedRelease } from '../store/releases.ts';
import { environmentOf } from './plan-deployment.ts';
import type { World } from './world.ts';

/** Deployments, newest first; of one environment or of all. */
export async function readDeployments(
  world: World,
  project: Project,
  environment: string | null,
  limit: number,
): Promise<readonly StoredDeployment[]> {
  const filter = environment === null ? {} : { environment: environmentOf(project, environment).name };
  return world.store.read((rows) => listDeployments(rows, project.name, { ...filter, limit }));
}

/** Deployments in progress: the one that runs before those that wait for it. */
export async function readOpenDeployments(
  world: World,
  project: Project,
  environment: string | null,
): Promise<readonly StoredDeployment[]> {
  const filter = environment === null ? {} : { environment: environmentOf(project, environment).name };
  const open = await world.store.read((rows) => listDeployments(rows, project.name, { ...filter, open: true }));
  return open.toSorted((a, b) => Number(a.state === null) - Number(b.state === null) || a.number - b.number);
}

export const readReleases = (world: World, project: Project, limit: number): Promise<readonly ListedRelease[]> =>
  world.store.read((rows) => listReleases(rows, project.name, limit));

export async function readAccount(world: World, id: string): Promise<Account> {
  const account = await world.store.view((rows) => accountOf(rows, id));
  return account ?? nothingOf(id);
}

/** The account of a deployment by its id, by `staging/3`, or by `staging` for the newest there; of the newest of all without a name. */
export async function readAccountOf(world: World, project: Project, name: string | null): Promise<Account> {
  const [environment, number] = name?.split('/') ?? [];
  const isPlace = environment !== undefined && project.environments.some((each) => each.name === environment);
  const all = await readDeployments(world, project, isPlace ? environment : null, 10_000);
  const isNewest = name === null || (isPlace && number === undefined);
  const found = isNewest ? all[0] : all.find((each) => each.id === name || nameOf(each) === name);
  return found ? readAccount(world, found.id) : nothingOf(name);
}

/**
 * The account that `why` walks through, and the check or step to follow in it. A single name that is neither a deployment nor an
 * environment is that of a check: of the newest deployment that has it.
 */
export async function readSubject(
  world: World,
  project: Project,
  name: string | null,
  check: string | null,
): Promise<{ readonly account: Account; readonly check: string | null }> {
  if (name === null || check !== null) return { account: await readAccountOf(world, project, name), check };
  const all = await readDeployments(world, project, null, 10_000);
  const isDeployment = all.some((each) => each.id === name || nameOf(each) === name);
  if (isDeployment || project.environments.some((each) => each.name === name))
    return { account: await readAccountOf(world, project, name), check };
  const newest = all.find((each) => namesIn(each).has(name));
  if (newest) return { account: await readAccount(world, newest.id), check: name };
  return fail({
    code: 'GR4301',
    message: `There is no deployment, no environment and no check "${name}".`,
    do: 'Run "greenroom history", then "greenroom why <environment>/<number> <check>".',
  });
}

/** Checks and steps; those of the way back as well. */
const namesIn = ({ plan, state }: StoredDeployment): ReadonlySet<string> =>
  new Set([
    ...plan.phases.flatMap((phase) => [...phase.checks, ...phase.left].map((check) => check.name)),
    ...[...plan.steps, ...(state?.goingBack?.steps ?? [])].map((step) => step.name),
  ]);

const nothingOf = (name: string | null): never =>
  fail({
    code: 'GR4301',
    message: name === null ? 'There is no deployment yet.' : `There is no deployment "${name}".`,
    do: 'Run "greenroom history".',
  });
