import type { ColourLoad } from '../kinds/traffic.ts';
import { lookAtLanes } from './apply-pointing.ts';
import { lookSocket } from './config-text.ts';
import { countedOf } from './counted.ts';
import { askUnanswered } from './unanswered.ts';
import { firstErrorVariable, type Lane } from './lanes.ts';
import type { RunningProxy } from './proxies.ts';
import type { ProxyState } from './proxy-state.ts';
import { askRuntime } from './runtime-door.ts';
import { loadByColour, readErrorTime, sumOfLoads } from './statistics.ts';
import { failUnsure } from './unsure.ts';

/** What all proxies together do for each colour. Throws GR7403 when one does not tell. */
export async function readLoad(running: readonly RunningProxy[], state: ProxyState): Promise<readonly ColourLoad[]> {
  return sumOfLoads(await Promise.all(running.map((proxy) => loadOf(proxy, state))));
}

async function loadOf(proxy: RunningProxy, state: ProxyState): Promise<readonly ColourLoad[]> {
  const { name, directory, services, standing } = proxy;
  const names = Object.keys(services);
  const variables = Object.keys(state.lanes).flatMap((lane) =>
    names.map((service) => firstErrorVariable(service, lane as Lane)),
  );
  // Counters first: an error that is counted has its time already.
  const looks = await lookAtLanes(directory, names, standing.machines);
  const times = await readVariables(directory, variables);
  const unanswered = await askUnanswered(directory, looks);
  return loadByColour({
    ...{ state, looks, unanswered, by: standing.name, upSinceAt: standing.upSinceAt },
    countedOf: (record) => countedOf(record, name),
    errorTimeOf: (lane) =>
      names
        .map((service) => readErrorTime(times, firstErrorVariable(service, lane)))
        .reduce((first, time) => (first === null || (time !== null && time < first) ? time : first), null),
  });
}

async function readVariables(directory: string, names: readonly string[]): Promise<string> {
  if (names.length === 0) return '';
  const commands = names.map((name) => `get var ${name}`);
  const answer = await askRuntime({ directory, socket: lookSocket, commands });
  return answer.status === 'answered' ? answer.text : failUnsure(directory, 'its counters could not be read');
}
