import { readRehearsal, type Rehearsal } from '../domain/certificate.ts';
import type { Project } from '../domain/project.ts';
import type { Proof } from '../domain/promotion.ts';
import type { ChainedRecord } from '../domain/record.ts';
import { acceptedByLog, besideByLog, madeByLog, whyNotBorneOut } from '../domain/witness.ts';
import { listDeployments } from '../store/deployments.ts';
import { recordsOf } from '../store/records.ts';
import { hearLog } from './testimony.ts';
import type { World } from './world.ts';

export interface FoundProof {
  readonly proof: Proof;
  /** greenroom.yaml as it was understood then. */
  readonly model: Project;
  /** Fingerprint of the packages that the release loaded from beside itself, as the log tells. */
  readonly beside: string | null;
  /** What it was made into there besides its tree, by service, as the log tells. */
  readonly made: Readonly<Record<string, string>>;
  /** What was measured there of the way back. */
  readonly rehearsal: Rehearsal;
}

/** The newest word of an environment on a release: its last deployment there that reached a verdict or an end. */
export async function proofOf(
  world: World,
  project: string,
  environment: string,
  releaseRevision: string,
): Promise<FoundProof | null> {
  const { store, hash } = world;
  const deployments = await store.read((rows) => listDeployments(rows, project, { environment, limit: 1000 }));
  const last = deployments.find(
    (each) =>
      each.plan.release.revision === releaseRevision &&
      each.request.purpose === 'deploy' &&
      each.endedAt !== null &&
      each.verdict !== null,
  );
  if (!last?.verdict) return null;
  const { verdict, model } = last;
  const { log, testimonyOf } = await hearLog(world, project);
  const testimony = testimonyOf(last.id);
  const { own } = testimony;
  const endedAs = last.ending?.as ?? null;
  const proof: Proof = {
    ...{ environment, releaseRevision, verdict, wentLive: endedAs === 'live' },
    acceptedConditions: acceptedByLog(own).map((each) => each.id),
    latestAt: latestSince(log, own),
    bent: whyNotBorneOut({ ...last, endedAs }, testimony, hash),
  };
  const place = model.environments.find((each) => each.name === environment)!;
  return {
    proof,
    model,
    beside: besideByLog(own),
    made: madeByLog(own),
    rehearsal: readRehearsal(last.plan, place, own),
  };
}

/** A record of any deployment counts: whoever turns the clock back later has left its own time in the log. */
function latestSince(log: readonly ChainedRecord[], own: readonly ChainedRecord[]): number {
  const began = own[0]?.sequence ?? 0;
  return log.reduce((latest, { sequence, at }) => (sequence < began ? latest : Math.max(latest, at)), 0);
}

/** Conditions that somebody accepted in a deployment; what only the table says was not. */
export async function acceptedIn(world: World, project: string, deployment: string): Promise<readonly string[]> {
  const own = await world.store.read((rows) => recordsOf(rows, project, deployment));
  return acceptedByLog(own).map((each) => each.id);
}

/** Conditions of the project past their due date that nobody has accepted. */
export async function overdueConditions(world: World, project: string, at: number): Promise<readonly string[]> {
  const deployments = await world.store.read((rows) => listDeployments(rows, project, { limit: 1000 }));
  const owing = deployments.filter((each) => each.ending?.as === 'live' && (each.verdict?.conditions.length ?? 0) > 0);
  const overdue = await Promise.all(
    owing.map(async (each) => {
      const accepted = await acceptedIn(world, project, each.id);
      return each
        .verdict!.conditions.filter((condition) => condition.dueAt < at && !accepted.includes(condition.id))
        .map((condition) => condition.id);
    }),
  );
  return [...new Set(overdue.flat())];
}
