import { identify, type ProcessIdentity } from '../host/process-identity.ts';
import { allCommandLines } from '../host/process-table.ts';
import { configFile } from './config-text.ts';

/** How HAProxy is started: in the foreground of a session of its own, its folder first, so that it is found by it. */
export const programArguments = (directory: string): readonly string[] => ['-C', directory, '-f', configFile];

/** Living HAProxy processes of a folder; those that only look at its configuration (`-c`) do not count. */
export function haproxyProcesses(directory: string): readonly ProcessIdentity[] {
  return allCommandLines().flatMap(({ pid, words }) => {
    const at = words.indexOf('-C');
    const isOurs = programArguments(directory).every((word, index) => words[at + index] === word);
    const identity = isOurs && at > 0 && !words.includes('-c') ? identify(pid) : null;
    return identity ? [identity] : [];
  });
}

/** Names a process for as long as the machine runs. */
export const processName = ({ pid, startedTicks }: ProcessIdentity): string => `${pid}/${startedTicks}`;
