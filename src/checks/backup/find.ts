// The newest backup: where it is, how large, and in which form.
import path from 'node:path';
import { fail } from '../../domain/failure.ts';
import type { CheckContext } from '../../kinds/check.ts';
import type { BackupConfig } from './schema.ts';

export const where = 'the check backup';

export interface FoundBackup {
  /** Of the file; of one in the directory format the folder. */
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** Of its newest file. */
  readonly modifiedAt: number;
}

type Effects = CheckContext['effects'];

/** Throws `GR5156` where there is none. */
export async function findBackup(
  config: BackupConfig,
  context: CheckContext,
  signal: AbortSignal,
): Promise<FoundBackup> {
  const { from } = config;
  const { effects, projectDirectory } = context;
  if ('command' in from) {
    const told = path.resolve(projectDirectory, await tellNewest(from.command, config.pass, context, signal));
    const found = await measure(effects, told);
    return found ?? none(`The command says that the newest backup is ${told}, and there is none.`);
  }
  const folder = path.resolve(projectDirectory, from.folder);
  const files = await effects.files.find(folder, from.files);
  let newest: FoundBackup | null = null;
  for (const file of files) {
    signal.throwIfAborted();
    const facts = await effects.files.look(file);
    // Of two of one moment the later name: dates stand in names.
    if (facts !== null && (newest === null || facts.modifiedAt >= newest.modifiedAt))
      newest = { path: file, name: path.relative(folder, file), ...facts };
  }
  if (newest === null) return none(`No file of ${folder} matches ${from.files}; links are not followed.`);
  if (path.basename(newest.path) !== 'toc.dat') return newest;
  const whole = await measure(effects, path.dirname(newest.path));
  return whole === null ? none(`${path.dirname(newest.path)} is gone.`) : { ...whole, name: path.dirname(newest.name) };
}

/** As it stands now; of a folder everything in it. */
export async function measure(effects: Effects, file: string): Promise<FoundBackup | null> {
  const facts = await effects.files.look(file);
  const name = path.basename(file);
  if (facts === null || facts.kind === 'other') return null;
  if (facts.kind === 'file') return { path: file, name, ...facts };
  let [sizeBytes, modifiedAt] = [0, 0];
  for (const each of await effects.files.find(file, '**/*')) {
    const part = await effects.files.look(each);
    sizeBytes += part?.sizeBytes ?? 0;
    modifiedAt = Math.max(modifiedAt, part?.modifiedAt ?? 0);
  }
  return { path: file, name, sizeBytes, modifiedAt };
}

async function tellNewest(
  argv: readonly string[],
  pass: readonly string[],
  { effects, projectDirectory, variables, environment }: CheckContext,
  signal: AbortSignal,
): Promise<string> {
  const passed = Object.fromEntries(pass.flatMap((name) => (name in variables ? [[name, variables[name]!]] : [])));
  const answer = await effects.process.run(
    {
      ...{ argv, directory: projectDirectory, variables: { ...passed, GREENROOM_ENVIRONMENT: environment } },
      ...{ timeoutMs: 24 * 3_600_000, answerBytes: 64 * 1024, maxOutputBytes: 4096 },
    },
    signal,
  );
  if (answer.status !== 'exited')
    return none(`The command that tells the newest backup did not start: ${answer.reason}.`);
  if (answer.exitCode !== 0)
    return none(`The command that tells the newest backup ended with ${answer.exitCode ?? answer.signalName}.`);
  const last = answer.answer!.text.trim().split('\n').at(-1)?.trim() ?? '';
  const isWhole = answer.answer!.bytes <= 64 * 1024;
  return last !== '' && isWhole
    ? last
    : none('The command that tells the newest backup printed no path in its last line.');
}

const none = (message: string): never =>
  fail({
    ...{ code: 'GR5156', message, where: `${where} (from)` },
    do: 'Look whether backups are made, and where; then correct the folder, the glob or the command.',
  });
