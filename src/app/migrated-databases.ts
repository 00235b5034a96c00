import { formatDuration } from '../domain/duration.ts';
import type { MigratedDatabase, RehearsedReturn } from '../domain/migrated-database.ts';
import type { Plan } from '../domain/plan.ts';
import type { Environment, Project } from '../domain/project.ts';
import { weighReturn } from '../domain/rehearsal/going-back.ts';
import type { Release } from '../domain/release.ts';
import { findRehearsal, rehearsingChecks, type KeptRehearsal } from './rehearsed-migrations.ts';
import type { Site } from './site.ts';
import type { World } from './world.ts';

interface Crossing {
  readonly project: Project;
  readonly environment: Environment;
  readonly plan: Pick<Plan, 'steps' | 'release' | 'purpose'>;
  /** The deployment that asks, once it has begun. */
  readonly own: string | null;
}

/** Of the deployment of a site. */
export const crossingOf = ({ project, environment, deployment }: Site): Crossing => ({
  ...{ project, environment, plan: deployment.plan, own: deployment.id },
});

/** Databases that a deployment migrates, each with what is declared and what its rehearsal says. `old`: the release to go back to. */
export function migratedDatabases(
  world: World,
  { project, environment, plan, own }: Crossing,
  old: Release | null,
): Promise<readonly MigratedDatabase[]> {
  const [before, after] = [old?.parts.migrations ?? null, plan.release.parts.migrations];
  const hasSameMigrations = before === null || after === null ? null : before === after;
  return Promise.all(
    plan.steps
      .filter((step) => step.kind === 'migrate')
      .map(async ({ name: step, subject }) => {
        const name = subject ?? '';
        const isForwardOnly = project.databases.find((each) => each.name === name)?.forwardOnly ?? false;
        const question = { project, environment: environment.name, release: plan.release, database: name };
        const specs = rehearsingChecks(question);
        const rehearsed =
          specs.length === 0
            ? null
            : returnOf(world, environment, {
                ...(await findRehearsal(world, question, specs, own)),
                isLater: specs.some((spec) => spec.in.includes(environment.name)),
              });
        return { name, step, isForwardOnly, hasSameMigrations, rehearsed };
      }),
  );
}

interface Found {
  readonly same: KeptRehearsal | null;
  readonly other: KeptRehearsal | null;
  /** The check runs in this environment, too. */
  readonly isLater: boolean;
}

function returnOf(world: World, environment: Environment, { same, other, isLater }: Found): RehearsedReturn {
  const ageMs = same === null ? 0 : world.clock.now() - same.at;
  const isOld = ageMs > environment.promotion.evidenceMaxAgeMs;
  if (isLater && (same === null || isOld))
    return { going: 'later', reason: 'the check migration-rehearsal says how it came out', evidence: null };
  if (same === null)
    return other === null
      ? { going: 'none', reason: 'nobody has rehearsed it', evidence: null }
      : {
          ...{ going: 'other', evidence: other.evidence },
          reason: `the newest rehearsal is of ${other.release.version}, with other files or commands`,
        };
  const { data, evidence } = same;
  if (isOld) return { going: 'stale', reason: `it is ${formatDuration(ageMs)} old`, evidence };
  if (data.isIdle)
    return {
      going: 'unknown',
      reason: 'the migrate command changed nothing on the copy that it was tried on',
      evidence,
    };
  return { ...weighReturn(data.facts), evidence };
}
