import { fail } from '../../domain/failure.ts';
import type { CheckContext } from '../../kinds/check.ts';
import { findBackup, measure, where, type FoundBackup } from './find.ts';
import { formOf, type BackupForm } from './form.ts';
import type { BackupData } from './judge.ts';
import type { BackupConfig } from './schema.ts';
import { requireTool, restoreWith, startedAt } from './tools.ts';

interface Ready {
  readonly database: string;
  readonly original: string;
  readonly server: string;
  readonly isOwnServer: boolean;
  readonly backup: FoundBackup;
  readonly form: BackupForm;
  readonly takenAt: number;
}

type Tell = (text: string) => void;

/** The newest backup, looked at; nothing is connected. Throws `FailureError` (GR5151–GR5159) for what keeps it from being verified. */
export async function prepareBackup(config: BackupConfig, context: CheckContext, signal: AbortSignal): Promise<Ready> {
  signal.throwIfAborted();
  const database = databaseOf(config, context);
  const ownServer = context.ownServers?.[database.name] ?? null;
  const original = config.reader === undefined ? database.url : addressIn(context, config.reader, 'reader');
  const server = config.server === undefined ? ownServer : addressIn(context, config.server, 'server');
  if (server === null)
    return fail({
      ...{
        code: 'GR5151',
        message: 'It is not said on which server the backup may be restored.',
        where: `${where} (server)`,
      },
      do: 'Write a superuser’s address of a server with nothing but copies:  server: "${REHEARSAL_SERVER}".',
    });
  const backup = await findBackup(config, context, signal);
  const form = await formOf(context.effects, backup);
  if (form.kind !== 'broken') await requireTool({ context, backup, form }, signal);
  const toldAt = form.kind === 'archive' ? await startedAt({ context, backup, form }, signal) : null;
  const takenAt = Math.min(toldAt ?? Infinity, backup.modifiedAt);
  return {
    database: database.name,
    original,
    server,
    isOwnServer: ownServer !== null && config.server === undefined,
    backup,
    form,
    takenAt,
  };
}

export async function gatherBackup(
  config: BackupConfig,
  context: CheckContext,
  signal: AbortSignal,
  onProgress: Tell = () => undefined,
) {
  onProgress('looking for the newest backup');
  const ready = await prepareBackup(config, context, signal);
  const { backup, form } = ready;
  const told = await restored(config, context, ready, signal, onProgress);
  const now = await measure(context.effects, backup.path);
  if (now === null || now.sizeBytes !== backup.sizeBytes || now.modifiedAt !== backup.modifiedAt)
    return {
      ...{
        status: 'not-measured' as const,
        reason: `The backup ${backup.name} was written to while it was looked at.`,
      },
      next: 'Run it again when the backup is whole; best give it its name only then.',
    };
  const data: BackupData = {
    ...{ database: ready.database, backup: backup.name, sizeBytes: backup.sizeBytes, takenAt: ready.takenAt },
    ...{ askedAt: context.effects.clock.now(), lastVerified: await lastOf(context, ready.database) },
    ...(form.kind === 'broken' ? { ...nothing, brokenBy: form.reason } : told!),
  };
  return { status: 'measured' as const, data };
}

const nothing = { restoreMs: null, differences: [], tables: [], swept: [] };

async function restored(
  config: BackupConfig,
  context: CheckContext,
  ready: Ready,
  signal: AbortSignal,
  onProgress: Tell,
) {
  const { backup, form, server, original, isOwnServer } = ready;
  if (form.kind === 'broken') return null;
  let reason: string | null = null;
  // Longer than its bar, so that it is measured how much longer it takes.
  const limits = { jobs: config.jobs, limitMs: 5 * config['restored-within'] };
  const answer = await context.effects.rehearsals.restore(
    {
      ...{ server, original, isOwnServer, onProgress },
      restore: async (url, until) => {
        const end = await restoreWith({ context, backup, form }, { url, ...limits }, until);
        reason = end.reason;
        return end;
      },
    },
    signal,
  );
  const { isDone, restoreMs, differences, tables, swept } = answer;
  return { brokenBy: isDone ? null : (reason ?? 'it could not be restored'), restoreMs, differences, tables, swept };
}

/** A line that was changed says nothing. */
async function lastOf(
  { verifiedBackups, environment }: CheckContext,
  database: string,
): Promise<BackupData['lastVerified']> {
  const found = (await verifiedBackups?.()) ?? [];
  const last = found.find(
    (each) => each.environment === environment && each.database === database && each.outcome === 'pass',
  );
  return last && last.sizeBytes !== null ? { sizeBytes: last.sizeBytes, at: last.at } : null;
}

function databaseOf(
  { database }: BackupConfig,
  { databases, environment }: CheckContext,
): CheckContext['databases'][number] {
  const found = databases.filter(({ name }) => database === undefined || name === database);
  if (found.length === 1) return found[0]!;
  const known = databases.map(({ name }) => name).join(', ');
  return fail({
    code: 'GR5151',
    message:
      database === undefined
        ? `There is not one database in ${environment}.`
        : `There is no database "${database}" in ${environment}.`,
    where: `${where} (database)`,
    do: known === '' ? 'Declare it under databases in greenroom.yaml.' : `Write  database:  with one of: ${known}.`,
  });
}

function addressIn(context: CheckContext, text: string, field: string): string {
  const value = context.expand(text);
  if (/^postgres(?:ql)?:\/\/[^/]+\/[^/]+$/.test(value.replace(/\?.*$/, '')) && URL.canParse(value)) return value;
  return fail({
    code: 'GR5151',
    message:
      value === '' ? `What ${field} refers to is set nowhere.` : `What ${field} says is no address of PostgreSQL.`,
    where: `${where} (${field})`,
    do: 'Set the variable where Greenroom runs:  postgresql://role:password@host:port/database.',
  });
}
