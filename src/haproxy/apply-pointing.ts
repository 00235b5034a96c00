import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '../domain/failure.ts';
import { samePlace } from '../kinds/machines.ts';
import { controlSocket, lookSocket, mapFile } from './config-text.ts';
import {
  firstErrorVariable,
  type Lane,
  pointingText,
  type ServerName,
  serverNames,
  serversOf,
  withoutSecret,
} from './lanes.ts';
import { moveCommands } from './machines.ts';
import type { Addresses, ProxyState } from './proxy-state.ts';
import { askRuntime } from './runtime-door.ts';
import { lookAt, readMapEntry, type Standing } from './standing.ts';
import type { RunningProxy } from './proxies.ts';
import { type LaneLook, readLanes, statCommands } from './statistics.ts';
import { failUnsure } from './unsure.ts';

const emptyWithinMs = 5_000;

/** Lanes that have traffic by a state. */
const lanesOfState = ({ lane, beside }: ProxyState): readonly Lane[] =>
  [lane, beside?.lane].filter((each) => each !== null && each !== undefined);

/** Puts the addresses of a state into the lanes that are to have its traffic, which have no requests yet, and reads them back. Moves no request. */
export async function settleLanes({ directory, services, standing }: RunningProxy, state: ProxyState): Promise<void> {
  for (const lane of lanesOfState(state))
    await settleLane(directory, standing, Object.keys(services), lane, state.lanes[lane]!.addresses);
}

/** Whether nothing but the map stands between a proxy and a state. */
export const isSettled = ({ services, standing }: RunningProxy, state: ProxyState): boolean =>
  lanesOfState(state).every((lane) =>
    Object.keys(services).every((service) => isThere(standing, service, lane, state.lanes[lane]!.addresses)),
  );

/**
 * Sets the one entry of the map, which moves every service at once, to what a state says, and reads it back. Throws GR7403 when the
 * outcome is not known, GR7435 when HAProxy does not do what it was told.
 */
export async function turnProxy({ directory, services, standing }: RunningProxy, state: ProxyState): Promise<void> {
  const wanted = pointingText(state);
  const doors = standing.closed
    .filter(({ isForGood }) => !isForGood)
    .map(({ service }) => `enable frontend ${service}`);
  if (standing.mapEntry === wanted) return doors.length > 0 ? void (await change(directory, doors)) : undefined;
  const begun = lanesOfState(state).filter(
    (lane) => (state.lanes[lane]!.counted.at ?? state.pointedAt) === state.pointedAt,
  );
  const variables = begun.flatMap((lane) => Object.keys(services).map((service) => firstErrorVariable(service, lane)));
  const verb = standing.mapEntry === null ? 'add' : 'set';
  const answer = await change(directory, [
    // What went wrong when the lane had another place is not held against this one.
    ...(variables.length > 0 ? ['experimental-mode on'] : []),
    ...variables.map((variable) => `set var ${variable} expr int(0)`),
    `${verb} map ${mapFile} active ${wanted}`,
    // Not before: nobody is let in to what served when somebody closed it.
    ...doors,
    `show map ${mapFile}`,
  ]);
  if (readMapEntry(answer) !== wanted)
    failDisobedient(
      directory,
      `its map says "${withoutSecret(readMapEntry(answer) ?? 'nothing')}" after it was set to "${withoutSecret(wanted)}"`,
    );
}

/** Moves the servers of a lane. A lane that still has requests of a pointing long ago is emptied first. */
async function settleLane(
  directory: string,
  standing: Standing,
  services: readonly string[],
  lane: Lane,
  addresses: Addresses,
): Promise<void> {
  if (services.every((service) => isThere(standing, service, lane, addresses))) return;
  const { pointing } = standing;
  if (pointing?.lane !== lane && pointing?.beside?.lane !== lane) await emptyLane(standing, directory, services, lane);
  await change(
    directory,
    services.flatMap((service) => moveCommands(service, lane, standing.machines, addresses[service]!)),
  );
  const after = (await lookAt(directory)) ?? failUnsure(directory, 'it ended meanwhile');
  const lost = services.filter((service) => !isThere(after, service, lane, addresses));
  if (lost.length > 0) failDisobedient(directory, `it does not take the address of ${lost.join(', ')} for ${lane}`);
}

function isThere(standing: Standing, service: string, lane: Lane, addresses: Addresses): boolean {
  const now = standing.addressOf(service, lane);
  return typeof now === 'object' && now !== null && samePlace(now, addresses[service]);
}

async function emptyLane(
  standing: Standing,
  directory: string,
  services: readonly string[],
  lane: Lane,
): Promise<void> {
  const untilMs = performance.now() + emptyWithinMs;
  for (;;) {
    const look = (await lookAtLanes(directory, services, standing.machines)).get(lane)!;
    if (look.httpInFlight + look.webSockets === 0) return;
    if (performance.now() > untilMs)
      failDisobedient(directory, `requests of an earlier release stay in ${lane}, though they were ended`);
    await endSessions(standing, directory, services, lane, serverNames);
    await sleep(10);
  }
}

/** Cuts what is under way at some servers of a lane. */
export async function endSessions(
  { machines }: Standing,
  directory: string,
  services: readonly string[],
  lane: Lane,
  servers: readonly ServerName[],
): Promise<void> {
  await change(
    directory,
    services
      .flatMap((service) => servers.flatMap((name) => serversOf(service, lane, name, machines)))
      .map((server) => `shutdown sessions server ${server}`),
  );
}

export async function lookAtLanes(
  directory: string,
  services: readonly string[],
  machines: number,
): Promise<ReadonlyMap<Lane, LaneLook>> {
  const answer = await askRuntime({ directory, socket: lookSocket, commands: statCommands(services, machines) });
  const looks = answer.status === 'answered' ? readLanes(answer.text, services, machines) : null;
  return looks ?? failUnsure(directory, 'its counters could not be read');
}

async function change(directory: string, commands: readonly string[]): Promise<string> {
  const answer = await askRuntime({ directory, socket: controlSocket, commands });
  if (answer.status === 'answered') return answer.text;
  return failUnsure(directory, answer.status === 'unsure' ? answer.reason : 'it ended meanwhile');
}

const failDisobedient = (directory: string, what: string): never =>
  fail({
    code: 'GR7435',
    message: `HAProxy did not do what it was told: ${what}.`,
    where: directory,
    do: 'Ask again with the same epoch; when it stays so, restart it: "greenroom stop", then deploy.',
  });
