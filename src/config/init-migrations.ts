import { flywayEvidence, flywayFolder, migrationFiles } from './init-migration-files.ts';
import type { Repository } from './init-repository.ts';

type Name =
  | 'prisma'
  | 'alembic'
  | 'flask-migrate'
  | 'knex'
  | 'drizzle'
  | 'node-pg-migrate'
  | 'flyway'
  | 'script'
  | 'sql';

/** How a repository brings its database up to date. */
export interface FoundMigrations {
  readonly tool: Name;
  /** What told so. */
  readonly evidence: string;
  /** Null for plain SQL, which needs a decision of the team. */
  readonly migrate: string | null;
  readonly back: string | null;
  readonly revision: string | null;
  /** Glob of the files that make the migrations; null where there are none yet. */
  readonly files: string | null;
}

const sqlFolders = ['db/migrations', 'database/migrations', 'migrations', 'sql', 'db/sql', 'db'];

/** The migration tool of a repository; a script of its own in package.json goes before the tool's own command. */
export function findMigrations(
  repository: Repository,
  scripts: Readonly<Record<string, string>>,
  packages: ReadonlySet<string>,
): FoundMigrations | null {
  const tool = findTool(repository, packages);
  const script = (...names: readonly string[]) => names.find((name) => Object.hasOwn(scripts, name));
  const migrate = script('db:migrate', 'migrate', 'migrate:up', 'migrations:run', 'db:deploy');
  if (!migrate) return tool;
  const run = (name: string | undefined) => (name ? `npm run ${name}` : null);
  return {
    tool: tool && tool.tool !== 'sql' ? tool.tool : 'script',
    evidence: `the script "${migrate}" of package.json${tool && tool.tool !== 'sql' ? `, ${tool.evidence}` : ''}`,
    migrate: run(migrate),
    back: run(script('db:rollback', 'migrate:down', 'migrate:rollback', 'db:migrate:undo')) ?? tool?.back ?? null,
    revision: run(script('db:revision', 'db:version')) ?? tool?.revision ?? null,
    files: tool?.files ?? null,
  };
}

type Tool = readonly [FoundMigrations['tool'], migrate: string | null, back?: string | null, revision?: string | null];

const knex: Tool = ['knex', 'npx knex migrate:latest', 'npx knex migrate:rollback', 'npx knex migrate:currentVersion'];
const alembic: Tool = ['alembic', 'alembic upgrade head', 'alembic downgrade -1', 'alembic current'];
const flask: Tool = ['flask-migrate', 'flask db upgrade', 'flask db downgrade', 'flask db current'];
const nodePgMigrate: Tool = ['node-pg-migrate', 'npx node-pg-migrate up', 'npx node-pg-migrate down'];

/** Its own configuration says where its files are; Spring's are where no command looks by itself. */
function flyway(repository: Repository): Tool {
  const folder = flywayFolder(repository);
  const isSpring = flywayEvidence(repository)?.startsWith('src/') === true;
  return ['flyway', isSpring ? `flyway -locations=filesystem:${folder} migrate` : 'flyway migrate'];
}

/** The first that fits; a file of the tool itself says more than a folder of SQL. */
function findTool(repository: Repository, packages: ReadonlySet<string>): FoundMigrations | null {
  const top = repository.names('');
  const config = (stem: string) => top.find((name) => name.startsWith(`${stem}.`));
  const inside = (folder: string, file: string) =>
    repository.names(folder).includes(file) ? `${folder}/${file}` : undefined;
  const sql = sqlFolders.find((name) => repository.names(name).some((file) => file.endsWith('.sql')));
  const signs: readonly (readonly [evidence: string | undefined, tool: Tool])[] = [
    [inside('prisma', 'schema.prisma'), ['prisma', 'npx prisma migrate deploy']],
    [inside('migrations', 'alembic.ini'), flask],
    [top.includes('alembic.ini') ? 'alembic.ini' : undefined, alembic],
    [config('knexfile'), knex],
    [config('drizzle.config'), ['drizzle', 'npx drizzle-kit migrate']],
    [flywayEvidence(repository), flyway(repository)],
    [packages.has('node-pg-migrate') ? 'node-pg-migrate in package.json' : undefined, nodePgMigrate],
    [sql && `${sql}/*.sql`, ['sql', null]],
  ];
  for (const [evidence, [tool, migrate, back = null, revision = null]] of signs)
    if (evidence) {
      const files = tool === 'sql' ? evidence : migrationFiles(repository, tool);
      return { tool, evidence, migrate, back, revision, files };
    }
  return null;
}
