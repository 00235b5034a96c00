import { basename } from 'node:path';
import { identify, type ProcessIdentity } from '../host/process-identity.ts';
import { allCommandLines } from '../host/process-table.ts';

export interface EdgeProcess extends ProcessIdentity {
  readonly role: 'watchdog' | 'worker';
}

/**
 * Every live process of the edge of a state directory: watchdog, worker, and those that are just taking over or leaving.
 * Found by their command line, since `run.json` knows one of them only. Empty where there is no /proc.
 */
export function edgeProcesses(stateDirectory: string): EdgeProcess[] {
  return allCommandLines().flatMap(({ pid, words: [, entry = '', ...words] }) => {
    if (!/^main\.[jt]s$/.test(basename(entry)) || !words.includes(stateDirectory)) return [];
    const identity = identify(pid);
    return identity ? [{ ...identity, role: words[0] === stateDirectory ? 'watchdog' : 'worker' }] : [];
  });
}
