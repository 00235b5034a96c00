import { join } from 'node:path';
import { parse } from 'yaml';
import { fail, FailureError, type Failure } from '../../domain/failure.ts';
import type { RunAnswer } from '../../kinds/effects.ts';
import { type File, isWarning, mistakesIn } from './mistakes.ts';
import { composeModel, type ComposeModel } from './model.ts';
import type { Scene } from './scene.ts';
import { noSealedFile, sealedFiles } from './sealed-files.ts';
import { unsetVariables } from './unset.ts';

/** A compose file with its defaults may be long; beyond this it is refused and not cut. */
const MODEL_BYTES = 16 * 1024 * 1024;
const KEPT_BYTES = 64 * 1024;
const LOOK_MS = 60_000;

export type RunEnd = Extract<RunAnswer, { status: 'exited' }>;

/** The compose CLI of this machine with whatever is asked of it. */
export interface Cli {
  /** On the team's own files, in their own project. */
  onTeam(parameters: readonly string[], timeoutMs: number): Promise<RunEnd>;
  /** On a generated file, which is never on disk: it may hold secrets. */
  onText(project: string, text: string, parameters: readonly string[], timeoutMs: number): Promise<RunEnd>;
}

/** `docker compose`, else `docker-compose`, or what the environment names. Throws `GR6441`. */
export async function findCli(scene: Scene, signal: AbortSignal): Promise<Cli> {
  const { host, slot } = scene;
  const variables = cliVariables(scene);
  const call = (argv: readonly string[], timeoutMs: number, stdin?: string) =>
    host.run(
      {
        ...{ argv, directory: slot.projectDirectory, variables, timeoutMs, maxOutputBytes: KEPT_BYTES },
        ...{ answerBytes: MODEL_BYTES, ...(stdin !== undefined && { stdin }) },
      },
      signal,
    );
  const { cli } = slot.config;
  const candidates = cli ? [cli] : [['docker', 'compose'], ['docker-compose']];
  for (const program of candidates) {
    const answer = await call([...program, 'version', '--short'], LOOK_MS);
    if (answer.status !== 'exited' || answer.exitCode !== 0) continue;
    const run = async (parameters: readonly string[], timeoutMs: number, stdin?: string): Promise<RunEnd> => {
      const end = await call([...program, ...parameters], timeoutMs, stdin);
      return end.status === 'exited' ? end : noCli(candidates);
    };
    return {
      onTeam: (parameters, timeoutMs) => run([...teamParameters(scene), ...parameters], timeoutMs),
      onText: (project, text, parameters, timeoutMs) => run(['-p', project, '-f', '-', ...parameters], timeoutMs, text),
    };
  }
  return noCli(candidates);
}

/** The file is the release's; what it names beside itself (`.env`, data) is looked for beside greenroom.yaml. */
function teamParameters({ slot }: Scene): string[] {
  const { file, profiles, project, 'env-file': environment } = slot.config;
  return [
    ...file.flatMap((name) => ['-f', join(slot.artifactDirectory, name)]),
    ...['--project-directory', slot.projectDirectory],
    ...(project === undefined ? [] : ['-p', project]),
    ...(environment === undefined ? [] : ['--env-file', join(slot.projectDirectory, environment)]),
    ...profiles.flatMap((name) => ['--profile', name]),
  ];
}

/** `${…}` of the compose file is filled from what the services are given. Throws `GR6443` when they are given different things. */
function cliVariables({ slot }: Scene): Record<string, string> {
  const all: Record<string, string> = {};
  for (const { name: service, variables } of slot.services)
    for (const [name, value] of Object.entries(variables)) {
      if (all[name] !== undefined && all[name] !== value) ambiguous(service, name);
      all[name] = value;
    }
  return { ...all, DOCKER_HOST: `unix://${slot.config.socket}`, COMPOSE_IGNORE_ORPHANS: '1' };
}

const ambiguous = (service: string, name: string): never =>
  fail({
    code: 'GR6443',
    message: `${service} is given another value of ${name} than a service before it; a compose file has one of each name.`,
    where: `services.${service}.variables.${name}`,
    do: 'Give the variable another name for one of them.',
  });

/** The team's files with everything filled in. Throws `GR6442`, also for a secret or config whose file is not there, and `GR6444` for a variable that is not set, each with file and line. */
export async function readModel(
  scene: Scene,
  cli: Cli,
  isThere: (path: string) => Promise<boolean> = scene.host.exists,
): Promise<ComposeModel> {
  const { slot, hide } = scene;
  const files = await readFiles(scene);
  const end = await cli.onTeam(['config'], LOOK_MS);
  const { text = '', bytes = 0 } = end.answer ?? {};
  if (end.exitCode !== 0) return fail(...mistakesIn(hide(end.output), files));
  const model = composeModel.safeParse(bytes > MODEL_BYTES ? null : parse(text));
  if (model.success) {
    const lacking = [
      ...unsetVariables(hide(end.output), files, slot.config.accept),
      ...(await missingFiles(model.data, files, isThere)),
    ];
    if (lacking.length > 0) throw new FailureError(...lacking);
    return model.data;
  }
  const [issue] = model.error.issues;
  return fail({
    code: 'GR6442',
    message: `What the compose CLI prints for the file is not understood: ${issue?.path.join('.')}: ${issue?.message}.`,
    where: slot.config.file.join(', '),
    do: 'Write this part in another of the forms that Compose knows.',
  });
}

async function missingFiles(
  model: ComposeModel,
  files: readonly File[],
  isThere: (path: string) => Promise<boolean>,
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for (const sealed of sealedFiles(model))
    if (!(await isThere(sealed.file))) failures.push(noSealedFile(sealed, files));
  return failures;
}

/** The files as the team wrote them. Throws `GR6442` when one is missing. */
export async function readFiles({ host, slot }: Scene): Promise<readonly File[]> {
  const files: File[] = [];
  for (const name of slot.config.file) {
    const text = await host.read(join(slot.artifactDirectory, name));
    if (text === null) missing(name);
    files.push({ path: name, text: text ?? '' });
  }
  return files;
}

const missing = (name: string): never =>
  fail({
    code: 'GR6442',
    message: `The release has no file "${name}".`,
    where: 'environments.<name>.driver.file',
    do: 'Name the compose file as it lies in the release, and see that "artifact.exclude" does not leave it out.',
  });

/** The end of what the CLI said, for a message. */
export function lastWords({ hide }: Scene, end: RunEnd): string {
  const said = hide(end.timedOut ? `${end.output}\ntime limit` : end.output)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !isWarning(line));
  return said.slice(-6).join('\n').slice(-1_500) || `exit code ${end.exitCode}`;
}

const noCli = (candidates: readonly (readonly string[])[]): never =>
  fail({
    code: 'GR6441',
    message: `There is no compose CLI: ${candidates.map((each) => `"${each.join(' ')} version"`).join(' and ')} did not answer.`,
    do: 'Install the compose plugin of Docker or docker-compose 1.29, or say "cli".',
  });
