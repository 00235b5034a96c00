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
  return (argv, limitMs = withoutLimitMs) =>
    async (url, signal) => {
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
