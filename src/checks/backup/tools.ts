// PostgreSQL's own programs, run on a scratch database as a role that may do nothing beyond it. What they say of rows is left out.
import { fail } from '../../domain/failure.ts';
import type { CheckContext } from '../../kinds/check.ts';
import type { RunAnswer } from '../../kinds/effects.ts';
import { excerpt } from '../../kinds/wording.ts';
import { where, type FoundBackup } from './find.ts';
import type { BackupForm } from './form.ts';

export interface RestoreEnd {
  readonly isDone: boolean;
  /** Why not, without a value of a row. */
  readonly reason: string | null;
}

interface Tool {
  readonly context: CheckContext;
  readonly backup: FoundBackup;
  readonly form: BackupForm;
}

const outputBytes = 256 * 1024;

/** The form's program is here; throws `GR5158` where it is not, or is too old to be trusted with a file of SQL. */
export async function requireTool({ context, form }: Tool, signal: AbortSignal): Promise<void> {
  const program = form.kind === 'plain' ? 'psql' : 'pg_restore';
  const answer = await run(context, [program, '--version'], {}, 20_000, signal);
  if (answer.status !== 'exited' || answer.exitCode !== 0)
    return missing(`${program} is not on this machine, and this backup is restored with it.`);
  if (form.kind !== 'plain' || hasRestrict(answer.output)) return;
  missing(
    `${excerpt(answer.output, 60)} cannot keep a file of SQL from running commands on this machine (\\restrict).`,
  );
}

const missing = (message: string): never =>
  fail({
    ...{ code: 'GR5158', message, where },
    do: 'Install the client programs of PostgreSQL (Debian: postgresql-client), of the newest minor version and of no older major one than the backup.',
  });

/** The first minor versions that know `\restrict`. */
const firstMinor: Readonly<Record<number, number>> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 };
export function hasRestrict(version: string): boolean {
  const [, major, minor] = /\b(\d+)\.(\d+)/.exec(version) ?? [];
  // What is no release is not known by its number.
  if (major === undefined) return false;
  return Number(major) >= 18 || Number(minor) >= (firstMinor[Number(major)] ?? Infinity);
}

/** When an archive says that it was begun, as if its machine's clock showed UTC. Null: it does not say, or cannot be read; the restore tells why. */
export async function startedAt({ context, backup }: Tool, signal: AbortSignal): Promise<number | null> {
  const answer = await run(context, ['pg_restore', '--list', backup.path], { TZ: 'UTC' }, 600_000, signal);
  if (answer.status !== 'exited') return null;
  const [, day, time] = /^; Archive created at (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/m.exec(answer.output) ?? [];
  const at = Date.parse(`${day}T${time}Z`);
  return Number.isNaN(at) ? null : at;
}

export async function restoreWith(
  { context, backup, form }: Tool,
  { url, jobs, limitMs }: { readonly url: string; readonly jobs: number; readonly limitMs: number },
  signal: AbortSignal,
): Promise<RestoreEnd> {
  const variables = libpq(url);
  if (form.kind === 'plain') {
    const argv = [
      'psql',
      '-X',
      '-q',
      '-v',
      'VERBOSITY=sqlstate',
      '-o',
      '/dev/null',
      '-c',
      `\\restrict ${guardOf(variables['PGDATABASE']!)}`,
      '-f',
      '-',
    ];
    const stdinFile = { path: backup.path, without: form.guards };
    return psqlEnd(await run(context, argv, variables, limitMs, signal, stdinFile), limitMs);
  }
  const without = ['owner', 'acl', 'comments', 'publications', 'subscriptions', 'security-labels', 'tablespaces'];
  const argv = [
    ...[
      'pg_restore',
      '--exit-on-error',
      `--dbname=${variables['PGDATABASE']}`,
      ...without.map((what) => `--no-${what}`),
    ],
    ...(jobs > 1 && form.kind === 'archive' && form.isParallel ? [`--jobs=${jobs}`] : []),
    backup.path,
  ];
  return archiveEnd(await run(context, argv, variables, limitMs, signal), limitMs);
}

/** Drawn for this restore: nobody who wrote the file could know it. */
const guardOf = (scratch: string): string => scratch.replaceAll(/[^A-Za-z0-9]/g, '');

function archiveEnd(answer: RunAnswer, limitMs: number): RestoreEnd {
  const early = earlyEnd(answer, limitMs);
  if (early !== null) return early;
  const { exitCode, signalName, output } = answer as Extract<RunAnswer, { status: 'exited' }>;
  if (exitCode === 0) return { isDone: true, reason: null };
  const said = output.split('\n').find((line) => /^pg_restore: (?:\[[^\]]*\] )?error:/.test(line)) ?? '';
  if (/connection to server/.test(said)) lostServer();
  if (/unsupported version/.test(said)) missing('pg_restore is older than the pg_dump that wrote this backup.');
  if (/not support compression|not supported in this installation/.test(said))
    missing('pg_restore cannot read the compression of this backup.');
  requireRoles(said);
  const reason = excerpt(withoutValues(said), 300);
  return { isDone: false, reason: reason === '' ? `pg_restore ended with ${exitCode ?? signalName}` : reason };
}

const named =
  'table|relation|constraint|index|role|schema|type|function|extension|database|column|sequence|view|policy|trigger|encoding|file';

/** What pg_restore says of an error. Of rows that are refused only the table; in quotes only names of things. */
export function withoutValues(said: string): string {
  const [, table] = /COPY failed for (?:table|relation) ("[^"]*")/.exec(said) ?? [];
  if (table !== undefined) return `rows of the table ${table} are not what it takes`;
  return said
    .replace(/^pg_restore: (?:\[[^\]]*\] )?error: /, '')
    .replace(new RegExp(`((?:${named}) )?"[^"]*("|$)`, 'g'), (all: string, isNamed?: string) =>
      isNamed ? all : '"…"',
    );
}

function psqlEnd(answer: RunAnswer, limitMs: number): RestoreEnd {
  const early = earlyEnd(answer, limitMs);
  if (early !== null) return early;
  const { exitCode, signalName, output, outputBytes: saidBytes } = answer as Extract<RunAnswer, { status: 'exited' }>;
  if (exitCode === 2) lostServer();
  if (/^psql:[^\n]*: error: /m.test(output)) notOne('it runs commands of psql, such as \\connect');
  const states = [...output.matchAll(/^psql:[^\n]*?:\d+: (?:ERROR|FATAL|PANIC): {2}(\w{5})\s*$/gm)].map(
    ([, state]) => state!,
  );
  // Whose a thing is and who may use it: what is missing otherwise shows in the comparison.
  const bad = states.filter((state) => !ofOwners.includes(state));
  const isWhole = exitCode === 0 && bad.length === 0 && saidBytes <= outputBytes;
  if (isWhole) return { isDone: true, reason: null };
  const reason =
    bad.length > 0
      ? `PostgreSQL answered with SQLSTATE ${[...new Set(bad)].slice(0, 5).join(', ')}`
      : `psql ended with ${exitCode ?? signalName}`;
  return { isDone: false, reason };
}

/** No such role, and not allowed to give a thing to it. */
const ofOwners = ['42704', '42501'];

function earlyEnd(answer: RunAnswer, limitMs: number): RestoreEnd | null {
  if (answer.status !== 'exited') return { isDone: false, reason: answer.reason };
  return answer.timedOut ? { isDone: false, reason: `it took longer than ${Math.round(limitMs / 1000)} s` } : null;
}

const lostServer = (): never =>
  fail({
    ...{
      code: 'GR5152',
      message: 'PostgreSQL of the scratch server did not answer while it was restored.',
      where: `${where} (server)`,
    },
    do: 'Look into its log, then run it again.',
  });

const notOne = (why: string): never =>
  fail({
    ...{
      code: 'GR5157',
      message: `The backup cannot be restored into one database: ${why}.`,
      where: `${where} (from)`,
    },
    do: 'Write it with pg_dump of one database, without --create; not with pg_dumpall.',
  });

function requireRoles(said: string): void {
  const [, role] = /role "([^"]+)" does not exist/.exec(said) ?? [];
  if (role === undefined) return;
  fail({
    ...{
      code: 'GR5159',
      message: `The backup needs the role ${role}, which the scratch server does not have.`,
      where: `${where} (server)`,
    },
    do: `Make it there:  CREATE ROLE "${role.replaceAll('"', '""')}" NOLOGIN;`,
  });
}

function libpq(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  return {
    ...{
      PGHOST: hostname.replace(/^\[|\]$/g, ''),
      PGPORT: port || '5432',
      PGDATABASE: decodeURIComponent(pathname.slice(1)),
    },
    ...{ PGUSER: decodeURIComponent(username), PGPASSWORD: decodeURIComponent(password) },
    ...{ PGSSLMODE: searchParams.get('sslmode') ?? 'prefer', PGPASSFILE: '/dev/null', PGAPPNAME: 'greenroom backup' },
  };
}

function run(
  { effects, workDirectory }: CheckContext,
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
  timeoutMs: number,
  signal: AbortSignal,
  stdinFile?: { readonly path: string; readonly without: readonly string[] },
): Promise<RunAnswer> {
  const request = { argv, directory: workDirectory, variables: { ...variables, LC_ALL: 'C' }, timeoutMs };
  return effects.process.run({ ...request, maxOutputBytes: outputBytes, ...(stdinFile && { stdinFile }) }, signal);
}
