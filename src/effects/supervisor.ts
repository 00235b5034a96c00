import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { openSync, writeSync } from 'node:fs';
import { claimDurably, isCode, writeDurably } from '../host/durable-file.ts';
import { deliver, identify } from '../host/process-identity.ts';
import {
  answerOf,
  claimOf,
  commandOf,
  outputOf,
  resultOf,
  type SupervisedClaim,
  type SupervisedOrder,
  type SupervisedResult,
} from './supervised-record.ts';

// A process of its own: it outlives the control plane, so that a command that must not run twice is not cut off with it.
//   order on stdin → claim (one wins) → command → output file → result file
// A caller that dies while it writes the order leaves half a text, which is no order: nothing is claimed, nothing runs.

/** Children that hold the pipes open after the command has ended get this long before their group is ended. */
const LINGER_MS = 1_000;

// From the first moment on: asked in between, it still has to write down how it ended.
const asked = Promise.withResolvers<'asked'>();
process.on('SIGTERM', () => asked.resolve('asked'));
const order = JSON.parse(await text(process.stdin)) as SupervisedOrder;
const self = identify(process.pid);
if (self === null) throw new Error('a process that does not see itself cannot be told from another');
const claim: SupervisedClaim = { runner: self, startedAt: Date.now() };
if (await claimDurably(claimOf(order.directory), JSON.stringify(claim))) {
  const result = await supervise(order).catch(lost);
  await writeDurably(resultOf(order.directory), JSON.stringify(result));
}
process.exit(0);

/** After the claim a failure of ours says nothing about the command, which may go on. */
function lost(error: unknown): SupervisedResult {
  return { status: 'unknown', reason: `its runner failed: ${error instanceof Error ? error.message : String(error)}` };
}

async function supervise(order: SupervisedOrder): Promise<SupervisedResult> {
  const startedMs = performance.now();
  const [command = '', ...rest] = order.argv;
  let child: ChildProcess;
  try {
    child = spawn(command, rest, {
      cwd: order.cwd,
      env: order.variables,
      detached: true,
      stdio: [order.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    return notStarted(error);
  }
  // It may end without having read everything.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(order.stdin);
  const apart = order.answerBytes === undefined ? null : keepAnswer(child, order.directory, order.answerBytes);
  const output = keepOutput(child, outputOf(order.directory), order.maxOutputBytes, apart === null);
  const failure = await new Promise<unknown>((resolve) => {
    child.once('spawn', () => resolve(null));
    child.once('error', resolve);
  });
  if (failure !== null || child.pid === undefined) return notStarted(failure);
  const ending = endOnTimeout(child.pid, order);
  const ended = await endOf(child, child.pid, JSON.stringify(identify(child.pid)), order.directory);
  ending.clear();
  return {
    status: 'exited',
    ...ended,
    timedOut: ending.reason() === 'timeout',
    stopped: ending.reason() === 'asked',
    outputBytes: output.finish(),
    ...(apart && { answerBytes: apart.bytes() }),
    durationMs: Math.round(performance.now() - startedMs),
  };
}

async function endOf(child: ChildProcess, pid: number, identity: string, directory: string) {
  const exited = new Promise<{ exitCode: number | null; signalName: string | null }>((resolve) => {
    child.once('exit', (exitCode, signalName) => resolve({ exitCode, signalName }));
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await writeDurably(commandOf(directory), identity);
  const ended = await exited;
  const linger = setTimeout(() => {
    deliver(-pid, 'SIGKILL');
    // Whoever left the group as well keeps the pipes; nobody waits for that.
    setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, LINGER_MS);
  }, LINGER_MS);
  await closed;
  clearTimeout(linger);
  return ended;
}

/** At the timeout, or when this process is asked by SIGTERM, the whole group gets SIGTERM and after the grace SIGKILL. */
function endOnTimeout(pid: number, order: SupervisedOrder) {
  let why: 'timeout' | 'asked' | null = null;
  let kill: NodeJS.Timeout | undefined;
  const end = (reason: 'timeout' | 'asked'): void => {
    if (why !== null) return;
    why = reason;
    deliver(-pid, 'SIGTERM');
    kill = setTimeout(() => deliver(-pid, 'SIGKILL'), order.graceMs);
  };
  const timer = setTimeout(() => end('timeout'), order.timeoutMs);
  void asked.promise.then(end);
  return {
    reason: () => why,
    clear: () => {
      clearTimeout(timer);
      clearTimeout(kill);
    },
  };
}

/** First and last half of the output; the first is on disk at once, so that it survives this process. */
function keepOutput(child: ChildProcess, path: string, maxBytes: number, isBoth: boolean) {
  const file = openSync(path, 'w', 0o600);
  const headBytes = Math.ceil(maxBytes / 2);
  const tailBytes = maxBytes - headBytes;
  let seen = 0;
  let tail = Buffer.alloc(0);
  const keep = (chunk: Buffer): void => {
    const room = Math.max(0, headBytes - seen);
    if (room > 0) writeSync(file, chunk.subarray(0, room));
    seen += chunk.length;
    if (chunk.length > room) tail = lastOf(Buffer.concat([tail, chunk.subarray(room)]), tailBytes);
  };
  if (isBoth) child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return {
    finish: (): number => {
      const left = seen - Math.min(seen, headBytes) - tail.length;
      if (left > 0) writeSync(file, `\n… ${left} bytes left out …\n`);
      if (tail.length > 0) writeSync(file, tail);
      return seen;
    },
  };
}

/** Standard output by itself: its beginning in a file, all of it counted. */
function keepAnswer(child: ChildProcess, directory: string, maxBytes: number) {
  const file = openSync(answerOf(directory), 'w', 0o600);
  let seen = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    const room = Math.max(0, maxBytes - seen);
    if (room > 0) writeSync(file, chunk.subarray(0, room));
    seen += chunk.length;
  });
  return { bytes: (): number => seen };
}

function lastOf(bytes: Buffer, count: number): Buffer<ArrayBuffer> {
  return Buffer.from(bytes.subarray(Math.max(0, bytes.length - count)));
}

function notStarted(error: unknown): SupervisedResult {
  const errorCode = ['ENOENT', 'EACCES', 'E2BIG', 'ENOEXEC'].find((code) => isCode(error, code)) ?? 'EUNKNOWN';
  return { status: 'not-started', reason: error instanceof Error ? error.message : String(error), errorCode };
}
