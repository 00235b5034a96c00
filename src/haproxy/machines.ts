import { hostsOf } from '../kinds/machines.ts';
import type { Reach } from './haproxy-options.ts';
import { backendsOf, type Lane, serverNames, serversOf } from './lanes.ts';
import type { Addresses } from './proxy-state.ts';

/** Stands where a lane has no address yet, and where a service is on fewer machines than it may be. */
export const nowhere = { host: '127.0.0.1', port: 1 };

/** One for each machine that there is room for; null where there is none. */
const seatsOf = (place: Addresses[string], machines: number): readonly (string | null)[] =>
  Array.from({ length: machines }, (_, index) =>
    place.port === nowhere.port ? null : (hostsOf(place)[index] ?? null),
  );

const checkLines = (check: string): readonly string[] => [
  '  timeout check 5s',
  `  option httpchk GET ${check}`,
  '  http-check expect ! rstatus ^5',
];

/**
 * Backends of a lane whose service may be on several machines. Each is asked twice a second, and gets no requests when it is silent; what
 * was on its way to a machine that fell silent goes to another, as far as it may be sent again. TCP notices the silence within two seconds,
 * so that nothing waits on it for longer. `common` stands in each of them.
 */
export function spreadLines(
  { machines, check }: Reach,
  [service, lane]: readonly [string, Lane],
  place: Addresses[string],
  common: readonly string[],
): readonly string[] {
  const seats = seatsOf(place, machines);
  const backends = backendsOf(service, lane, machines);
  const asked = serversOf(service, lane, 'app', machines);
  return serverNames.flatMap((name, kind) => [
    `backend ${backends[kind]}`,
    ...common,
    '  timeout connect 500ms',
    '  retries 10',
    '  option redispatch 1',
    ...['idle 1s', 'intvl 1s', 'cnt 3'].map((each) => `  srvtcpka-${each}`),
    ...(name === 'app' ? checkLines(check) : []),
    ...serversOf(service, lane, name, machines).map((server, index) => {
      const at = seats[index] ? `${seats[index]}:${place.port}` : `${nowhere.host}:${nowhere.port}`;
      const line = `  server ${server.split('/')[1]} ${at} tcp-ut 2s`;
      if (name !== 'app') return `${line} pool-max-conn 0 track ${asked[index]}`;
      return `${line} pool-purge-delay 1s check inter 500ms fall 3 rise 1 observe layer4 error-limit 3 on-error mark-down${seats[index] ? '' : ' disabled'}`;
    }),
  ]);
}

/** Takes back what somebody did by hand. */
const open = (server: string): readonly string[] => [`set server ${server} state ready`, `set weight ${server} 100%`];

/** Moves the servers of a lane, and has them take requests. A copy that was just proven counts as there; a machine on standby has to answer first. */
export function moveCommands(
  service: string,
  lane: Lane,
  machines: number,
  place: Addresses[string],
): readonly string[] {
  const all = serverNames.map((name) => serversOf(service, lane, name, machines));
  if (machines === 1)
    return all
      .flat()
      .flatMap((server) => [`set server ${server} addr ${place.host} port ${place.port}`, ...open(server)]);
  return seatsOf(place, machines).flatMap((host, index) => {
    const at = host === null ? nowhere : { host, port: place.port };
    const moves = all.map((servers) => `set server ${servers[index]} addr ${at.host} port ${at.port}`);
    const asked = `set server ${all[0]![index]}`;
    if (host === null) return [`${asked} state maint`, ...moves];
    const isProven = index <= (place.also?.length ?? 0);
    return [
      ...moves,
      ...all.flatMap((servers) => open(servers[index]!)),
      `${asked} health ${isProven ? 'up' : 'down'}`,
    ];
  });
}
