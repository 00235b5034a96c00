import { certificateObstacles, type CertificateQuestion } from '../domain/certificate.ts';
import { configurationHash, configurationOf, differences } from '../domain/configuration.ts';
import { FailureError, type Failure } from '../domain/failure.ts';
import { unrehearsed } from '../domain/migrated-database.ts';
import { demandsCertificate, type Plan } from '../domain/plan.ts';
import type { Environment, Project } from '../domain/project.ts';
import { promotionObstacles, type ConfigurationQuestion } from '../domain/promotion.ts';
import type { Release } from '../domain/release.ts';
import { namedRelease, requireAsMade } from '../store/releases.ts';
import { migratedDatabases } from './migrated-databases.ts';
import { findAddressObstacle } from './public-addresses.ts';
import { overdueConditions, proofOf } from './proof.ts';
import type { World } from './world.ts';

export interface Admission {
  /** Why it may not begin; empty when it may. */
  readonly obstacles: readonly Failure[];
  /** What is known of the way back from the environment before; null where nothing is promoted. */
  readonly certificate: CertificateQuestion | null;
}

/** Why a planned deployment may not begin now; empty when it may. A rollback asks for no proof: only a release that is not the one that was made, or a proxy that cannot take it, keeps it out. */
export async function findObstacles(
  world: World,
  project: Project,
  environment: Environment,
  plan: Plan,
): Promise<Admission> {
  const { purpose, proofFrom, release, standing } = plan;
  const refused = (...obstacles: readonly Failure[]): Admission => ({ obstacles, certificate: null });
  const elsewhere = await findAddressObstacle(world, project, environment);
  if (elsewhere) return refused(elsewhere);
  const changed = await findChanged(world, project, release);
  if (changed.length > 0) return refused(...changed);
  if (purpose === 'roll-back') return refused();
  const at = world.clock.now();
  const found = proofFrom === null ? null : await proofOf(world, project.name, proofFrom, release.revision);
  const databaseAt = await world.databaseNow();
  const databases = await crossedDatabases(world, project, environment, plan);
  const certificate =
    proofFrom === null
      ? null
      : {
          ...{ environment: environment.name, previous: proofFrom, isRequired: demandsCertificate(environment) },
          ...{ releaseRevision: release.revision, servesRevision: standing.releaseRevision },
          ...{
            rehearsal:
              found?.rehearsal ??
              ({
                status: 'not-rehearsed',
                environment: proofFrom,
                reason: `this release has no verdict in ${proofFrom}`,
              } as const),
          },
          ...{ databases, maxAgeMs: environment.promotion.evidenceMaxAgeMs, at, databaseAt },
        };
  const unrehearsedOnes = databases.flatMap((each) => unrehearsed(each) ?? []);
  const obstacles = promotionObstacles({
    ...{
      environment: environment.name,
      previous: proofFrom,
      releaseRevision: release.revision,
      approvalsMissing: 0,
      at,
      databaseAt,
    },
    configuration: askConfiguration(world, project, release.parts.configuration, found?.model ?? null),
    proof: found?.proof ?? null,
    evidenceMaxAgeMs: environment.promotion.evidenceMaxAgeMs,
    overdueConditions: proofFrom === null ? [] : await overdueConditions(world, project.name, at),
  });
  const refusals = certificate ? certificateObstacles(certificate) : [];
  return { obstacles: [...obstacles, ...unrehearsedOnes, ...refusals], certificate };
}

async function crossedDatabases(world: World, project: Project, environment: Environment, plan: Plan) {
  const { releaseId } = plan.standing;
  const old = releaseId === null ? null : await world.store.read((rows) => namedRelease(rows, project.name, releaseId));
  return migratedDatabases(world, { project, environment, plan, own: null }, old);
}

/** A plan carries its release along: what was read whole may have been changed since. */
async function findChanged(world: World, project: Project, release: Release): Promise<readonly Failure[]> {
  try {
    await world.store.read((rows) => requireAsMade(rows, project.name, release));
    return [];
  } catch (error) {
    if (error instanceof FailureError && error.failures[0]!.code === 'GR4112') return error.failures;
    throw error;
  }
}

/** `proven`: the file as it was when the release was proven, to say what differs. */
function askConfiguration(
  world: World,
  project: Project,
  pinned: string,
  proven: Project | null,
): ConfigurationQuestion {
  const asked = configurationHash(project, world.hash);
  const changed = proven ? differences(configurationOf(proven), configurationOf(project)) : [];
  return { pinned, asked, changed };
}
