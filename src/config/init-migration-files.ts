import type { FoundMigrations } from './init-migrations.ts';
import type { Repository } from './init-repository.ts';

/** Files that make a migration, as a glob: their digest binds a rehearsal. Null where the repository has none yet. */
export function migrationFiles(repository: Repository, tool: FoundMigrations['tool']): string | null {
  switch (tool) {
    case 'prisma':
      return each(repository, 'prisma/migrations', '*/migration.sql');
    case 'alembic':
      return each(repository, `${alembicFolder(repository)}/versions`, '*.py');
    case 'flask-migrate':
      return each(repository, 'migrations/versions', '*.py');
    case 'knex':
      return programs(repository, folderIn(configText(repository, 'knexfile'), 'directory') ?? 'migrations');
    case 'drizzle':
      return drizzle(repository, folderIn(configText(repository, 'drizzle.config'), 'out') ?? 'drizzle');
    case 'node-pg-migrate':
      return programs(repository, 'migrations');
    case 'flyway':
      return each(repository, flywayFolder(repository) ?? 'sql', 'V*.sql');
    default:
      return null;
  }
}

/** Named even before the first migration is written, as long as its folder could be a glob. */
const each = (repository: Repository, folder: string, names: string): string | null =>
  repository.names(folder).length > 0 && isPlain(folder) ? `${folder}/${names}` : null;

function programs(repository: Repository, folder: string): string | null {
  const names = repository.names(folder);
  const ending = ['.sql', '.ts', '.mts', '.js', '.mjs', '.cjs'].find((one) =>
    names.some((name) => name.endsWith(one) && !name.endsWith('.d.ts')),
  );
  return ending === undefined ? null : each(repository, folder, `*${ending}`);
}

/** Since its first version 1 each migration has a folder of its own. */
function drizzle(repository: Repository, folder: string): string | null {
  if (repository.names(folder).some((name) => name.endsWith('.sql'))) return each(repository, folder, '*.sql');
  const inside = repository
    .names(folder)
    .some((name) => repository.names(`${folder}/${name}`).includes('migration.sql'));
  return inside ? each(repository, folder, '*/migration.sql') : null;
}

function alembicFolder(repository: Repository): string {
  const written = /^\s*script_location\s*=\s*(\S+)\s*$/m.exec(repository.text('alembic.ini') ?? '')?.[1];
  return plainFolder((written ?? 'alembic').replace(/^%\(here\)s\//, '')) ?? 'alembic';
}

const flywayConfigs = ['flyway.toml', 'flyway.conf', 'conf/flyway.toml', 'conf/flyway.conf'] as const;

/** The file by which Flyway is set up, or the place where Spring keeps its migrations. */
export function flywayEvidence(repository: Repository): string | undefined {
  const file = flywayConfigs.find((name) => repository.text(name) !== null);
  if (file !== undefined) return file;
  const isVersioned = repository.names(springFolder).some((name) => /^V[\d._]+__.*\.sql$/.test(name));
  return isVersioned ? `${springFolder}/V*.sql` : undefined;
}

const springFolder = 'src/main/resources/db/migration';

export function flywayFolder(repository: Repository): string | null {
  const config = flywayConfigs.map((name) => repository.text(name)).find((text) => text !== null) ?? '';
  const written = /\blocations\s*=\s*\[?\s*["']?filesystem:([^\s"',\]]+)/.exec(config)?.[1];
  if (written !== undefined) return plainFolder(written);
  return repository.names(springFolder).length > 0 ? springFolder : null;
}

const configText = (repository: Repository, stem: string): string => {
  const name = repository.names('').find((file) => file.startsWith(`${stem}.`));
  return name === undefined ? '' : (repository.text(name) ?? '');
};

const folderIn = (text: string, key: string): string | null =>
  plainFolder(new RegExp(`\\b${key}["']?\\s*:\\s*["'\`]([^"'\`]+)["'\`]`).exec(text)?.[1] ?? '');

const isPlain = (folder: string): boolean => /^[\w][\w./-]*$/.test(folder) && !folder.split('/').includes('..');

/** Relative and without anything that a glob takes for more than a name. */
function plainFolder(text: string): string | null {
  const folder = text.replace(/^\.\//, '').replace(/\/$/, '');
  return isPlain(folder) ? folder : null;
}
