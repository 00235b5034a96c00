import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimDurably, readIfThere, writeDurably } from '../host/durable-file.ts';
import { deliver, identify, isAlive, type RecordedIdentity, signalIdentity } from '../host/process-identity.ts';
import { programFile } from '../host/program.ts';
import {
  answerOf,
  claimOf,
  commandOf,
  outputOf,
  resultOf,
  supervisedDirectory,
  type SupervisedClaim,
  type SupervisedOrder,
  type SupervisedResult,
} from './supervised-record.ts';

const RUNNER = programFile('effects/supervisor');
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
  /** What it reads; never written to a file. Nothing when absent. */
  readonly stdin?: string;
  /** Keeps standard output apart from the other output, this many bytes of its beginning; the rest is counted. */
  readonly answerBytes?: number;
}

export type SupervisedAnswer =
  | (Omit<Extract<SupervisedResult, { status: 'exited' }>, 'answerBytes'> & {
      readonly output: string;
      /** Standard output, when it was kept apart: its beginning, and how many bytes there were. */
      readonly answer?: { readonly text: string; readonly bytes: number };
    })
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
  const begun = await beginSupervised(request, signal);
  return begun ?? attendSupervised(request.directory, request.id, signal);
}

/** Starts it, and answers as soon as it is on record that it runs: null, or the answer when it is over already. */
export async function beginSupervised(
  request: SupervisedRequest,
  signal: AbortSignal,
): Promise<SupervisedAnswer | null> {
  const directory = supervisedDirectory(request.directory, request.id);
  signal.throwIfAborted();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const before = await stand(directory);
  if (before.status !== 'nothing') return before.status === 'over' ? before.answer : null;
  const runner = startRunner(request, directory);
  for (;;) {
    // Read before the files are: a runner that has ended has written what it had to write.
    const ended = runner.ended();
    const now = await stand(directory);
    if (now.status !== 'nothing') return now.status === 'over' ? now.answer : null;
    if (ended !== null)
      return { status: 'not-started', reason: `its runner ended first: ${ended}`, errorCode: 'ERUNNER' };
    await sleep(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Waits for the end of what was begun under this id, by whomever. */
export async function attendSupervised(
  stateDirectory: string,
  id: string,
  signal: AbortSignal,
): Promise<SupervisedAnswer> {
  for (;;) {
    const now = await stand(supervisedDirectory(stateDirectory, id));
    if (now.status === 'over') return now.answer;
    if (now.status === 'nothing')
      return { status: 'unknown', reason: 'what was kept of it has been removed meanwhile', output: '' };
    await sleep(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** How it stands with an id, without waiting. `nothing`: nobody has claimed it, but a runner still may. */
export async function standOfSupervised(stateDirectory: string, id: string): Promise<Stand> {
  return stand(supervisedDirectory(stateDirectory, id));
}

/** Takes an id that nobody has claimed out of use, so that a runner that comes late does nothing. False when one was first. */
export async function forbidSupervised(stateDirectory: string, id: string): Promise<boolean> {
  const directory = supervisedDirectory(stateDirectory, id);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const claim: SupervisedClaim = { runner: identify(process.pid)!, startedAt: Date.now() };
  if (!(await claimDurably(claimOf(directory), JSON.stringify(claim)))) return false;
  const result: SupervisedResult = { status: 'not-started', reason: 'it was taken back', errorCode: 'EFORBIDDEN' };
  await writeDurably(resultOf(directory), JSON.stringify(result));
  return true;
}

/** SIGKILL for the group of a command that has outlived its runner. */
export async function killSupervised(stateDirectory: string, id: string): Promise<void> {
  const command = await readJson<RecordedIdentity>(commandOf(supervisedDirectory(stateDirectory, id)));
  if (command !== null && isAlive(command)) deliver(-command.pid, 'SIGKILL');
}

/** Removes what is kept of an id that is over; a runner that comes late finds no folder. The id must not be used again. */
export const removeSupervised = (stateDirectory: string, id: string): Promise<void> =>
  rm(supervisedDirectory(stateDirectory, id), { recursive: true, force: true });

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

export type Stand =
  | { readonly status: 'nothing' | 'running' }
  | { readonly status: 'over'; readonly answer: SupervisedAnswer };

async function stand(directory: string): Promise<Stand> {
  const claim = await readJson<SupervisedClaim>(claimOf(directory));
  if (claim === null) return { status: 'nothing' };
  const alive = isAlive(claim.runner);
  // Read after the look at the runner: it may have written the result and ended in between.
  const result = await readJson<SupervisedResult>(resultOf(directory));
  if (result?.status === 'not-started') return { status: 'over', answer: result };
  if (result) return { status: 'over', answer: await withOutput(directory, result) };
  if (alive) return { status: 'running' };
  return { status: 'over', answer: await unknown(directory, claim) };
}

async function withOutput(
  directory: string,
  result: Exclude<SupervisedResult, { status: 'not-started' }>,
): Promise<SupervisedAnswer> {
  const output = await readText(outputOf(directory));
  if (result.status === 'unknown') return { ...result, output };
  const { answerBytes: bytes, ...exited } = result;
  const answer = bytes === undefined ? {} : { answer: { text: await readText(answerOf(directory)), bytes } };
  return { ...exited, output, ...answer };
}

async function unknown(directory: string, claim: SupervisedClaim): Promise<SupervisedAnswer> {
  const command = await readJson<RecordedIdentity>(commandOf(directory));
  const started = new Date(claim.startedAt).toISOString();
  const still = command && isAlive(command) ? ` The command still runs as process ${command.pid}.` : '';
  return {
    status: 'unknown',
    reason: `It was started at ${started}, and its runner (process ${claim.runner.pid}) ended without saying how it went.${still}`,
    output: await readText(outputOf(directory)),
  };
}

interface Runner {
  /** How it ended; null while it runs. */
  ended(): string | null;
}

function startRunner(request: SupervisedRequest, directory: string): Runner {
  const { argv, cwd, timeoutMs, maxOutputBytes, graceMs = DEFAULT_GRACE_MS } = request;
  const variables = { ...inheritedVariables(), ...request.variables };
  const order: SupervisedOrder = {
    ...{ directory, argv, cwd, variables, timeoutMs, maxOutputBytes, graceMs },
    ...(request.stdin !== undefined && { stdin: request.stdin }),
    ...(request.answerBytes !== undefined && { answerBytes: request.answerBytes }),
  };
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

const readText = async (path: string): Promise<string> => (await readIfThere(path))?.toString('utf8') ?? '';

/** Only reads what this program wrote by temporary file and rename, so a file that is there is whole. */
async function readJson<T>(path: string): Promise<T | null> {
  const bytes = await readIfThere(path);
  return bytes === null ? null : (JSON.parse(bytes.toString('utf8')) as T);
}
