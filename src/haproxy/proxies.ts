import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isCode } from '../host/durable-file.ts';
import { readDescription, readReach } from './config-text.ts';
import type { HaproxyOptions, Reach } from './haproxy-options.ts';
import type { Addresses } from './proxy-state.ts';
import { lookAt, type Standing } from './standing.ts';
import { mainProxy, othersFolder } from './proxy-name.ts';

/** One HAProxy of an environment. What it is pointed to, and the fence, it has in common with the others. */
export interface Proxy {
  readonly name: string;
  /** Its own: configuration, map, sockets and log. */
  readonly directory: string;
  readonly services: Addresses;
  readonly reach?: Reach | undefined;
}

export interface RunningProxy extends Proxy {
  readonly standing: Standing;
}

const folderOf = (stateDirectory: string): string => join(stateDirectory, othersFolder);

/** Those that are asked for. */
const proxiesOf = ({ stateDirectory, services, reach, more = [] }: HaproxyOptions): readonly Proxy[] => [
  { name: mainProxy, directory: stateDirectory, services, reach },
  ...more.map((other) => ({ ...other, reach, directory: join(folderOf(stateDirectory), other.name) })),
];

/**
 * Those that are asked for, and those that are not any more and run: until the environment is stopped callers reach them, so they are
 * pointed with the others.
 */
export async function allProxies(options: HaproxyOptions): Promise<readonly Proxy[]> {
  const asked = proxiesOf(options);
  const left: Proxy[] = [];
  for (const directory of await otherFolders(options)) {
    if (asked.some((each) => each.directory === directory)) continue;
    const standing = await lookAt(directory);
    const name = directory.slice(folderOf(options.stateDirectory).length + 1);
    const told = standing?.description;
    if (told !== undefined) left.push({ name, directory, services: readDescription(told), reach: readReach(told) });
  }
  return [...asked, ...left];
}

/** Folders that an HAProxy beside the main one was ever started in. */
export async function otherFolders({ stateDirectory }: HaproxyOptions): Promise<readonly string[]> {
  const folder = folderOf(stateDirectory);
  try {
    return (await readdir(folder)).toSorted().map((name) => join(folder, name));
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Null for one that is down. */
export const lookAtAll = (proxies: readonly Proxy[]): Promise<readonly (RunningProxy | null)[]> =>
  Promise.all(
    proxies.map(async (proxy) => {
      const standing = await lookAt(proxy.directory);
      return standing && { ...proxy, standing };
    }),
  );

export const isUp = (looks: readonly (RunningProxy | null)[]): looks is readonly RunningProxy[] =>
  looks.every((look) => look !== null);
