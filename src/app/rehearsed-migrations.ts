import { migrationText } from '../checks/migration-rehearsal/identity.ts';
import type { RehearsalData } from '../checks/migration-rehearsal/judge.ts';
import type { MigrationRehearsalConfig } from '../checks/migration-rehearsal/schema.ts';
import { migrationRehearsal } from '../checks/migration-rehearsal.ts';
import { FailureError } from '../domain/failure.ts';
import { canonical } from '../domain/json.ts';
import type { CheckSpec, Project } from '../domain/project.ts';
import { migrationDigest } from '../domain/rehearsal/digest.ts';
import type { Release } from '../domain/release.ts';
import { whyNotBorneOut } from '../domain/witness.ts';
import { listDeployments, type StoredDeployment } from '../store/deployments.ts';
import { evidenceOf, resultsOf } from '../store/results.ts';
import { hearLog } from './testimony.ts';
import type { World } from './world.ts';

/** A rehearsal on record. */
export interface KeptRehearsal {
  readonly data: RehearsalData;
  /** Hash of the evidence. */
  readonly evidence: string;
  readonly release: Release;
  readonly at: number;
}

export interface MigrationQuestion {
  readonly project: Project;
  readonly environment: string;
  readonly release: Release;
  readonly database: string;
}

/** Checks that rehearse the migration of a database, here or before here on the path; none where nobody asks for it. */
export function rehearsingChecks({ project, environment, database }: Omit<MigrationQuestion, 'release'>) {
  const migrated = project.databases.filter(({ migrate }) => migrate !== null);
  const places = [...project.path.slice(0, project.path.indexOf(environment) + 1), environment];
  return project.phases
    .flatMap(({ checks }) => checks)
    .filter((spec) => spec.kind === migrationRehearsal.kind && spec.in.some((name) => places.includes(name)))
    .filter((spec) => (configOf(spec).database ?? migrated[0]?.name) === database);
}

const configOf = (spec: CheckSpec): MigrationRehearsalConfig => spec.config as MigrationRehearsalConfig;

/**
 * The newest rehearsal that the log bears out of exactly this migration, and the newest of any other one. The deployment `own` is believed
 * before it has a verdict: its verdict is weighed from the same answers.
 */
export async function findRehearsal(
  world: World,
  question: MigrationQuestion,
  specs: readonly CheckSpec[],
  own: string | null,
): Promise<{ readonly same: KeptRehearsal | null; readonly other: KeptRehearsal | null }> {
  const { project, release, database } = question;
  const digests = await digestsOf(world, question, specs);
  const deployments = await world.store.read((rows) => listDeployments(rows, project.name, { limit: 1_000 }));
  const asked = deployments.filter(({ request }) => request.purpose === 'deploy');
  const believes = await witness(world, project.name);
  let other: KeptRehearsal | null = null;
  for (const deployment of asked)
    for (const kept of await keptOf(world, deployment, deployment.id === own)) {
      if (kept.data.database !== database || (deployment.id !== own && !believes(deployment))) continue;
      // Of one release the bytes and the commands are the same; what is read of them hides other secrets in each environment.
      if (kept.release.revision === release.revision || digests.includes(kept.data.digest))
        return { same: kept, other };
      other ??= kept;
    }
  return { same: null, other };
}

/** Empty where the files cannot be read: then nothing else than a rehearsal of the same release is one of these files. */
async function digestsOf(
  world: World,
  { project, release, database }: MigrationQuestion,
  specs: readonly CheckSpec[],
): Promise<readonly string[]> {
  const { migrate, back } = project.databases.find(({ name }) => name === database)!;
  const directory = world.artifacts.directoryOf(release.parts.artifacts['tree'] ?? '');
  const { files } = world.effects([]);
  try {
    return await Promise.all(
      specs.map(async (spec) =>
        migrationDigest(
          await migrationText(configOf(spec), { migrate: migrate ?? [], back }, directory, files),
          world.hash,
        ),
      ),
    );
  } catch (error) {
    if (error instanceof FailureError) return [];
    throw error;
  }
}

async function witness(world: World, project: string): Promise<(deployment: StoredDeployment) => boolean> {
  const { testimonyOf } = await hearLog(world, project);
  return (deployment) => {
    const claim = { ...deployment, endedAs: deployment.ending?.as ?? null };
    return whyNotBorneOut(claim, testimonyOf(deployment.id), world.hash) === null;
  };
}

/** Those that its verdict was weighed from; of a deployment's own also what stands in no verdict yet. */
async function keptOf(
  world: World,
  { id, verdict, plan }: StoredDeployment,
  isOwn: boolean,
): Promise<readonly KeptRehearsal[]> {
  const kinds = new Map(plan.policy.required.map(({ name, kind }) => [name, kind]));
  const lines = isOwn && verdict === null ? await world.store.read((rows) => resultsOf(rows, id)) : verdict?.lines;
  const names = (lines ?? []).flatMap(({ name, evidence }) =>
    kinds.get(name) === migrationRehearsal.kind && evidence !== null ? [evidence] : [],
  );
  const found = await Promise.all(
    names.map(async (evidence): Promise<readonly KeptRehearsal[]> => {
      const body = await world.store.read((rows) => evidenceOf(rows, id, evidence));
      if (body === null || world.hash(canonical(body)) !== evidence) return [];
      const at = verdict?.decidedAt ?? world.clock.now();
      return [{ data: body.data as RehearsalData, evidence, release: plan.release, at }];
    }),
  );
  return found.flat();
}
