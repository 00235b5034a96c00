import { fail, FailureError, type Failure } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import {
  maintenanceHtml,
  maintenanceProblem,
  ownHtml,
  retryAfter,
  type MaintenanceNotice,
} from '../domain/maintenance.ts';
import type { Environment, Project } from '../domain/project.ts';
import { largestPageBytes, type MaintenancePage } from '../kinds/maintenance.ts';
import { claimEpoch, saveMaintenance, type RecordedMaintenance } from '../store/environments.ts';
import type { TrafficHandle } from '../kinds/traffic.ts';
import { environmentOf } from './plan-deployment.ts';
import { lostLease, openTraffic } from './site.ts';
import { handWork } from './sound-traffic.ts';
import type { World } from './world.ts';

export interface MaintenanceOrder {
  readonly project: Project;
  readonly environment: string;
  readonly actor: string;
  /** Null: the page goes. */
  readonly page: {
    readonly notice: string | null;
    /** Milliseconds since 1970. */
    readonly untilAt: number | null;
    /** The team's own page, where it has one. */
    readonly ownHtml: string | null;
  } | null;
}

/**
 * Closes an environment to its users, or opens it again. On record before the proxy is asked, so that no page is shown of which nobody knows
 * whose it is. Services go on running, and so do deployments, beneath the page.
 */
export async function maintain(world: World, order: MaintenanceOrder): Promise<MaintenancePage | null> {
  const { project, actor } = order;
  const environment = environmentOf(project, order.environment);
  const { name } = environment;
  const page = order.page && pageOf(world, environment, order, order.page);
  const asked = openTraffic(world, project, environment);
  const listeners = await asked.listeners();
  const traffic = listeners === null ? asked : openTraffic(world, project, environment, listeners);
  if (page === null && (listeners === null || (await isOpen(traffic)))) return null;
  await traffic.ensure();
  const epoch = await claimEpoch(world.store, project.name, name, world.node, `maintenance ${world.newId('run')}`);
  if (epoch === null) return lostLease();
  const wish = { project: project.name, environment: name, actor, epoch };
  const record = (kind: RecordedMaintenance['kind'], said: JsonObject) =>
    saveMaintenance(world.store, { ...wish, kind, said, at: world.clock.now() });
  if (page) await record('maintenance-on', { notice: page.notice, until: page.until });
  else await record('maintenance-off', {});
  await world.reach('maintenance:recorded');
  try {
    await traffic.maintain({ epoch, page });
  } catch (error) {
    await record('maintenance-failed', { reason: error instanceof Error ? error.message : String(error) });
    throw isUnknownQuestion(error) ? new FailureError(tooOld(name)) : error;
  }
  return traffic.maintenance();
}

/** Also what somebody made of the page by hand is to go. */
const isOpen = (traffic: TrafficHandle): Promise<boolean> =>
  traffic.maintenance().then(
    (page) => page === null,
    (error: unknown) => {
      if (handWork(error) === null) throw error;
      return false;
    },
  );

/** `GR7406`: an edge that an older Greenroom has started. */
const isUnknownQuestion = (error: unknown): boolean =>
  error instanceof FailureError && error.failures[0]!.code === 'GR7406';

const tooOld = (environment: string): Failure => ({
  code: 'GR4339',
  message: `The proxy of ${environment} was started by an older Greenroom, which knew no page for maintenance.`,
  do: `"greenroom stop ${environment}" ends it, and the next deployment starts a new one; that interrupts traffic.`,
});

/** What a rollback beneath the page is proven by, and what a bake asks. */
function openPaths(project: Project, environment: Environment): readonly string[] {
  const asked = [
    ...project.services.map((service) => service.health.path),
    ...environment.bake.probes.map(({ path }) => path),
  ];
  // Only what stands in a map as one word.
  return [...new Set(asked.map((path) => path.split('?')[0]!))].filter((path) => /^\/[^\s;\\#]*$/.test(path));
}

function pageOf(
  world: World,
  environment: Environment,
  { project, actor }: MaintenanceOrder,
  asked: NonNullable<MaintenanceOrder['page']>,
) {
  const at = world.clock.now();
  const { notice, untilAt } = asked;
  const said: MaintenanceNotice = { project: project.name, notice, untilAt };
  const html = asked.ownHtml === null ? maintenanceHtml(said, at) : ownHtml(asked.ownHtml, said, at);
  const sizeBytes = new TextEncoder().encode(html).length;
  if (sizeBytes > largestPageBytes)
    fail({
      code: 'GR4336',
      message: `The page for maintenance has ${sizeBytes} bytes, and at most ${largestPageBytes} are handed out.`,
      do: 'Shorten the notice, or the page: no pictures in it, styles as short as can be.',
    });
  const page: MaintenancePage = {
    ...{ html, problem: maintenanceProblem(said), retryAfter: retryAfter(untilAt, at) },
    open: openPaths(project, environment),
    ...{ by: actor, since: at, notice, until: untilAt },
  };
  return page;
}
