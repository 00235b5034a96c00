import type { RefreshFile } from '../config/refresh.ts';
import { fail, FailureError, type Failure } from '../domain/failure.ts';
import { canonical } from '../domain/json.ts';
import { judgeAddresses, judgeEnvironments } from '../domain/refresh/direction.ts';
import type { Database, Environment, Project } from '../domain/project.ts';
import { placeOf, roleOf } from '../refresh/connect.ts';
import { runRefresh, type Refreshed, type RefreshOrder } from '../refresh/run-refresh.ts';
import { migrateCopy } from './migrate-copy.ts';
import { outboundVariables, type OutboundVariables } from './outbound-variables.ts';
import { environmentOf } from './plan-deployment.ts';
import { publishOnce, requireQuiet } from './publish-once.ts';
import { refreshLog } from './refresh-log.ts';
import type { ResolvedVariables, World } from './world.ts';

export interface RefreshWish extends Pick<
  RefreshOrder,
  'workerCount' | 'isDryRun' | 'isProven' | 'signal' | 'onStation' | 'onProgress'
> {
  readonly project: Project;
  readonly environment: string;
  readonly actor: string;
  readonly file: RefreshFile;
}

export interface RefreshedEnvironment extends Refreshed {
  readonly sourceEnvironment: string;
  /** `host:port/database`. */
  readonly target: string;
  /** By which it was written to. */
  readonly role: string;
  readonly variables: OutboundVariables;
}

interface FoundEnds {
  /** Name of the database in greenroom.yaml. */
  readonly database: string;
  readonly declared: Database;
  readonly sourceEnvironment: string;
  readonly sourceUrl: string;
  readonly targetUrl: string;
  readonly secret: Uint8Array | null;
  readonly isOwnTarget: boolean;
}

/**
 * Gives the environment a masked copy of the data of one further along its path. On any failure it has its old data. Beginning and end are on
 * record, the end together with the swap; a dry run is not.
 */
export async function refreshEnvironment(world: World, wish: RefreshWish): Promise<RefreshedEnvironment> {
  const { project, file } = wish;
  const { name: environment } = environmentOf(project, wish.environment);
  const log = refreshLog(world, wish);
  return publishOnce(world, { project: project.name, environment }, log, async (publish) => {
    const { database, declared, ...ends } = await findEnds(world, project, environment, file);
    await world.store.read((rows) => requireQuiet(rows, project.name, environment));
    const { targetUrl } = ends;
    const copy = { project, environment: environmentOf(project, environment), database: declared, targetUrl };
    const migrate = file.migrate ? await migrateCopy(world, { ...copy, signal: wish.signal }) : null;
    await log.began({
      ...{ database, sourceEnvironment: ends.sourceEnvironment, source: placeOf(ends.sourceUrl) },
      ...{
        target: placeOf(ends.targetUrl),
        rules: `sha256:${world.hash(canonical(file.subset === null ? file.rules : { ...file.rules, subset: file.subset }))}`,
      },
    });
    const dataFromAt = world.clock.now();
    const variables = await outboundVariables(world, project, environment, ends.sourceEnvironment);
    const refreshed = await runRefresh({
      ...ends,
      ...{
        environment,
        rules: file.rules,
        looked: file.looked,
        subset: file.subset,
        migrate,
        limits: file.source.limits,
        keep: file.keep,
      },
      at: new Date(dataFromAt).toISOString(),
      ...{ workerCount: wish.workerCount, isDryRun: wish.isDryRun, isProven: wish.isProven, signal: wish.signal },
      ...{ onStation: wish.onStation, onProgress: wish.onProgress },
      underLock: (act, published) => publish(act, { ...published, dataFromAt }),
    });
    return {
      ...refreshed,
      sourceEnvironment: ends.sourceEnvironment,
      target: placeOf(targetUrl),
      role: roleOf(targetUrl),
      variables,
    };
  });
}

interface RefreshSource {
  readonly sourceEnvironment: string;
  readonly sourceUrl: string;
  readonly from: Environment;
  readonly database: Database;
  /** What references are resolved in. */
  readonly light: ResolvedVariables;
}

/** Where the data comes from, as declared; refused when the target is no environment before it. */
export async function findSource(
  world: World,
  project: Project,
  target: Environment,
  file: RefreshFile,
): Promise<RefreshSource> {
  const { source } = file;
  const sourceEnvironment = source.environment ?? project.path.at(-1)!;
  const from = environmentOf(project, sourceEnvironment);
  require(judgeEnvironments(project.path, sourceEnvironment, target.name));
  const database = databaseOf(project, file.database);
  const light = await world.resolveVariables(project, from);
  const sourceUrl =
    source.url === null
      ? await embeddedReader(world, project, from, database)
      : resolve(light, source.url, 'source.url');
  return { sourceEnvironment, sourceUrl, from, database, light };
}

/** Both ends, as declared, with the key; refused before anything is connected when data would flow the wrong way. */
async function findEnds(world: World, project: Project, name: string, file: RefreshFile): Promise<FoundEnds> {
  const environment = environmentOf(project, name);
  const { sourceEnvironment, sourceUrl, from, database, light } = await findSource(world, project, environment, file);
  const targetUrl = await urlOf(world, project, environment, database);
  const last = environmentOf(project, project.path.at(-1)!);
  const guarded = [
    sourceUrl,
    ...(await ownAddresses(world, project, from)),
    ...(await ownAddresses(world, project, last)),
  ];
  require(
    judgeAddresses(
      placeOf(targetUrl),
      guarded.map((url) => placeOf(url)),
    ),
  );
  const secret = file.key === null ? null : new TextEncoder().encode(resolve(light, file.key, 'key'));
  return {
    ...{ database: database.name, declared: database, sourceEnvironment, sourceUrl, targetUrl, secret },
    isOwnTarget: database.source.kind === 'embedded',
  };
}

export function require(failures: readonly Failure[]): void {
  if (failures.length > 0) throw new FailureError(...failures);
}

export function databaseOf(project: Project, database: string | null, file = 'refresh.yaml'): Database {
  const found = project.databases.filter(({ name }) => database === null || name === database);
  if (found.length === 1) return found[0]!;
  const names = project.databases.map(({ name }) => name).join(', ');
  const cache = project.caches.find(({ name }) => name === database);
  if (cache) requirePostgres('redis:', `database (${cache.name})`);
  return fail({
    code: 'GR5042',
    message: database === null ? 'There is not one database.' : `There is no database "${database}".`,
    where: `${file} (database)`,
    do: names === '' ? 'Declare it in greenroom.yaml (databases).' : `Name one of: ${names}.`,
  });
}

/** A reference that cannot be resolved, or an address that is none. */
function resolve(light: ResolvedVariables, text: string, place: string): string {
  const value = light.expand(text);
  if (value !== '' && (place === 'key' || /^postgres(?:ql)?:\/\/[^/]+\/[^/]+$/.test(value.replace(/\?.*$/, ''))))
    return value;
  requirePostgres(value, place);
  return fail({
    code: 'GR5043',
    message:
      value === '' ? `What ${place} refers to is set nowhere.` : `What ${place} refers to is no address of PostgreSQL.`,
    where: `refresh.yaml (${place})`,
    do:
      value === '' ? 'Set the variable where Greenroom runs.' : 'Write  postgresql://role:password@host:port/database.',
  });
}

const others: Readonly<Record<string, string>> = {
  ...{ mysql: 'MySQL', mariadb: 'MariaDB', redis: 'Redis', rediss: 'Redis', valkey: 'Valkey', mongodb: 'MongoDB' },
  ...{ 'mongodb+srv': 'MongoDB', sqlserver: 'SQL Server', mssql: 'SQL Server', oracle: 'Oracle', sqlite: 'SQLite' },
};

/** `GR5165`: known, and not built. */
function requirePostgres(url: string, place: string): void {
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(url.replace(/^jdbc:/i, ''))?.[1]!.toLowerCase() ?? '';
  const product = Object.hasOwn(others, scheme) ? others[scheme]! : null;
  if (product !== null)
    fail({
      code: 'GR5165',
      message: `What ${place} refers to is ${product}, and a refresh copies PostgreSQL only.`,
      where: `refresh.yaml (${place})`,
      do: `Fill the ${product} of the environment with a command of your own; nothing of production's may reach it unmasked.`,
    });
}

export async function urlOf(
  world: World,
  project: Project,
  environment: Environment,
  database: Database,
): Promise<string> {
  if (database.source.kind === 'embedded')
    return world.store.read(() => world.embedded.ensure(embeddedName(project, environment, database)));
  const light = await world.resolveVariables(project, environment);
  return resolve(light, database.source.url, `databases.${database.name}.url of ${environment.name}`);
}

/** The embedded database of the source; how one of your own is reached must be said. */
async function embeddedReader(world: World, project: Project, from: Environment, database: Database): Promise<string> {
  if (database.source.kind === 'embedded')
    return world.store.read(() => world.embedded.readerOf(embeddedName(project, from, database)));
  return fail({
    code: 'GR5041',
    message: 'refresh.yaml does not say where the data comes from.',
    where: 'refresh.yaml (source)',
    do: 'Write  source: { url: "postgresql://greenroom_reader:${READER_PASSWORD}@host/database" }.',
  });
}

const embeddedName = (project: Project, environment: Environment, database: Database): string =>
  `${project.name}_${environment.name}_${database.name}`;

/** What an environment says its databases are; one that cannot be resolved here guards nothing. */
export async function ownAddresses(
  world: World,
  project: Project,
  environment: Environment,
): Promise<readonly string[]> {
  const light = await world.resolveVariables(project, environment);
  return project.databases
    .flatMap(({ source }) => (source.kind === 'url' ? [light.expand(source.url)] : []))
    .filter((url) => URL.canParse(url));
}
