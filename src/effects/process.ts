import { spawn, type ChildProcess } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Processes, RunAnswer, RunRequest } from '../kinds/effects.ts';
import { feedFile } from './process/feed-file.ts';
import { createOutputKeeper } from './process/output-keeper.ts';
import type { Redactor } from './redaction.ts';

/** From SIGTERM to SIGKILL of the group. */
const GRACE_MS = 2_000;
/** How long output of a process that is gone may still come, when something outside its group holds the pipe. */
const LINGER_MS = 500;
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR'];

/** Children that must not outlive this process. */
const bound = new Set<ChildProcess>();

/** Ends whatever of `bound` still runs when this process ends by whatever way lets it say so: after an error, Ctrl-C, or in order. */
function endWithThisProcess(child: ChildProcess): void {
  if (bound.size === 0) process.on('exit', endBound);
  bound.add(child);
  child.once('exit', () => {
    bound.delete(child);
    if (bound.size === 0) process.off('exit', endBound);
  });
}

function endBound(): void {
  for (const child of bound) killGroup(child, 'SIGKILL');
}

/** `isBound`: a command that still runs when this process ends is ended with it; its answer would reach nobody. */
export function createProcesses(redactor: Redactor, { isBound = false } = {}): Processes {
  return {
    async run(request, signal) {
      signal.throwIfAborted();
      const answer = await run(request, redactor, signal, isBound);
      signal.throwIfAborted();
      return answer;
    },
  };
}

async function run(request: RunRequest, redactor: Redactor, signal: AbortSignal, isBound: boolean): Promise<RunAnswer> {
  const startedAt = performance.now();
  const folder = await stat(request.directory).catch(() => null);
  if (!folder?.isDirectory()) return notStarted(`the folder ${request.directory} does not exist`, 'ENOENT');
  const started = await start(request);
  if ('status' in started) return started;
  const { child } = started;
  if (isBound) endWithThisProcess(child);
  const answer = request.answerBytes === undefined ? null : keepAnswer(child, request.answerBytes);
  const output = collect(child, redactor, request.maxOutputBytes, answer === null);
  const exited = once(child, 'exit');
  const ended = await endInTime(child, exited, request.timeoutMs, signal);
  const [exitCode, signalName] = (await exited) as [number | null, NodeJS.Signals | null];
  // Whatever it left in its group goes with it.
  killGroup(child, 'SIGKILL');
  const kept = await output();
  return {
    status: 'exited',
    exitCode,
    signalName,
    timedOut: ended === 'timed-out',
    ...kept,
    ...(answer && { answer: answer() }),
    durationMs: Math.round(performance.now() - startedAt),
  };
}

const notStarted = (reason: string, errorCode: string): RunAnswer => ({ status: 'not-started', reason, errorCode });

/** Never through a shell: every argument arrives as it is written. */
async function start(request: RunRequest): Promise<{ child: ChildProcess } | RunAnswer> {
  const [program, ...parameters] = request.argv;
  if (program === undefined) return notStarted('no command was given', 'EINVAL');
  try {
    const child = spawn(program, parameters, {
      cwd: request.directory,
      env: { ...inherited(), ...request.variables },
      detached: true,
      shell: false,
      stdio: [request.stdin === undefined && !request.stdinFile ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    await once(child, 'spawn');
    child.on('error', () => {}); // a failed kill; the exit tells the rest
    child.stdin?.on('error', () => {}); // it may end without reading all
    if (request.stdinFile) feedFile(request.stdinFile, child.stdin!, () => killGroup(child, 'SIGKILL'));
    else child.stdin?.end(request.stdin);
    return { child };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
    const sentence = { ENOENT: `there is no program "${program}"`, EACCES: `"${program}" may not be executed` }[code];
    return notStarted(sentence ?? `"${program}" could not be started (${code})`, code);
  }
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Each stream is redacted by itself, then what is kept of both together, so that a secret split between them is found as well. */
function collect(child: ChildProcess, redactor: Redactor, maxBytes: number, isBoth: boolean) {
  const keeper = createOutputKeeper(maxBytes);
  const streams = [child.stdout!, child.stderr!];
  const closed = streams.map((stream) => {
    const redaction = redactor.stream();
    if (isBoth || stream === child.stderr)
      stream.on('data', (chunk: Buffer) => keeper.add(redaction.push(chunk), chunk.length));
    stream.on('error', () => {});
    return once(stream, 'close').then(() => keeper.add(redaction.end(), 0));
  });
  return async (): Promise<{ output: string; outputBytes: number }> => {
    const lingering = new AbortController();
    await Promise.race([Promise.all(closed), wait(LINGER_MS, undefined, { signal: lingering.signal }).catch(() => {})]);
    lingering.abort();
    for (const stream of streams) stream.destroy();
    await Promise.all(closed);
    return { output: keeper.text((text) => redactor.text(text)), outputBytes: keeper.totalBytes() };
  };
}

/** The beginning of standard output, as it came. */
function keepAnswer(child: ChildProcess, maxBytes: number) {
  const pieces: Buffer[] = [];
  let bytes = 0;
  child.stdout!.on('data', (chunk: Buffer) => {
    const room = maxBytes - bytes;
    if (room > 0) pieces.push(Buffer.from(chunk.subarray(0, room)));
    bytes += chunk.length;
  });
  return () => ({ text: Buffer.concat(pieces).toString('utf8'), bytes });
}

/** Waits for the end; when the time is up or the caller gives up, asks the group to go, then makes it. */
async function endInTime(
  child: ChildProcess,
  exited: Promise<unknown>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<'ended' | 'timed-out' | 'aborted'> {
  const { promise, resolve } = Promise.withResolvers<'timed-out' | 'aborted'>();
  const timer = setTimeout(() => resolve('timed-out'), timeoutMs);
  const onAbort = (): void => resolve('aborted');
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const first = await Promise.race([exited.then(() => 'ended' as const), promise]);
  clearTimeout(timer);
  signal.removeEventListener('abort', onAbort);
  if (first === 'ended') return first;
  killGroup(child, 'SIGTERM');
  const grace = setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(grace);
  return first;
}

function killGroup(child: ChildProcess, signalName: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signalName);
  } catch {
    // Nobody is left in the group.
  }
}
