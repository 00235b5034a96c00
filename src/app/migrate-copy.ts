import { fail } from '../domain/failure.ts';
import type { Database, Environment, Project } from '../domain/project.ts';
import { judgeAddresses } from '../domain/refresh/direction.ts';
import { formatDuration } from '../domain/duration.ts';
import { flywayVariables } from '../kinds/flyway-variables.ts';
import { lockTimeoutVariables } from '../kinds/lock-timeout.ts';
import { placeOf, withDatabase } from '../refresh/connect.ts';
import type { Migrate } from '../refresh/migrate-beside.ts';
import { findRelease } from '../store/releases.ts';
import { servingIn } from '../store/environments.ts';
import { databasesOf } from './site.ts';
import type { World } from './world.ts';

interface CopyToMigrate {
  readonly project: Project;
  readonly environment: Environment;
  readonly database: Database;
  readonly targetUrl: string;
  readonly signal: AbortSignal;
}

/** More of what a command has said helps nobody. */
const MOST_LINES = 5;

/**
 * The environment's migrate command with the release that serves there, for a copy of its database. Whatever stands against it is said before
 * anything is copied. No variable of the command leads to the database that is replaced.
 */
export async function migrateCopy(world: World, wish: CopyToMigrate): Promise<Migrate> {
  const { project, environment, database, targetUrl, signal } = wish;
  const argv =
    database.migrate ??
    fail({
      code: 'GR5161',
      message: `refresh.yaml says migrate, and databases.${database.name} has no migrate command.`,
      where: 'refresh.yaml (migrate)',
      do: 'Write it in greenroom.yaml, or leave migrate out.',
    });
  const directory = await servedTree(world, project, environment.name);
  const variables = await world.resolveVariables(project, environment);
  const databases = await databasesOf(world, project, environment, variables);
  const values = {
    ...variables.values,
    ...Object.fromEntries(project.databases.map(({ variable }, index) => [variable, databases[index]!.url])),
  };
  const password = decodeURIComponent(new URL(targetUrl).password);
  const effects = world.effects([...variables.secrets, password].filter((secret) => secret !== ''));
  return async (url) => {
    const led = ledTo(url, targetUrl, values);
    const answer = await effects.process.run(
      {
        ...{ argv, directory, timeoutMs: database.budgetMs, maxOutputBytes: 256 * 1024 },
        variables: {
          ...flywayVariables(led[database.variable] ?? url, database.lockTimeoutMs),
          ...led,
          ...lockTimeoutVariables(database.lockTimeoutMs, led),
          GREENROOM_ENVIRONMENT: environment.name,
        },
      },
      signal,
    );
    signal.throwIfAborted();
    if (answer.status === 'exited' && answer.exitCode === 0 && !answer.timedOut) return;
    const said = answer.status === 'exited' ? tellingLines(effects.redact(answer.output)) : [];
    const how =
      answer.status !== 'exited'
        ? `could not be started: ${answer.reason}`
        : answer.timedOut
          ? `was not done within ${formatDuration(database.budgetMs)}`
          : `failed with exit code ${answer.exitCode}`;
    fail({
      code: 'GR5163',
      message: `The migrate command ${how} on the copy. Nothing was published.`,
      where: `databases.${database.name}.migrate of ${environment.name}`,
      do: `Look at what it said: ${said.join(' / ') || 'nothing'}`,
    });
  };
}

/** The first that speak of an error; the last ones where none does. */
function tellingLines(output: string): readonly string[] {
  const lines = output.split('\n').map((line) => line.trim());
  const errors = lines.filter((line) => /error|exception|fatal|denied/i.test(line));
  return errors.length > 0 ? errors.slice(0, MOST_LINES) : lines.filter((line) => line !== '').slice(-MOST_LINES);
}

/** Every address of the target among the variables leads to the copy. */
export function ledTo(
  copyUrl: string,
  targetUrl: string,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const [target, copy] = [targetUrl, copyUrl].map((url) => decodeURIComponent(new URL(url).pathname.slice(1))) as [
    string,
    string,
  ];
  const isTarget = (value: string): boolean => {
    const address = value.replace(/^jdbc:/, '');
    return (
      URL.canParse(address) &&
      new URL(address).host !== '' &&
      judgeAddresses(placeOf(targetUrl), [placeOf(address)]).length > 0
    );
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (name === 'PGDATABASE' && value === target) return [name, copy];
      if (!isTarget(value)) return [name, value];
      const jdbc = value.startsWith('jdbc:') ? 'jdbc:' : '';
      return [name, jdbc + withDatabase(value.slice(jdbc.length), copy)];
    }),
  );
}

/** The files of the release that serves, as they were pinned. */
async function servedTree(world: World, project: Project, environment: string): Promise<string> {
  const release = await world.store.read(async (rows) => {
    const serving = await servingIn(rows, project.name, environment);
    return serving && findRelease(rows, project.name, serving.releaseId);
  });
  const tree =
    release?.parts.artifacts['tree'] ??
    fail({
      code: 'GR5162',
      message: `refresh.yaml says migrate, and no release serves ${environment} whose migrate command could run.`,
      where: 'refresh.yaml (migrate)',
      do: `Deploy to ${environment} first, or leave migrate out.`,
    });
  const verified = await world.artifacts.verify(tree);
  if (!verified.ok) throw new Error(verified.failures.map(({ message }) => message).join(' '));
  return verified.value.directory;
}
