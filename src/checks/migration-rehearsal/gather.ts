import path from 'node:path';
import { fail } from '../../domain/failure.ts';
import type { CheckContext, DeclaredMigration } from '../../kinds/check.ts';
import type { CaptureSource, Command, CopySource, RehearsalRequest } from '../../kinds/rehearsals.ts';
import type { MigrationRehearsalConfig } from './schema.ts';
import { commandOn } from './commands.ts';
import { takenAt } from './backup-date.ts';
import { migrationText } from './identity.ts';
import type { RehearsalData } from './judge.ts';
import { timelineOf } from './timeline.ts';
import { askSquawk } from './squawk.ts';

const where = 'the check migration-rehearsal';

interface Prepared {
  readonly migration: DeclaredMigration;
  readonly request: RehearsalRequest;
  /** What is cloned, in words. */
  readonly copy: string;
}

/** What would be asked for, and nothing is connected. Throws `FailureError` (GR5102, GR5107, GR5109) where too little is declared. */
export async function prepareRehearsal(
  config: MigrationRehearsalConfig,
  context: CheckContext,
  profile: RehearsalRequest['profile'],
  signal = new AbortController().signal,
): Promise<Prepared> {
  const migration = migrationOf(config, context);
  const server = serverOf(config, context, migration);
  const production = addressIn(context, config.production, 'production');
  const statistics =
    config.capture && 'statistics' in config.capture
      ? [addressIn(context, config.capture.statistics, 'capture.statistics')]
      : [];
  const run = commandOn({ config, context, migration, forbidden: [server, production, ...statistics] });
  const forward = config['forward-fix'];
  const back = forward ?? migration.back;
  const copy = await copyOf(config, context, run, signal);
  // Longer than its budget, so that it is measured how much longer it takes.
  const limitMs = 5 * migration.budgetMs;
  const request: RehearsalRequest = {
    ...{ server, production, profile, nowMs: context.effects.clock.now(), copy: copy.source },
    lockTimeoutMs: migration.lockTimeoutMs,
    ...(await migrationText(config, migration, context.directory, context.effects.files)),
    ...{ capture: captureOf(config, statistics, run), smoke: config.smoke ? run(config.smoke) : null },
    migrate: run(migration.migrate, limitMs),
    back: back
      ? { kind: forward ? 'forward-fix' : 'down', run: run(back) }
      : migration.forwardOnly
        ? { kind: 'forward-only' }
        : null,
    ...{ book: config.book ?? null, write: config.write ? run(config.write) : null },
    ...{ oldStatements: config['old-statements'], applicationRole: config.role ?? null },
    limitMs,
  };
  return { migration, request, copy: copy.words };
}

/** Throws `FailureError` (GR5102–GR5109) for what keeps it from being measured. */
export async function gatherRehearsal(
  config: MigrationRehearsalConfig,
  context: CheckContext,
  profile: RehearsalRequest['profile'],
  signal: AbortSignal,
  onProgress: (text: string) => void = () => undefined,
) {
  signal.throwIfAborted();
  const { migration, request, copy } = await prepareRehearsal(config, context, profile, signal);
  const { database, budgetMs } = migration;
  const measured = await context.effects.rehearsals.rehearse({ ...request, onProgress }, signal);
  const { facts, isIdle, digest, copiedAtMs, runs, swept, mark } = measured;
  const squawk = await askSquawk(context, request.files, facts.statements, signal);
  const data: RehearsalData = {
    ...{ database, copy, copiedAtMs, digest, profile, budgetMs, runs, swept, isIdle, facts, mark, squawk },
  };
  return { status: 'measured', data, plots: [timelineOf(measured)] } as const;
}

function captureOf(
  { capture }: MigrationRehearsalConfig,
  [url = '']: readonly string[],
  run: (argv: readonly string[]) => Command,
): CaptureSource | null {
  if (capture === undefined) return null;
  const { except } = capture;
  if ('command' in capture) return { from: 'command', run: run(capture.command), except };
  return { from: 'statistics', url, user: capture.user ?? null, except };
}

function migrationOf({ database }: MigrationRehearsalConfig, { migrations = [] }: CheckContext): DeclaredMigration {
  const found = migrations.filter((each) => database === undefined || each.database === database);
  if (found.length === 1) return found[0]!;
  const names = migrations.map((each) => each.database).join(', ');
  return fail({
    code: 'GR5102',
    message:
      database === undefined
        ? 'There is not one database with a migrate command.'
        : `There is no database "${database}" with a migrate command.`,
    where,
    do: names === '' ? 'Declare  databases.<name>.migrate.' : `Write  database:  with one of: ${names}.`,
  });
}

function serverOf(
  { server }: MigrationRehearsalConfig,
  context: CheckContext,
  { ownServer }: DeclaredMigration,
): string {
  if (server !== undefined) return addressIn(context, server, 'server');
  return (
    ownServer ??
    fail({
      code: 'GR5102',
      message: 'It is not said on which server the migration may be rehearsed.',
      where: `${where} (server)`,
      do: 'Write a superuser’s address of a server with nothing but copies:  server: "${REHEARSAL_SERVER}".',
    })
  );
}

function addressIn(context: CheckContext, text: string, field: string): string {
  const value = context.expand(text);
  if (/^postgres(?:ql)?:\/\/[^/]+\/[^/]+$/.test(value.replace(/\?.*$/, '')) && URL.canParse(value)) return value;
  return fail({
    code: 'GR5102',
    message:
      value === '' ? `What ${field} refers to is set nowhere.` : `What ${field} says is no address of PostgreSQL.`,
    where: `${where} (${field})`,
    do: 'Set the variable where Greenroom runs:  postgresql://role:password@host:port/database.',
  });
}

/** What is cloned, and how it is told. */
interface DeclaredCopy {
  readonly source: CopySource;
  readonly words: string;
}

async function copyOf(
  { copy }: MigrationRehearsalConfig,
  context: CheckContext,
  run: (argv: readonly string[]) => Command,
  signal: AbortSignal,
): Promise<DeclaredCopy> {
  if ('database' in copy)
    return { source: { from: 'database', name: copy.database }, words: `database ${copy.database}` };
  const file = path.resolve(context.projectDirectory, copy.backup);
  const found = await context.effects.files.read(file, 1);
  if (found === null || found.text === '')
    fail({
      code: 'GR5107',
      message: found === null ? `There is no backup ${copy.backup}.` : `The backup ${copy.backup} is empty.`,
      where: `${where} (copy.backup)`,
      do: 'Name the newest backup, relative to the project.',
    });
  const { at, byFileAlone } = await takenAt(context, file, found.modifiedAt, signal);
  return {
    source: { from: 'backup', takenAtMs: at, restore: run(copy.restore) },
    words: `backup ${copy.backup}${byFileAlone ? ', by the date of its file alone,' : ''}`,
  };
}
