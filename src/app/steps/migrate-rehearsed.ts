import type { Failure } from '../../domain/failure.ts';
import { unrehearsed } from '../../domain/migrated-database.ts';
import type { Step } from '../../domain/step.ts';
import { crossingOf, migratedDatabases } from '../migrated-databases.ts';
import { findRehearsal, rehearsingChecks, type KeptRehearsal } from '../rehearsed-migrations.ts';
import { servingRelease, type Site } from '../site.ts';

/** The rehearsal that a migration rests on, or why it may not run. Neither, where nobody asks for one before it. */
export async function rehearsalOf(
  site: Site,
  step: Step,
): Promise<{ readonly kept: KeptRehearsal | null; readonly failure: Failure | null }> {
  const { world, project, environment, release, deployment } = site;
  const question = { project, environment: environment.name, release, database: step.subject ?? '' };
  const specs = rehearsingChecks(question);
  if (specs.length === 0) return { kept: null, failure: null };
  const { same } = await findRehearsal(world, question, specs, deployment.id);
  const old = (await servingRelease(site))?.release ?? null;
  const databases = await migratedDatabases(world, crossingOf(site), old);
  const database = databases.find(({ name }) => name === step.subject)!;
  if (same !== null || database.hasSameMigrations === true) return { kept: same, failure: null };
  // In its own environment it may be asked after the migration; asked before, it has left no evidence.
  const isHere = specs.some((spec) => spec.in.includes(environment.name));
  const before = project.phases.slice(
    0,
    project.phases.findIndex(({ name }) => name === step.phase),
  );
  const isBefore = before.some(({ checks }) => checks.some(({ name }) => specs.some((spec) => spec.name === name)));
  if (isHere && !isBefore) return { kept: null, failure: null };
  const { rehearsed } = database;
  const none = { going: 'none', reason: 'its check has measured nothing', evidence: null } as const;
  return {
    kept: null,
    failure: unrehearsed({ ...database, rehearsed: rehearsed?.going === 'other' ? rehearsed : none }),
  };
}
