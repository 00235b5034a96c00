import { identify, type ProcessIdentity } from '../host/process-identity.ts';
import { allCommandLines } from '../host/process-table.ts';
import { runsProgram } from '../host/program.ts';

export interface EdgeProcess extends ProcessIdentity {
  readonly role: 'watchdog' | 'worker';
}

/**
 * Every live process of the edge of a state directory: watchdog, worker, and those that are just taking over or leaving.
 * Found by their command line, since `run.json` knows one of them only. Empty where there is no /proc.
 */
export function edgeProcesses(stateDirectory: string): EdgeProcess[] {
  return allCommandLines().flatMap(({ pid, words }) => {
    if (!runsProgram('edge/main', words) || !words.includes(stateDirectory)) return [];
    const identity = identify(pid);
    return identity ? [{ ...identity, role: words[2] === stateDirectory ? 'watchdog' : 'worker' }] : [];
  });
}
