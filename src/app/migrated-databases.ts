import { formatDuration } from '../domain/duration.ts';
import type { MigratedDatabase, RehearsedReturn } from '../domain/migrated-database.ts';
import type { Plan } from '../domain/plan.ts';
import type { Environment, Project } from '../domain/project.ts';
import { weighReturn } from '../domain/rehearsal/going-back.ts';
import type { Release } from '../domain/release.ts';
import type { SchemaMark } from '../kinds/rehearsals.ts';
import { schemaMarkQuery } from '../rehearsal/schema-mark.ts';
import { findRehearsal, rehearsingChecks, type KeptRehearsal } from './rehearsed-migrations.ts';
import { databasesOf, type Site } from './site.ts';
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
            : await returnOf(world, environment, {
                ...(await findRehearsal(world, question, specs, own)),
                isLater: specs.some((spec) => spec.in.includes(environment.name)),
                markNow: () => markOf(world, project, environment, name),
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
  /** Of the environment's database, asked for where it matters. */
  readonly markNow: () => Promise<SchemaMark | null>;
}

async function returnOf(
  world: World,
  environment: Environment,
  { same, other, isLater, markNow }: Found,
): Promise<RehearsedReturn> {
  const later = {
    going: 'later',
    reason: 'the check migration-rehearsal says how it came out',
    evidence: null,
  } as const;
  if (same === null) {
    if (isLater) return later;
    if (other === null) return { going: 'none', reason: 'nobody has rehearsed it', evidence: null };
    const reason = `the newest rehearsal is of ${other.release.version}, with other files or commands`;
    return { going: 'other', reason, evidence: other.evidence };
  }
  const { data, evidence } = same;
  const weighed = data.isIdle ? idle : weighReturn(data.facts);
  // What was found closed stays so, however long ago.
  if (weighed.going === 'roll-forward' || weighed.going === 'no-return') return { ...weighed, evidence };
  const ageMs = world.clock.now() - same.at;
  if (ageMs > environment.promotion.evidenceMaxAgeMs)
    return isLater ? later : { going: 'stale', reason: `it is ${formatDuration(ageMs)} old`, evidence };
  if (weighed.going !== 'safe' || data.mark === undefined) return { ...weighed, evidence };
  const now = await markNow();
  if (now === null)
    return { going: 'unknown', reason: 'nobody could see whether the schema is still as it was', evidence };
  // Another database than the production that it was rehearsed for has a schema of its own.
  if (now.place !== data.mark.place || now.schema === data.mark.schema) return { ...weighed, evidence };
  return { going: 'stale', reason: 'the schema of the database has changed since', evidence };
}

const idle = {
  going: 'unknown',
  reason: 'the migrate command changed nothing on the copy that it was tried on',
} as const;

/** Null where the database does not say. */
async function markOf(world: World, project: Project, environment: Environment, database: string) {
  const variables = await world.resolveVariables(project, environment);
  const databases = await databasesOf(world, project, environment, variables);
  const url = databases.find(({ name }) => name === database)?.url ?? '';
  const limit = AbortSignal.timeout(15_000);
  const { sql } = world.effects([...variables.secrets]);
  const answer = await sql.query(url, schemaMarkQuery, { timeoutMs: 10_000, maxRows: 1 }, limit);
  const row = answer.status === 'answered' ? answer.rows[0] : undefined;
  return row ? { place: String(row['place']), schema: String(row['schema']) } : null;
}
