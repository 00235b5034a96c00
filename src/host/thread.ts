import { setFlagsFromString } from 'node:v8';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { programFile } from './program.ts';

/**
 * A program of this code as a thread. V8 may end the whole process while it takes away compiled WebAssembly that several threads have: a race in its list of
 * what is compiled (https://github.com/nodejs/node/issues/64500, and tests here that ended by SIGTRAP). What our threads compile is small and lasts as long as
 * they are needed, so nothing of it is taken away.
 */
export function startThread(name: string, options: WorkerOptions): Worker {
  setFlagsFromString('--no-wasm-code-gc');
  return new Worker(programFile(name), { ...options, execArgv: [] });
}
