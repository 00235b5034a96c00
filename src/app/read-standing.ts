import { answersTo } from '../domain/answers.ts';
import type { Failure } from '../domain/failure.ts';
import { overdue } from '../domain/overdue.ts';
import type { Environment, Project } from '../domain/project.ts';
import { standingRefresh } from '../domain/refresh/refreshes.ts';
import type { Condition } from '../domain/verdict.ts';
import { stepBeganAt } from '../store/accounts.ts';
import { findDeployment, listDeployments, type StoredDeployment } from '../store/deployments.ts';
import { servingIn } from '../store/environments.ts';
import { namedRelease } from '../store/releases.ts';
import type { MaintenancePage } from '../kinds/maintenance.ts';
import type { RefreshLog } from '../kinds/refreshes.ts';
import { openTraffic } from './site.ts';
import { findDrift } from './find-drift.ts';
import { findObstacle } from './obstacle.ts';
import { environmentOf } from './plan-deployment.ts';
import { acceptedIn } from './proof.ts';
import { readRefreshes } from './refresh-log.ts';
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
    /** Commands that answer what it waits for. */
    readonly answers: readonly string[];
    /** How long its step has taken beyond its budget, in words; null while it is in time. */
    readonly overdue: string | null;
    /** Why it would never go on by itself; null while it can. */
    readonly obstacle: Failure | null;
  }[];
  readonly owed: readonly Condition[];
  /** The page that everybody gets instead, and whose it is; null where there is none, or the proxy cannot tell. */
  readonly maintenance: Pick<MaintenancePage, 'by' | 'since' | 'notice' | 'until'> | null;
  /** Databases that a refresh has given their data, as the log has it. */
  readonly data: readonly {
    readonly database: string;
    readonly dataFromAt: number;
    readonly from: string;
    readonly isProven: boolean;
  }[];
  /** Differences between what is recorded to serve and what really runs. */
  readonly drift: readonly string[];
  /** Commands that bring back what is recorded, in words. */
  readonly mends: readonly string[];
}

/** `named`: of this environment only; null: of each. */
export async function readStanding(
  world: World,
  project: Project,
  named: string | null = null,
): Promise<readonly EnvironmentStanding[]> {
  const asked = named === null ? project.environments : [environmentOf(project, named)];
  const log = await readRefreshes(world, project);
  return Promise.all(asked.map((environment) => standingOf(world, project, environment, log)));
}

async function standingOf(
  world: World,
  project: Project,
  environment: Environment,
  refreshes: RefreshLog,
): Promise<EnvironmentStanding> {
  const { name } = environment;
  const serving = await world.store.read((rows) => servingIn(rows, project.name, name));
  const open = await world.store.read((rows) => listDeployments(rows, project.name, { environment: name, open: true }));
  const by = serving && (await world.store.read((rows) => findDeployment(rows, serving.deployment)));
  const release = serving && (await world.store.read((rows) => namedRelease(rows, project.name, serving.releaseId)));
  const { differences, mends } = await findDrift(world, project, environment);
  const accepted = by ? await acceptedIn(world, project.name, by.id) : [];
  return {
    name,
    serving: serving && {
      ...{ releaseId: serving.releaseId, colour: serving.colour },
      version: release?.version ?? serving.releaseId,
    },
    inProgress: await Promise.all(open.map((each) => progressOf(world, each))),
    owed: (by?.verdict?.conditions ?? []).filter((condition) => !accepted.includes(condition.id)),
    maintenance: await maintenanceIn(world, project, environment),
    data: project.databases.flatMap(({ name: database }) => {
      const refresh = standingRefresh(refreshes, name, database);
      if (!refresh?.made || !refresh.ends) return [];
      const { dataFromAt, proof } = refresh.made;
      return [{ database, dataFromAt, from: refresh.ends.sourceEnvironment, isProven: proof !== null }];
    }),
    ...{ drift: differences, mends },
  };
}

async function maintenanceIn(
  world: World,
  project: Project,
  environment: Environment,
): Promise<EnvironmentStanding['maintenance']> {
  const page = await openTraffic(world, project, environment)
    .maintenance()
    .catch(() => null);
  if (page === null) return null;
  const { by, since, notice, until } = page;
  return { by, since, notice, until };
}

async function progressOf(
  world: World,
  deployment: StoredDeployment,
): Promise<EnvironmentStanding['inProgress'][number]> {
  const { id, number, status, plan, state } = deployment;
  const running = state?.running ?? null;
  const beganAt = running && (await world.store.read((rows) => stepBeganAt(rows, id, running.number)));
  return {
    ...{ id, number, status, version: plan.release.version, hold: state?.hold?.reason ?? null },
    answers: answersTo(deployment.environment, state),
    overdue: running && beganAt !== null ? overdue(running.step, world.clock.now() - beganAt) : null,
    obstacle: await findObstacle(world, deployment),
  };
}
