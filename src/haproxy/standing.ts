import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '../domain/failure.ts';
import { identify } from '../host/process-identity.ts';
import { type ClosedFrontend, frontendCommand, readClosed } from './frontends.ts';
import { description, formNode, lookSocket, mapFile, readDescription, readReach } from './config-text.ts';
import { haproxyProcesses, processName } from './haproxy-processes.ts';
import type { Reach } from './haproxy-options.ts';
import { allLanes, type Lane, type Pointing, readPointing, serverNames, serversOf, withoutSecret } from './lanes.ts';
import { nowhere } from './machines.ts';
import type { Addresses } from './proxy-state.ts';
import { askRuntime } from './runtime-door.ts';
import { failUnsure } from './unsure.ts';

/** How long a process may live without answering: it is coming up, or it was just killed. */
const patienceMs = 5_000;

/** What a running HAProxy says of itself. */
export interface Standing {
  readonly pid: number;
  /** Of this process and no other, until the machine restarts. */
  readonly name: string;
  readonly upSinceAt: number;
  readonly description: string;
  /** False for one that an older Greenroom started: it serves one colour and knows none beside it. */
  readonly knowsBeside: boolean;
  /** What stands in the map; null when it has no entry. */
  readonly mapEntry: string | null;
  /** Read from the map; null for what Greenroom did not write. */
  readonly pointing: Pointing | null;
  /** Public doors that somebody has closed by hand. */
  readonly closed: readonly ClosedFrontend[];
  /** On how many machines it lets a service be. */
  readonly machines: number;
  /**
   * Where the servers of a lane are; `mixed` where those of a machine are not all at one address, or machines at different ports; `closed`
   * where somebody has taken one of them out by hand, by its state or its weight.
   */
  addressOf(service: string, lane: Lane): Addresses[string] | 'mixed' | 'closed' | null;
}

/** Null when it does not run. Throws GR7403 for one that runs and does not answer. */
export async function lookAt(directory: string): Promise<Standing | null> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const commands = ['show info', `show map ${mapFile}`, 'show servers state', frontendCommand];
    const answer = await askRuntime({ directory, socket: lookSocket, commands });
    if (answer.status === 'answered' && answer.text !== '') {
      const standing = readStanding(answer.text);
      if (standing) return standing;
    }
    const living = haproxyProcesses(directory);
    if (living.length === 0) return null;
    if (performance.now() > untilMs) {
      const reason = answer.status === 'unsure' ? answer.reason : 'its socket does not answer';
      return failUnsure(directory, reason);
    }
    await sleep(10);
  }
}

/** Null when the answer is cut short. */
function readStanding(text: string): Standing | null {
  const info = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
  const pid = Number(info('Pid'));
  const identity = identify(pid);
  const closed = readClosed(text);
  if (!identity || closed === null || !text.includes('# be_id')) return null;
  const mapEntry = readMapEntry(text);
  const pointing = mapEntry === null ? null : readPointing(mapEntry);
  const places = serverPlaces(text);
  const machines = readReach(info('description') ?? '')?.machines ?? 1;
  return {
    ...{ pid, name: processName(identity), upSinceAt: Number(info('Start_time_sec')) * 1_000 },
    ...{ description: info('description') ?? '', knowsBeside: info('node') === formNode, pointing, mapEntry },
    ...{ closed, machines },
    addressOf: (service, lane) => addressIn(places, service, lane, machines),
  };
}

type ServerPlace = Addresses[string] & { readonly isClosed: boolean };

function addressIn(
  places: ReadonlyMap<string, ServerPlace>,
  service: string,
  lane: Lane,
  machines: number,
): Addresses[string] | 'mixed' | 'closed' | null {
  const kinds = serverNames.map((name) => serversOf(service, lane, name, machines).map((each) => places.get(each)));
  const [app = []] = kinds;
  if (!app[0]) return null;
  if (kinds.some((servers) => servers.some((each, index) => !isAt(each, app[index])))) return 'mixed';
  const used = kinds.flat().filter((each) => !isAt(each, nowhere));
  if (used.some((each) => each?.isClosed)) return 'closed';
  const [{ host, port } = app[0], ...also] = app.filter((each) => each && !isAt(each, nowhere)) as ServerPlace[];
  if (also.some((each) => each.port !== port)) return 'mixed';
  return also.length === 0 ? { host, port } : { host, port, also: also.map((each) => each.host) };
}

const isAt = (one: Addresses[string] | undefined, other: Addresses[string] | undefined): boolean =>
  one?.host === other?.host && one?.port === other?.port;

/** The value of the map's only entry in an answer; null when there is none. */
export const readMapEntry = (text: string): string | null => /^0x[0-9a-f]+ active (\S+)$/m.exec(text)?.[1] ?? null;

/** Of a server's administrative state: maintenance or drain, forced or inherited from the one that it follows. */
const closedBits = 0x01 | 0x02 | 0x08 | 0x10;

function serverPlaces(text: string): ReadonlyMap<string, ServerPlace> {
  const lines = text.split('\n');
  const columns = (lines.find((line) => line.startsWith('# be_id')) ?? '').slice(2).split(' ');
  const cell = (cells: readonly string[], name: string): string => cells[columns.indexOf(name)]!;
  const ours = new RegExp(`^\\d+ \\S+\\.(?:${allLanes.join('|')})(?:\\.\\w+)? `);
  return new Map(
    lines
      .filter((line) => ours.test(line))
      .map((line) => line.split(' '))
      .map((cells) => [
        `${cell(cells, 'be_name')}/${cell(cells, 'srv_name')}`,
        {
          ...{ host: cell(cells, 'srv_addr'), port: Number(cell(cells, 'srv_port')) },
          isClosed:
            (Number(cell(cells, 'srv_admin_state')) & closedBits) !== 0 ||
            cell(cells, 'srv_uweight') !== cell(cells, 'srv_iweight'),
        },
      ]),
  );
}

/** Throws GR7404 when it was started for other public addresses, or by a Greenroom with another form of configuration. */
export function expectAddresses(standing: Standing, listeners: Addresses, reach: Reach | undefined): void {
  const wanted = description(listeners, reach);
  if (standing.description === wanted) return;
  fail({
    code: 'GR7404',
    message: `HAProxy runs here (process ${standing.pid}) as "${standing.description}", and "${wanted}" is wanted.`,
    do: 'Stop the environment with "greenroom stop" and deploy when the addresses in the configuration are the right ones; that interrupts traffic.',
  });
}

/** Where it listens, in the words of the file where that means the same. */
export function listenersOf({ description: text }: Standing, asked: Addresses, resolved: Addresses): Addresses {
  const listeners = readDescription(text);
  return Object.fromEntries(
    Object.entries(listeners).map(([service, place]) => {
      const wanted = resolved[service];
      const isSame = wanted?.host === place.host && wanted.port === place.port;
      return [service, isSame ? asked[service]! : place];
    }),
  );
}

/** Who gets the requests. Throws GR7434 for a map that was changed by hand. */
export const pointingOf = ({ pid, mapEntry, pointing }: Standing): Pointing =>
  pointing ??
  fail({
    code: 'GR7434',
    message: `The map of HAProxy (process ${pid}) says "${withoutSecret(mapEntry ?? 'nothing')}", which Greenroom did not write.`,
    where: mapFile,
    do: 'Somebody has changed it by hand. Deploy or roll back: the next switch puts it right.',
  });
