// Looks at processes from outside, by /proc alone: nothing here asks Greenroom what runs.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SeenProcess {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** Every live process of this machine that may be looked at; zombies have no command line and are left out. */
export function allProcesses(): readonly SeenProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const pid = Number(name);
      const argv = words(`/proc/${pid}/cmdline`);
      if (argv.length === 0) return [];
      return [{ pid, argv, variables: Object.fromEntries(words(`/proc/${pid}/environ`).map(pair)) }];
    });
}

/** Processes that were started with `NAME=value` in their environment. */
export const markedBy = (name: string, value: string): readonly SeenProcess[] =>
  allProcesses().filter(({ variables }) => variables[name] === value);

/** Processes that have `word` as one of their arguments. */
export const calledWith = (word: string): readonly SeenProcess[] =>
  allProcesses().filter(({ argv }) => argv.includes(word));

export const isThere = (pid: number): boolean => words(`/proc/${pid}/cmdline`).length > 0;

/** Paused by SIGSTOP. */
export function isStopped(pid: number): boolean {
  try {
    return /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** False when it is gone already. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Throws when `isSo` does not become true in time; `what` names it. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(20);
  }
}

function words(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\0')
      .filter((word) => word !== '');
  } catch {
    return [];
  }
}

function pair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}
