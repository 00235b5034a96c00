import type { Account } from '../domain/account.ts';
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
  const account = await world.store.read((rows) => accountOf(rows, id));
  return account ?? nothingOf(id);
}

/** The account of a deployment by its id, by `staging/3`, or by `staging` for the newest there; of the newest of all without a name. */
export async function readAccountOf(world: World, project: Project, name: string | null): Promise<Account> {
  const [environment, number] = name?.split('/') ?? [];
  const isPlace = environment !== undefined && project.environments.some((each) => each.name === environment);
  const all = await readDeployments(world, project, isPlace ? environment : null, 10_000);
  const isNewest = name === null || (isPlace && number === undefined);
  const found = isNewest
    ? all[0]
    : all.find((each) => each.id === name || `${each.environment}/${each.number}` === name);
  return found ? readAccount(world, found.id) : nothingOf(name);
}

const nothingOf = (name: string | null): never =>
  fail({
    code: 'GR4301',
    message: name === null ? 'There is no deployment yet.' : `There is no deployment "${name}".`,
    do: 'Run "greenroom history".',
  });
