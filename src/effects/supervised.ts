import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readIfThere } from '../host/durable-file.ts';
import { isAlive, type RecordedIdentity, signalIdentity } from '../host/process-identity.ts';
import {
  claimOf,
  commandOf,
  outputOf,
  resultOf,
  supervisedDirectory,
  type SupervisedClaim,
  type SupervisedOrder,
  type SupervisedResult,
} from './supervised-record.ts';

// Built to JavaScript, the runner has the ending of this file.
const RUNNER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './supervisor.ts' : './supervisor.js', import.meta.url),
);
const POLL_MS = 20;
const DEFAULT_GRACE_MS = 5_000;

export interface SupervisedRequest {
  /** Names this one attempt. The same id never runs twice; whoever wants it again takes a new one. */
  readonly id: string;
  /** Folder of state that outlives the control plane. */
  readonly directory: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment of the command except PATH, HOME, LANG and TMPDIR, which are ours unless given. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Bytes of output kept (first and last half); the rest is counted. */
  readonly maxOutputBytes: number;
  /** From SIGTERM to SIGKILL; default 5 s. */
  readonly graceMs?: number;
}

export type SupervisedAnswer =
  | (Extract<SupervisedResult, { status: 'exited' }> & { readonly output: string })
  | Extract<SupervisedResult, { status: 'not-started' }>
  | {
      readonly status: 'unknown';
      /** Why nobody can tell how it ended; a person decides, it is not run again. */
      readonly reason: string;
      /** What it had printed, as far as that was kept. */
      readonly output: string;
    };

/**
 * Runs a command that must not run twice, under a runner that outlives this process. Called again with the same id it answers
 * the result, waits for the runner, or says `unknown` when the runner died without a result. An abort stops the waiting only
 * (rejects with its reason): the command goes on and its own time limit bounds it. The output is raw: redact it.
 */
export async function runSupervised(request: SupervisedRequest, signal: AbortSignal): Promise<SupervisedAnswer> {
  const directory = supervisedDirectory(request.directory, request.id);
  signal.throwIfAborted();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const before = await stand(directory);
  if (before.status === 'over') return before.answer;
  let runner: Runner | null = before.status === 'nothing' ? startRunner(request, directory) : null;
  for (;;) {
    // Read before the files are: a runner that has ended has written what it had to write.
    const ended = runner?.ended() ?? null;
    const now = await stand(directory);
    if (now.status === 'over') return now.answer;
    if (now.status === 'nothing' && ended !== null)
      return { status: 'not-started', reason: `its runner ended first: ${ended}`, errorCode: 'ERUNNER' };
    if (now.status === 'running') runner = null;
    await sleep(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Asks a running command to end (SIGTERM to its group, then SIGKILL). False when none runs under that id. */
export async function stopSupervised(stateDirectory: string, id: string): Promise<boolean> {
  const directory = supervisedDirectory(stateDirectory, id);
  const claim = await readJson<SupervisedClaim>(claimOf(directory));
  return claim !== null && (await readIfThere(resultOf(directory))) === null && signalIdentity(claim.runner, 'SIGTERM');
}

/** Pid of a command that was started under this id and still runs, whatever became of its runner; null when none does. */
export async function supervisedProcess(stateDirectory: string, id: string): Promise<number | null> {
  const command = await readJson<RecordedIdentity>(commandOf(supervisedDirectory(stateDirectory, id)));
  return command !== null && isAlive(command) ? command.pid : null;
}

type Stand =
  | { readonly status: 'nothing' | 'running' }
  | { readonly status: 'over'; readonly answer: SupervisedAnswer };

async function stand(directory: string): Promise<Stand> {
  const claim = await readJson<SupervisedClaim>(claimOf(directory));
  if (claim === null) return { status: 'nothing' };
  const alive = isAlive(claim.runner);
  // Read after the look at the runner: it may have written the result and ended in between.
  const result = await readJson<SupervisedResult>(resultOf(directory));
  if (result?.status === 'not-started') return { status: 'over', answer: result };
  if (result) return { status: 'over', answer: { ...result, output: await readOutput(directory) } };
  if (alive) return { status: 'running' };
  return { status: 'over', answer: await unknown(directory, claim) };
}

async function unknown(directory: string, claim: SupervisedClaim): Promise<SupervisedAnswer> {
  const command = await readJson<RecordedIdentity>(commandOf(directory));
  const started = new Date(claim.startedAt).toISOString();
  const still = command && isAlive(command) ? ` The command still runs as process ${command.pid}.` : '';
  return {
    status: 'unknown',
    reason: `It was started at ${started}, and its runner (process ${claim.runner.pid}) ended without saying how it went.${still}`,
    output: await readOutput(directory),
  };
}

interface Runner {
  /** How it ended; null while it runs. */
  ended(): string | null;
}

function startRunner(request: SupervisedRequest, directory: string): Runner {
  const { argv, cwd, timeoutMs, maxOutputBytes, graceMs = DEFAULT_GRACE_MS } = request;
  const variables = { ...inheritedVariables(), ...request.variables };
  const order: SupervisedOrder = { directory, argv, cwd, variables, timeoutMs, maxOutputBytes, graceMs };
  const runner = spawn(process.execPath, [RUNNER], {
    detached: true,
    cwd: directory,
    env: inheritedVariables(),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let ended: string | null = null;
  let errors = '';
  runner.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2_000)));
  runner.once('error', (error) => (ended = error.message));
  runner.once('exit', (code, name) => (ended ??= `${name ?? `exit code ${code}`} ${errors}`.trim()));
  // It may end before it has read its order; that shows as its exit.
  runner.stdin.on('error', () => undefined);
  runner.stdin.end(JSON.stringify(order));
  runner.unref();
  return { ended: () => ended };
}

/** What a child always needs of ours; everything else of our environment stays with us. */
export function inheritedVariables(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

const readOutput = async (directory: string): Promise<string> =>
  (await readIfThere(outputOf(directory)))?.toString('utf8') ?? '';

/** Only reads what this program wrote by temporary file and rename, so a file that is there is whole. */
async function readJson<T>(path: string): Promise<T | null> {
  const bytes = await readIfThere(path);
  return bytes === null ? null : (JSON.parse(bytes.toString('utf8')) as T);
}
