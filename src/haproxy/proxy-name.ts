import { basename, dirname } from 'node:path';
import { haproxyProcesses } from './haproxy-processes.ts';

/** Holds the folders of the HAProxys beside the main one, by name. */
export const othersFolder = 'proxies';
/** The one at the environment's own addresses. */
export const mainProxy = 'main';

/** Name of the HAProxy whose folder it is. */
const proxyNameOf = (directory: string): string =>
  basename(dirname(directory)) === othersFolder ? basename(directory) : mainProxy;

/** `HAProxy "two" (process 4711)`; how people find it among several. */
export function proxyInWords(directory: string): string {
  const pids = haproxyProcesses(directory).map(({ pid }) => pid);
  const which = pids.length === 0 ? 'no process' : `process ${pids.join(', ')}`;
  return `HAProxy "${proxyNameOf(directory)}" (${which})`;
}
