import { longestWaitMs } from '../domain/waiting-requests.ts';
import { drawCookie, drawKeptSeconds, draws, previewCookie, previewHeader } from '../kinds/beside.ts';
import type { Reach } from './haproxy-options.ts';
import { allLanes, backendOf, firstErrorVariable, type Lane, pointingText } from './lanes.ts';
import { nowhere, spreadLines } from './machines.ts';
import type { Addresses, ProxyState } from './proxy-state.ts';

export const configFile = 'haproxy.cfg';
export const mapFile = 'target.map';
/** What answers under maintenance; empty without. */
export const pageFile = 'page.map';
/** Takes changes, from one caller after the other. */
export const controlSocket = 'control.sock';
/** Answers questions, of many at once. */
export const lookSocket = 'look.sock';

/** Stands as the name of the node in a configuration that knows a colour beside the one that serves. */
export const formNode = 'greenroom-2';

/**
 * Says what a running proxy was started for. The number changes when a later Greenroom expects another configuration of a
 * proxy that an older one started.
 */
export const description = (listeners: Addresses, reach?: Reach): string =>
  [
    'greenroom 2',
    ...Object.keys(listeners)
      .toSorted()
      .map((service) => `${service}=${listeners[service]!.host}:${listeners[service]!.port}`),
    ...(reach ? [`for ${reach.machines} machines asked ${reach.check}`] : []),
  ].join(' ');

/** The addresses in a description. */
export const readDescription = (text: string): Addresses =>
  Object.fromEntries(
    [...text.matchAll(/ (\S+)=(\S+):(\d+)(?= |$)/g)].map(([, service, host, port]) => [
      service!,
      { host: host!, port: Number(port) },
    ]),
  );

/** Absent where it lets a service be on one machine. */
export function readReach(text: string): Reach | undefined {
  const [, machines, check] = / for (\d+) machines asked (\S+)$/.exec(text) ?? [];
  return check === undefined ? undefined : { machines: Number(machines), check };
}

/** The map's only entry. */
export const mapText = (state: ProxyState): string => `active ${pointingText(state)}\n`;

/**
 * Everything HAProxy is told, drawn from the state, so that a restart by whomever serves what was served. Paths are relative
 * to the folder it is started in: a socket's path may not have more than 107 bytes.
 */
export function configText(listeners: Addresses, state: ProxyState, reach?: Reach): string {
  const services = Object.keys(listeners).toSorted();
  return [
    '# Written by Greenroom from haproxy-state.json and replaced at every switch; changes made here are lost.',
    ...globalLines(description(listeners, reach), services),
    ...defaultLines,
    ...services.flatMap((service) => frontendLines(service, listeners[service]!, reach)),
    'backend nobody',
    '  http-request return status 503 content-type text/plain string "GR7421 No release serves now.\\n" hdr Retry-After 1',
    ...services.flatMap((service) =>
      allLanes.flatMap((lane) => backendLines(service, lane, state.lanes[lane]?.addresses[service] ?? nowhere, reach)),
    ),
    '',
  ].join('\n');
}

const globalLines = (told: string, services: readonly string[]): readonly string[] => [
  'global',
  `  description ${told}`,
  `  node ${formNode}`,
  // Otherwise two proxies could share an address without noticing, and each would get half of the requests.
  '  noreuseport',
  // One thread: what a command reads and changes is never half of a request's way through another thread.
  '  nbthread 1',
  // One writer at a time, in the order of their connections: what a killed writer has sent is over before the next one begins.
  `  stats socket unix@${controlSocket} mode 600 level admin maxconn 1`,
  `  stats socket unix@${lookSocket} mode 600 level operator`,
  '  stats timeout 5s',
  ...services.flatMap((service) => allLanes.map((lane) => `  set-var ${firstErrorVariable(service, lane)} int(0)`)),
];

const defaultLines: readonly string[] = [
  'defaults',
  '  mode http',
  '  timeout connect 2s',
  '  timeout http-request 30s',
  '  timeout http-keep-alive 75s',
  '  timeout client 5m',
  '  timeout client-fin 30s',
  `  timeout server ${longestWaitMs / 60_000}m`,
  '  timeout tunnel 24h',
  '  option clitcpka',
  '  option srvtcpka',
  // Who has gone away is not waited for: a drain would.
  '  option abortonclose',
  '  http-reuse safe',
  '  retries 3',
  '  retry-on conn-failure empty-response',
];

const fromPage = (key: string): string => `%[str(${key}),map(${pageFile}),b64dec]`;
const closed = (type: string, key: string): string =>
  `  http-request return status 503 content-type "${type}" lf-string "${fromPage(key)}" hdr Retry-After "${fromPage('retry')}" hdr Cache-Control no-store if is_closed !is_open`;

/** Kept in a map, since a page in a file is read at the start only. Keys that begin with a slash are paths that stay open. */
const pageLines: readonly string[] = [
  `  acl is_closed str(html),map(${pageFile}) -m found`,
  `  acl is_open path,map(${pageFile}) -m found`,
  '  acl wants_json req.hdr(accept) -m sub application/json',
  '  acl wants_html req.hdr(accept) -m sub text/html',
  `${closed('application/problem+json', 'json')} wants_json !wants_html`,
  closed('text/html; charset=utf-8', 'html'),
];

function frontendLines(
  service: string,
  { host, port }: Addresses[string],
  reach: Reach | undefined,
): readonly string[] {
  const backend = `${service}.%[var(txn.lane)]`;
  return [
    `frontend ${service}`,
    `  bind ${host}:${port}`,
    '  acl is_session hdr(upgrade) -i websocket',
    '  acl is_repeatable method GET HEAD OPTIONS TRACE',
    '  acl is_near src 127.0.0.1 ::1',
    '  http-request del-header Upgrade unless is_session',
    '  http-request disable-l7-retry unless is_repeatable',
    '  http-request del-header Forwarded unless is_near',
    '  http-request del-header X-Forwarded-For unless is_near',
    '  http-request add-header X-Forwarded-For %[src]',
    '  http-request set-header X-Forwarded-Proto http if !is_near or !{ req.hdr(x-forwarded-proto) -m found }',
    '  http-request set-header X-Forwarded-Host %[req.hdr(host)] if !is_near or !{ req.hdr(x-forwarded-host) -m found }',
    ...pageLines,
    ...assignmentLines,
    ...(reach
      ? [`  use_backend ${backend}.session if is_session`, `  use_backend ${backend}.once if !is_repeatable`]
      : []),
    `  use_backend ${backend}`,
    '  default_backend nobody',
  ];
}

const own = `(${previewCookie}|${drawCookie})`;
/** Takes one cookie of the proxy out; several times over, for a client that has more of them. */
const dropCookie = `  http-request replace-header Cookie '^(.*;[ \\t]*)?${own}=[^;]*(;[ \\t]*)?(.*)$' '\\1\\4' if { var(txn.own) -m found }`;

/** Who gets this request: looked up once, so that no request sees half of a switch. */
const assignmentLines: readonly string[] = [
  '  acl is_preview var(txn.gets) -m str preview',
  '  acl is_share var(txn.gets) -m str share',
  `  http-request set-var(txn.target) str(active),map(${mapFile})`,
  '  http-request set-var(txn.lane) var(txn.target),field(2,:)',
  '  http-request set-var(txn.gets) var(txn.target),field(3,:)',
  `  http-request set-var(txn.given) req.cook(${previewCookie}) if is_preview`,
  `  http-request set-var(txn.given) req.fhdr(${previewHeader}) if is_preview { req.fhdr(${previewHeader}) -m found }`,
  '  http-request set-var(txn.previewed) var(txn.target),field(4,:) if is_preview { var(txn.target),field(5,:),strcmp(txn.given) eq 0 }',
  '  http-request set-var(txn.lane) var(txn.previewed) if { var(txn.previewed) -m found }',
  `  http-request set-var(txn.draw) req.cook(${drawCookie}) if is_share { req.cook(${drawCookie}) -m reg ^[0-9]{1,2}$ }`,
  `  http-request set-var(txn.drawn) rand(${draws}) if is_share !{ var(txn.draw) -m found }`,
  '  http-request set-var(txn.draw) var(txn.drawn) if { var(txn.drawn) -m found }',
  '  http-request set-var(txn.percent) var(txn.target),field(5,:) if is_share',
  '  http-request set-var(txn.lane) var(txn.target),field(4,:) if is_share { var(txn.draw),sub(txn.percent) lt 0 }',
  // What is meant for the proxy ends here.
  `  http-request del-header ${previewHeader}`,
  '  http-request set-var(txn.own) str(cookie) if { req.fhdr(cookie) -m sub greenroom_ }',
  ...[dropCookie, dropCookie, dropCookie],
  "  http-request replace-header Cookie '^(.*[^ \\t;])[ \\t;]+$' '\\1' if { var(txn.own) -m found }",
  '  http-request del-header Cookie if { req.hdr(cookie) -m len 0 }',
  // A cache before the proxy must not give the one to those who are for the other.
  `  http-after-response add-header Vary ${previewHeader} if is_preview`,
  `  http-after-response set-header ${previewHeader} %[var(txn.previewed),regsub([0-9],)] if { var(txn.previewed) -m found }`,
  "  http-after-response set-header Cache-Control 'private, no-store' if { var(txn.previewed) -m found }",
  `  http-after-response add-header Set-Cookie "${drawCookie}=%[var(txn.drawn)]; Path=/; Max-Age=${drawKeptSeconds}; HttpOnly; SameSite=Lax" if { var(txn.drawn) -m found }`,
];

function backendLines(
  service: string,
  lane: Lane,
  place: Addresses[string],
  reach: Reach | undefined,
): readonly string[] {
  const variable = firstErrorVariable(service, lane);
  // Also for the answers that HAProxy gives itself: 502, 503 and 504.
  const noted = `  http-after-response set-var(${variable}) date(0,ms) if { status ge 500 } { var(${variable}) -m int eq 0 }`;
  if (reach) return spreadLines(reach, [service, lane], place, [noted]);
  const { host, port } = place;
  return [
    `backend ${backendOf(service, lane)}`,
    noted,
    '  use-server session if { hdr(upgrade) -i websocket }',
    '  use-server once if !{ method GET HEAD OPTIONS TRACE }',
    `  server app ${host}:${port} pool-purge-delay 1s`,
    `  server once ${host}:${port} weight 0 pool-max-conn 0`,
    `  server session ${host}:${port} weight 0 pool-max-conn 0`,
  ];
}
