import { fork } from 'node:child_process';
import { programFile } from '../host/program.ts';
import type { ChildAnswer } from './child.ts';
import { assertLoadPlan, type LoadPlan } from './plan.ts';
import type { LoadResult } from './result.ts';

const CHILD = programFile('load/child');

/**
 * `runLoad` in a process of its own, where nothing this process does can make requests late. An abort kills it and
 * rejects with the signal's reason; the death of this process ends it. Rejects when the child dies without a result.
 */
export async function runLoadIsolated(plan: LoadPlan, signal: AbortSignal): Promise<LoadResult> {
  assertLoadPlan(plan);
  signal.throwIfAborted();
  const child = fork(CHILD, [], { execArgv: [], env: childEnvironment(), stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.length < 20 && errors.push(chunk.toString()));
  const { promise, resolve, reject } = Promise.withResolvers<LoadResult>();
  child.once('message', (answer: ChildAnswer) => {
    if (answer.kind === 'result') resolve(answer.result);
    else reject(new Error(`the load generator stopped: ${answer.message}`));
  });
  child.once('error', reject);
  child.once('exit', (code, killedBy) => {
    reject(new Error(`the load generator ended (${killedBy ?? `exit code ${code}`}) ${errors.join('').slice(-2000)}`));
  });
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  child.send(plan, (error) => error && reject(error));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    child.kill('SIGKILL');
  }
}

/** The generator needs nobody's secrets: only what decides which certificates are trusted. */
function childEnvironment(): NodeJS.ProcessEnv {
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  return certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates };
}
