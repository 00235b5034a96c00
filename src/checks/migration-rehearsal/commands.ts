import path from 'node:path';
import { fail } from '../../domain/failure.ts';
import type { CheckContext, DeclaredMigration } from '../../kinds/check.ts';
import { flywayVariables } from '../../kinds/flyway-variables.ts';
import { lockTimeoutVariables } from '../../kinds/lock-timeout.ts';
import { excerpt } from '../../kinds/wording.ts';
import { lastLines } from './last-lines.ts';
import type { Command } from '../../kinds/rehearsals.ts';
import type { MigrationRehearsalConfig } from './schema.ts';

/** Its caller ends it, by the signal. */
const withoutLimitMs = 24 * 60 * 60 * 1000;

interface Setting {
  readonly config: MigrationRehearsalConfig;
  readonly context: CheckContext;
  readonly migration: DeclaredMigration;
  /** Addresses that no command may learn. */
  readonly forbidden: readonly string[];
}

/**
 * Commands of the team with the address of a clone and, of the environment, only what is passed by name: one that knew another address could
 * migrate what is behind it. Throws `GR5109` when a variable that is passed holds a database that is no clone.
 */
export function commandOn({
  config,
  context,
  migration,
  forbidden,
}: Setting): (argv: readonly string[], limitMs?: number) => Command {
  const places = [...forbidden, ...context.databases.map(({ url }) => url)].flatMap((url) =>
    URL.canParse(url) ? [new URL(url).host] : [],
  );
  const passed = Object.fromEntries(
    config.pass.flatMap((name) => (name in context.variables ? [[name, context.variables[name]!]] : [])),
  );
  for (const [name, value] of Object.entries(passed))
    if (places.some((place) => place !== '' && value.includes(place)))
      fail({
        code: 'GR5109',
        message: `The variable ${name} holds a database that is no clone, and the migrate command would learn it.`,
        where: 'the check migration-rehearsal (pass)',
        do: `Leave it out; the address of the clone is given as ${migration.variable}.`,
      });
  const backup = 'backup' in config.copy ? path.resolve(context.projectDirectory, config.copy.backup) : null;
  const options = optionsOf(context, migration);
  return (argv, limitMs = withoutLimitMs) =>
    async (clone, signal) => {
      const url = options === null ? clone : withOptions(clone, options);
      const answer = await context.effects.process.run(
        {
          ...{ argv, directory: context.directory },
          variables: {
            ...{ ...passed, ...addressOf(url, migration), ...lockTimeoutVariables(migration.lockTimeoutMs, passed) },
            ...{ GREENROOM_ENVIRONMENT: context.environment },
            ...(backup !== null && { GREENROOM_BACKUP: backup }),
          },
          timeoutMs: limitMs,
          maxOutputBytes: 4096,
        },
        signal,
      );
      if (answer.status !== 'exited') return { isDone: false, said: excerpt(answer.reason) };
      const { exitCode, output, timedOut } = answer;
      return { isDone: exitCode === 0 && !timedOut, timedOut, said: lastLines(output, new URL(url).password) };
    };
}

/** A driver that reads no PGOPTIONS gets its lock timeout so, and libpq lets them go before it: they count here as they do there. */
function optionsOf({ databases }: CheckContext, { database }: DeclaredMigration): string | null {
  const url = databases.find(({ name }) => name === database)?.url ?? '';
  return URL.canParse(url) ? new URL(url).searchParams.get('options') : null;
}

/** libpq takes a plus for a plus. */
function withOptions(clone: string, options: string): string {
  const url = new URL(clone);
  const rest = [...url.searchParams].filter(([name]) => name !== 'options');
  url.search = new URLSearchParams([...rest, ['options', options]]).toString().replaceAll('+', '%20');
  return url.href;
}

/** As the team's variable and as libpq reads it, so that a program that knows neither fails instead of finding another one. */
function addressOf(url: string, { variable, lockTimeoutMs }: DeclaredMigration): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    ...{ DATABASE_URL: url, [variable]: url, PGHOST: hostname, PGPORT: port, PGDATABASE: pathname.slice(1) },
    ...{ PGUSER: decodeURIComponent(username), PGPASSWORD: decodeURIComponent(password), PGSSLMODE: 'disable' },
    ...flywayVariables(url, lockTimeoutMs),
    GREENROOM_REHEARSAL: 'true',
  };
}
