import path from 'node:path';
import { gatherRehearsal, prepareRehearsal } from '../checks/migration-rehearsal/gather.ts';
import { judgeMigration, type RehearsalData } from '../checks/migration-rehearsal/judge.ts';
import type { MigrationRehearsalConfig } from '../checks/migration-rehearsal/schema.ts';
import { migrationRehearsal } from '../checks/migration-rehearsal.ts';
import { fail } from '../domain/failure.ts';
import type { CheckSpec, Environment, Project } from '../domain/project.ts';
import type { CheckContext, Judgement } from '../kinds/check.ts';
import type { RehearsalRequest } from '../kinds/rehearsals.ts';
import { declaredMigrations } from './declared-migrations.ts';
import { ownServersOf } from './own-servers.ts';
import { environmentOf } from './plan-deployment.ts';
import { readRefreshes } from './refresh-log.ts';
import { databasesOf } from './site.ts';
import { readVerifiedBackups } from './verified-backups.ts';
import type { World } from './world.ts';

export interface MigrationWish {
  readonly project: Project;
  readonly environment: string;
  readonly profile: RehearsalRequest['profile'];
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

export interface RehearsedMigration {
  readonly check: string;
  readonly data: RehearsalData;
  readonly judgement: Judgement;
}

/** What would be rehearsed. */
export interface ReadyMigration {
  readonly check: string;
  readonly database: string;
  readonly copy: string;
  /** Host and port of the scratch server. */
  readonly server: string;
  readonly command: readonly string[];
  readonly files: readonly string[];
}

/** The migration of the project's tree as it lies there now, by each check that declares how. Nothing of it goes on record: a deployment asks the check itself. */
export const rehearseMigration = (world: World, wish: MigrationWish): Promise<readonly RehearsedMigration[]> =>
  onTree(world, wish, async (spec, context) => {
    const { profile, signal, onProgress } = wish;
    const config = spec.config as MigrationRehearsalConfig;
    const { data } = await gatherRehearsal(config, context, profile, signal, onProgress);
    return { check: spec.name, data, judgement: judgeMigration(data) };
  });

/** Everything that a rehearsal needs is declared and readable; nothing is connected. */
export const readyMigration = (world: World, wish: MigrationWish): Promise<readonly ReadyMigration[]> =>
  onTree(world, wish, async (spec, context) => {
    const config = spec.config as MigrationRehearsalConfig;
    const { migration, request, copy } = await prepareRehearsal(config, context, wish.profile);
    return {
      ...{ check: spec.name, database: migration.database, copy, server: new URL(request.server).host },
      ...{ command: migration.migrate, files: request.files.map(({ file }) => file) },
    };
  });

async function onTree<T>(
  world: World,
  { project, environment: name }: MigrationWish,
  work: (spec: CheckSpec, context: CheckContext) => Promise<T>,
): Promise<readonly T[]> {
  const environment = environmentOf(project, name);
  const specs = specsOf(project, name);
  const folder = await world.folders.openRun('rehearsals');
  const directory = path.join(folder, 'tree');
  try {
    const source = path.resolve(project.directory, project.artifact.directory);
    // A copy of what a release would be: commands may write beside their sources, and files that are no part of it do not help them.
    const digest = await world.artifacts.alone(async () => {
      const stored = await world.artifacts.store(source, project.artifact.exclude);
      await world.artifacts.copyTo(stored.digest, directory);
      return stored.digest;
    });
    const context = await contextOf(world, project, environment, { directory, folder, digest });
    const told: T[] = [];
    for (const spec of specs) told.push(await work(spec, context));
    return told;
  } finally {
    await world.folders.remove(folder);
  }
}

function specsOf(project: Project, environment: string): readonly CheckSpec[] {
  const found = project.phases
    .flatMap(({ checks }) => checks)
    .filter((spec) => spec.kind === migrationRehearsal.kind && spec.in.includes(environment));
  if (found.length > 0) return found;
  return fail({
    code: 'GR5101',
    message: `Nothing says where the copy comes from on which migrations for ${environment} are rehearsed.`,
    where: 'greenroom.yaml (phases)',
    do: `Declare a check of kind migration-rehearsal that runs in ${environment}: see docs/guide/rehearsal.md.`,
  });
}

/** What a check knows that is asked outside of a deployment. */
export async function contextOf(
  world: World,
  project: Project,
  environment: Environment,
  tree: { readonly directory: string; readonly folder: string; readonly digest: string },
): Promise<CheckContext> {
  const variables = await world.resolveVariables(project, environment);
  const databases = await databasesOf(world, project, environment, variables);
  const passwords = databases.flatMap(({ url }) => (URL.canParse(url) ? [new URL(url).password] : []));
  return {
    effects: world.effects([...variables.secrets, ...passwords].filter((secret) => secret !== '')),
    ...{ project: project.name, environment: environment.name, projectDirectory: project.directory },
    release: { id: 'tree', revision: tree.digest, version: 'tree', digest: tree.digest },
    ...{ directory: tree.directory, workDirectory: tree.folder, variables: variables.values },
    ...{ declaredVariables: variables.declared, variableSchema: null, services: [], running: [], ports: [] },
    ...{ databases, migrations: declaredMigrations(project, databases), caches: [] },
    ownServers: ownServersOf(project, databases),
    refreshes: () => readRefreshes(world, project),
    verifiedBackups: () => readVerifiedBackups(world, project),
    deploymentBeganAt: world.clock.now(),
    expand: (text) => variables.expand(text),
    hashedVariables: async () => null,
  };
}
