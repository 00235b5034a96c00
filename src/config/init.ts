import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { failed, ok, type Result } from '../domain/failure.ts';
import { mistake } from './catalogue.ts';
import { findCompose, oneLine, type FoundCompose } from './init-compose.ts';
import { findMigrations, type FoundMigrations } from './init-migrations.ts';
import type { Repository } from './init-repository.ts';
import { findServices, type FoundService } from './init-services.ts';

/** What a first look at a repository finds. */
export interface Found {
  readonly project: string;
  readonly composeFiles: readonly string[];
  /** What the project's compose file tells. */
  readonly compose: FoundCompose | null;
  readonly driver: 'process' | 'compose';
  readonly scripts: Readonly<Record<string, string>>;
  /** Names of what package.json needs. */
  readonly packages: ReadonlySet<string>;
  readonly hasPytest: boolean;
  /** Files of variables by the environment they belong to. */
  readonly variableFiles: Readonly<Record<string, string>>;
  readonly services: readonly FoundService[];
  readonly migrations: FoundMigrations | null;
  readonly database: 'own' | 'composed' | 'embedded' | null;
  readonly hasRedis: boolean;
  readonly variableSchema: string | null;
  /** What was seen and could not be used, each a sentence of one line. */
  readonly notes: readonly string[];
}

const environmentOfSuffix: Readonly<Record<string, string>> = {
  development: 'local',
  dev: 'local',
  sandbox: 'sandbox',
  staging: 'staging',
  stage: 'staging',
  production: 'production',
  prod: 'production',
};

/** Looks, and changes nothing. */
export function inspectRepository(repository: Repository): Found {
  const manifest = readManifest(repository);
  const top = repository.names('');
  const envFiles = top.filter((name) => /^\.env(\.|$)/.test(name));
  const texts = envFiles.map((name) => repository.text(name) ?? '').join('\n');
  const python =
    `${repository.text('requirements.txt') ?? ''}\n${repository.text('pyproject.toml') ?? ''}`.toLowerCase();
  const migrations = findMigrations(repository, manifest.scripts, manifest.packages);
  const usesDatabase =
    migrations !== null ||
    /psycopg|asyncpg/.test(python) ||
    ['pg', 'postgres', '@prisma/client', 'pg-promise'].some((name) => manifest.packages.has(name));
  const port = Number(/^PORT=["']?(\d{2,5})\b/m.exec(texts)?.[1] ?? Number.NaN);
  const processes = findServices(repository, manifest.scripts, port >= 1 && port <= 65_535 ? port : null);
  const compose = findCompose(repository);
  // An image that was built elsewhere says less about this tree than a way to start it.
  const isComposed =
    compose !== null &&
    compose.services.length > 0 &&
    (compose.isBuilt || processes.every((service) => service.evidence === null));
  return {
    project: nameFor(manifest.name ?? repository.name),
    ...{ compose, driver: isComposed ? 'compose' : 'process' },
    composeFiles: top.filter((name) => /^(docker-)?compose[\w.-]*\.ya?ml$/.test(name)),
    scripts: manifest.scripts,
    packages: manifest.packages,
    hasPytest: /\bpytest\b/.test(python),
    variableFiles: variableFilesOf(envFiles),
    services: isComposed ? compose.services : processes,
    migrations,
    database: /^DATABASE_URL=./m.test(texts)
      ? 'own'
      : compose?.databases.length
        ? 'composed'
        : usesDatabase
          ? 'embedded'
          : null,
    hasRedis: ['redis', 'ioredis'].some((name) => manifest.packages.has(name)) || /^redis\b/m.test(python),
    variableSchema: top.find((name) => /^env\.schema\.(ya?ml|json)$/.test(name)) ?? null,
    notes: [...manifest.notes, ...(compose?.notes ?? [])],
  };
}

function variableFilesOf(envFiles: readonly string[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of envFiles) {
    const environment = environmentOfSuffix[name.slice('.env.'.length)];
    if (environment && !Object.hasOwn(files, environment)) files[environment] = name;
  }
  return files;
}

const nameFor = (text: string): string => {
  const name = text
    .replace(/^@[^/]*\//, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 40)
    .replace(/-$/, '');
  return name === '' || name in {} ? 'project' : name;
};

interface Manifest {
  readonly name: string | null;
  readonly scripts: Readonly<Record<string, string>>;
  readonly packages: ReadonlySet<string>;
  readonly notes: readonly string[];
}

/** package.json as far as it can be read; a broken one is as good as none, and said. */
function readManifest(repository: Repository): Manifest {
  let parsed: unknown = null;
  const notes: string[] = [];
  try {
    parsed = JSON.parse(repository.text('package.json') ?? 'null');
  } catch (error) {
    notes.push(`package.json is no JSON that can be read, so nothing of it is in here: ${oneLine(String(error))}`);
  }
  const mapping = (value: unknown): Readonly<Record<string, unknown>> =>
    value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  const manifest = mapping(parsed);
  const scripts = Object.entries(mapping(manifest['scripts'])).flatMap(([key, value]) =>
    typeof value === 'string' && /^[\w:.-]+$/.test(key) ? [[key, value] as const] : [],
  );
  return {
    notes,
    name: typeof manifest['name'] === 'string' ? manifest['name'] : null,
    scripts: Object.fromEntries(scripts),
    packages: new Set([
      ...Object.keys(mapping(manifest['dependencies'])),
      ...Object.keys(mapping(manifest['devDependencies'])),
    ]),
  };
}

/** Writes the first file, never over another. Answers its absolute path. */
export function writeFirstFile(directory: string, text: string): Result<string> {
  const file = path.resolve(directory, 'greenroom.yaml');
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return ok(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const message =
      code === 'EEXIST'
        ? 'There is a greenroom.yaml already; it was left alone.'
        : `greenroom.yaml cannot be written (${code || 'unknown'}).`;
    const remedy =
      code === 'EEXIST'
        ? 'Change it by hand, or move it away first.'
        : 'See that the folder exists and may be written to.';
    return failed({ ...mistake('GR1601', message, remedy), where: file });
  }
}
