import { underConfiguration } from '../domain/configuration.ts';
import { nameOf } from '../domain/deployment-name.ts';
import { canGoBack, newServes } from '../domain/deployment.ts';
import { fail, type Failure } from '../domain/failure.ts';
import type { Plan } from '../domain/plan.ts';
import type { Project } from '../domain/project.ts';
import type { Release } from '../domain/release.ts';
import { listDeployments, type StoredDeployment } from '../store/deployments.ts';
import { servingIn } from '../store/environments.ts';
import { lastGoodOf, livedIn, type Lived } from './lived.ts';
import { environmentOf, planDeployment, releaseOf } from './plan-deployment.ts';
import type { World } from './world.ts';

export interface WayBackQuestion {
  readonly project: Project;
  readonly environment: string;
  /** Release to return to; the one that served before, otherwise. */
  readonly to: string | null;
  /** At once: nothing but its start and its health is waited for. */
  readonly urgent?: boolean;
}

interface Bearing {
  /** Superseded by it. */
  readonly waiting: readonly StoredDeployment[];
  /** Deployments whose migrations it leaves behind, by id. */
  readonly over: readonly string[];
}

/**
 * What a rollback would do as things stand. `flip`: the deployment in progress takes itself back: one switch, or none where traffic has not
 * moved. `attach`: a way back is under way already, and is taken once. `redeploy`: the old version is gone: its retained release is deployed
 * again.
 */
export type WayBack =
  | (Bearing & { readonly kind: 'flip' | 'attach'; readonly deployment: StoredDeployment })
  | (Bearing & {
      readonly kind: 'redeploy';
      readonly project: Project;
      readonly plan: Plan;
      /** Id of a deployment that serves, and waits for a person because the version before could not be stopped; null: none does. */
      readonly held: string | null;
    });

/** Looks only. Throws where there is nobody to return to, or where somebody in a hurry would be led on a way that they do not mean. */
export async function findWayBack(world: World, question: WayBackQuestion): Promise<WayBack> {
  const { project, to, urgent = false } = question;
  const environment = environmentOf(project, question.environment);
  const chosen = to === null ? null : await releaseOf(world, project, to);
  const open = await world.store.read((rows) =>
    listDeployments(rows, project.name, { environment: environment.name, open: true }),
  );
  const isMeant = ({ plan }: StoredDeployment) => chosen === null || chosen.id === plan.release.id;
  const begun = open.find((each) => each.state !== null);
  const queued = open.filter((each) => each.state === null);
  const ahead = queued.find((each) => each.request.purpose === 'roll-back' && isMeant(each));
  if (ahead) return { kind: 'attach', deployment: ahead, waiting: queued.filter((each) => each !== ahead), over: [] };
  const underWay = begun && wayOf(begun, chosen, queued, urgent);
  if (underWay) return underWay;
  if (urgent && chosen === null && begun === undefined) await refuseSecondTurn(world, project, environment.name);
  if (urgent && chosen !== null) await refuseServing(world, project, environment.name, chosen);
  const standing = begun?.state && newServes(begun.state) ? begun : null;
  const { lived, over } = await deploymentToReturnTo(world, project, environment.name, chosen, standing);
  // Started and asked as it was when it served, whatever the file says by now.
  const then = underConfiguration(project, lived.model);
  const { release } = lived.plan;
  const { plan } = await planDeployment(world, then, environment.name, release.id, 'roll-back', urgent);
  const held = standing?.state?.hold?.kind === 'unknown' ? standing.id : null;
  return { kind: 'redeploy', project: then, plan, waiting: queued, over, held };
}

/** How the deployment in progress bears on it; null when another one has to follow it. */
function wayOf(
  deployment: StoredDeployment,
  chosen: Release | null,
  waiting: readonly StoredDeployment[],
  urgent: boolean,
): WayBack | null {
  const { state, plan, request, environment, number } = deployment;
  const leadsBack = chosen === null || chosen.id === plan.standing.releaseId;
  if (state!.goingBack) {
    // Somebody asked before: the way back is taken once, and whoever asks again sees it end.
    if (leadsBack) return { kind: 'attach', deployment, waiting, over: [deployment.id] };
    if (urgent && state!.hold)
      fail({
        code: 'GR4332',
        message: `${environment} is held on its way back, and nothing else begins there before: ${state!.hold.reason}.`,
        do: `Repair what ails the old version, then run "greenroom resume ${environment} --retry".`,
      });
    return null;
  }
  const isRollback = request.purpose === 'roll-back';
  if (isRollback && (chosen === null || chosen.id === plan.release.id))
    return { kind: 'attach', deployment, waiting, over: [] };
  if (!leadsBack || !canGoBack(state!)) return null;
  if (urgent && plan.standing.releaseId === null)
    fail({
      code: 'GR4330',
      message: `Nothing served ${environment} before deployment ${number}, so there is nobody to switch to.`,
      do: `"greenroom cancel ${environment}" takes it back, and no release serves then; or deploy a good release with --supersede.`,
    });
  return { kind: 'flip', deployment, waiting, over: [deployment.id] };
}

/** Whoever is in a hurry may not have heard that what they flee from was taken back this long ago. */
const freshMs = 10 * 60_000;

/** Pressed twice, or right after somebody else has taken the newest one back, it must not go two releases back. */
async function refuseSecondTurn(world: World, project: Project, environment: string): Promise<void> {
  const filter = { environment, limit: 1 };
  const [newest] = await world.store.read((rows) => listDeployments(rows, project.name, filter));
  if (!newest?.ending) return;
  const { ending, endedAt, request, number } = newest;
  const isBack = ending.as === 'rolled-back' || (request.purpose === 'roll-back' && ending.as === 'live');
  const isFresh = endedAt !== null && world.clock.now() - endedAt < freshMs;
  if (!isBack && (ending.as === 'live' || !isFresh)) return;
  const serving = await world.store.read((rows) => servingIn(rows, project.name, environment));
  const lived = await livedIn(world, project, environment);
  fail({
    code: 'GR4331',
    message: isBack
      ? `${environment} was rolled back already (deployment ${number}), and nothing was deployed since: ${serving?.releaseId ?? 'nobody'} serves.`
      : `Deployment ${number} to ${environment} has just ended as ${ending.as} and serves nobody: ${serving?.releaseId ?? 'nobody'} serves, as before it.`,
    do: furtherWords(environment, serving?.releaseId ?? null, lived),
  });
}

/** The command for whoever means to leave what serves, and not what was taken back. */
function furtherWords(environment: string, servingId: string | null, lived: Lived): string {
  const furtherId = lastGoodOf(lived);
  if (furtherId === null) return `${environment} has no earlier release to return to: deploy a good one.`;
  const named = (id: string): string => {
    const version = lived.believed.find(({ plan }) => plan.release.id === id)?.plan.release.version;
    return version === undefined ? id : `${version} (${id})`;
  };
  const leaving = servingId === null ? 'To go back' : `To leave ${named(servingId)}, which serves, and go back`;
  return `${leaving} to ${named(furtherId)}: "greenroom rollback ${environment} --now --to ${furtherId}".`;
}

async function refuseServing(world: World, project: Project, environment: string, chosen: Release): Promise<void> {
  const serving = await world.store.read((rows) => servingIn(rows, project.name, environment));
  if (serving?.releaseId !== chosen.id) return;
  fail({
    code: 'GR4333',
    message: `${chosen.version} (${chosen.id}) serves ${environment} already; nothing was switched.`,
    do: `Look at "greenroom status"; without --now it is deployed again beside itself.`,
  });
}

/** Of the chosen release when it has served here before, of the last good one otherwise: a rollback asks for no proof, so it never lets a new release in, nor one of which only the table says that it served. */
async function deploymentToReturnTo(
  world: World,
  project: Project,
  environment: string,
  chosen: Release | null,
  serving: StoredDeployment | null,
): Promise<{ readonly lived: StoredDeployment; readonly over: readonly string[] }> {
  const lived = await livedIn(world, project, environment);
  const newestOf = (release: string | null) => {
    const at = lived.believed.findIndex((each) => each.plan.release.id === release);
    return at < 0
      ? null
      : {
          lived: lived.believed[at]!,
          over: [...(serving ? [serving] : []), ...lived.believed.slice(0, at)].map(({ id }) => id),
        };
  };
  /** That the log does not bear it out is the reason; whether it has served, nobody can tell then. */
  const nothing = (release: string | null, otherwise: Failure): never => {
    const found = lived.doubted.find(({ deployment }) => release === null || deployment.plan.release.id === release);
    return fail(found ? doubtOf(found.deployment, found.reason) : otherwise);
  };
  if (chosen !== null) {
    const { id, version } = chosen;
    return (
      newestOf(id) ??
      nothing(id, {
        code: 'GR4110',
        message: `${version} (${id}) has never served ${environment}, so there is nothing to return to.`,
        do: `Choose one that has ("greenroom history ${environment}"), or promote this one.`,
      })
    );
  }
  return (
    newestOf(lastGoodOf(lived, serving)) ??
    nothing(null, {
      code: 'GR4305',
      message: `${environment} has no earlier release to return to.`,
      do: 'Deploy a good release instead.',
    })
  );
}

const doubtOf = (deployment: StoredDeployment, reason: string): Failure => ({
  code: 'GR4111',
  message: `What ${nameOf(deployment)} says of ${deployment.plan.release.version} is not what was recorded: ${reason}.`,
  do: 'Find out who changed the database: "greenroom status" says what does not fit the log. A rollback returns only to what the log bears out; otherwise prove a release and promote it.',
});
