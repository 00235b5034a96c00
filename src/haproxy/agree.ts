import { fail, FailureError } from '../domain/failure.ts';
import { sameServices } from '../kinds/beside.ts';
import type { Beside, TrafficState } from '../kinds/traffic.ts';
import { colourOf, type Lane } from './lanes.ts';
import type { RunningProxy } from './proxies.ts';
import type { ProxyState } from './proxy-state.ts';
import { pointingOf } from './standing.ts';
import { proxyInWords } from './proxy-name.ts';
import { failUnsure } from './unsure.ts';

type Party = Pick<Beside, 'colour' | 'release' | 'services'>;

/**
 * What all proxies of an environment do. Throws GR7470 with what each of them does where it is not the same: then there is no such thing,
 * and one of them must not be taken for all.
 */
export function agreedState(running: readonly RunningProxy[], state: ProxyState): TrafficState {
  const [first, ...others] = running.map((proxy) => ({ proxy, told: tellState(proxy, state) }));
  if (others.every(({ told }) => 'state' in told && JSON.stringify(told) === JSON.stringify(first!.told))) {
    if ('state' in first!.told) return first!.told.state;
    throw first!.told.error;
  }
  return fail({
    code: 'GR7470',
    message: `The HAProxys of this environment do not serve the same: ${[first!, ...others].map(inWords).join(', ')}.`,
    where: first!.proxy.directory,
    do: 'Find out who changed one of them. Whichever merely stayed behind is brought back by "greenroom resume"; a deployment that is held goes on with "greenroom resume <environment> --retry", which points all of them again, and so does the next switch.',
  });
}

type Told = { readonly state: TrafficState } | { readonly error: FailureError };

function tellState(proxy: RunningProxy, state: ProxyState): Told {
  try {
    return { state: trafficState(proxy, state) };
  } catch (error) {
    if (error instanceof FailureError) return { error };
    throw error;
  }
}

function inWords({ proxy, told }: { readonly proxy: RunningProxy; readonly told: Told }): string {
  if ('error' in told) return `"${proxy.name}" cannot tell (${told.error.failures[0]!.message})`;
  const { colour, release, epoch, beside } = told.state;
  const also = beside ? ` beside ${beside.colour}` : '';
  return `"${proxy.name}" ${colour ?? 'nobody'}${release === null ? '' : ` (${release})`}${also} by epoch ${epoch}`;
}

/** What an HAProxy does, in the words of the target it was pointed to; where it does something else, in its own. */
function trafficState({ directory, services, standing }: RunningProxy, state: ProxyState): TrafficState {
  if (standing.closed.length > 0) failShut(directory, standing.closed);
  const { epoch, lane, beside } = pointingOf(standing);
  if (lane === null) return { epoch, colour: null, release: null, services: {} };
  const party = (each: Lane): Party => {
    const record = state.lanes[each];
    const places = Object.keys(services).map((service) => [service, standing.addressOf(service, each)] as const);
    if (places.some(([, place]) => place === null || place === 'mixed'))
      failUnsure(directory, `the servers of ${each} are not at one address`);
    const closed = places.flatMap(([service, place]) => (place === 'closed' ? [service] : []));
    if (closed.length > 0) failClosed(directory, `${closed.join(', ')} of ${each}`);
    const observed = Object.fromEntries(places) as TrafficState['services'];
    const isAsTold = record !== undefined && sameServices(observed, record.addresses);
    return {
      colour: colourOf(each),
      release: record?.release ?? null,
      services: isAsTold ? record.services : observed,
    };
  };
  return { epoch, ...party(lane), ...(beside && { beside: { ...party(beside.lane), gets: beside.gets } }) };
}

const failClosed = (directory: string, servers: string): never =>
  fail({
    code: 'GR7472',
    message: `Somebody has taken servers of ${proxyInWords(directory)} out by hand (maintenance, drain or weight): ${servers}.`,
    where: directory,
    do: 'Find out who did it and why; "greenroom resume" puts them back, and so does the next switch.',
  });

function failShut(directory: string, closed: RunningProxy['standing']['closed']): never {
  const forGood = closed.some(({ isForGood }) => isForGood);
  return fail({
    code: 'GR7472',
    message: `Somebody has closed ${proxyInWords(directory)} by hand: ${closed.map(({ service }) => service).join(', ')} takes no connections (${forGood ? '"shutdown frontend"' : '"disable frontend"'}).${forGood ? ' Only another process opens it again: end this one, it is brought up with what it was pointed to last.' : ''}`,
    where: directory,
    do: forGood
      ? 'Find out who did it and why; end that process, then run "greenroom resume".'
      : 'Find out who did it and why; "greenroom resume" opens it again, and so does the next switch.',
  });
}

/** Throws GR7472: it answers with another page than it was told to, with one that nobody asked for, or with none. */
export function failPage(directory: string, isAsked: boolean): never {
  const what = isAsked
    ? 'does not show the page for maintenance as it was told to'
    : 'answers with a page that Greenroom did not ask for, on every path that the page does not leave open';
  return fail({
    code: 'GR7472',
    message: `${proxyInWords(directory)} ${what}: somebody has changed it by hand.`,
    where: directory,
    do: 'Find out who did it and why; "greenroom resume" puts it right, and so do the next switch and "greenroom maintenance on" or "off".',
  });
}
