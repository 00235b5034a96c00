// A socket before that of the Docker daemon: the driver and its CLI speak through it, and every act pays the toll.
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Toll } from './toll.ts';

const usual = '/var/run/docker.sock';
/** Until the kernel has closed what a killed process had open. */
const closingMs = 50;

export interface DockerGate {
  /** Containers that the daemon said it had started, and services that it had made. */
  readonly starts: () => number;
  close(): Promise<void>;
}

export async function openDockerGate(socketPath: string, toll: Toll, daemon = usual): Promise<DockerGate> {
  const open = new Set<Socket>();
  let starts = 0;
  const server = createServer((incoming, outgoing) => {
    const act = actOf(incoming);
    const hand = async (): Promise<void> => {
      const body = await buffer(incoming);
      if (act !== null && (await toll.pass(act, 'before'))) await sleep(closingMs);
      // Dead with its order: the daemon never heard of it. A CLI outlives whoever called it.
      if (incoming.socket.destroyed) return;
      const answer = await asked(daemon, incoming, body);
      outgoing.on('close', () => answer.destroy());
      if (act !== null && beginnings.has(act) && (answer.statusCode ?? 502) < 300) starts += 1;
      if (act !== null) await toll.pass(act, 'after');
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
    };
    hand().catch(() => outgoing.destroy());
  });
  // Idle connections stay, as the daemon lets them: a CLI sends an act on one and would not send it again.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  // BuildKit leaves HTTP behind: what it builds is seen only as one act that begins.
  server.on('upgrade', (incoming, socket: Socket, head) => {
    const begun = incoming.url?.endsWith('/grpc') ? toll.pass('build', 'before') : Promise.resolve(false);
    void begun.then(() => tunnel(daemon, incoming, socket, head));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    starts: () => starts,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** In one piece: the daemon may answer before it has read everything, and hang up. */
const asked = (daemon: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: daemon, method, path: url, headers, agent: false }, resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });

function tunnel(daemon: string, { method, url, rawHeaders }: IncomingMessage, socket: Socket, head: Buffer): void {
  const other = connect(daemon);
  other.write([`${method} ${url} HTTP/1.1`, ...pairs(rawHeaders), '', ''].join('\r\n'));
  other.write(head);
  socket.pipe(other).pipe(socket);
  for (const [one, another] of [
    [socket, other],
    [other, socket],
  ] as const)
    one.on('error', () => another.destroy()).on('close', () => another.destroy());
}

const pairs = (raw: readonly string[]): readonly string[] =>
  raw.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${raw[index + 1]}`] : []));

const acts: Readonly<Record<string, string>> = {
  'POST containers/create': 'create a container',
  'POST containers/start': 'start a container',
  'POST containers/kill': 'signal a container',
  'DELETE containers': 'remove a container',
  'POST networks/create': 'create a network',
  'POST networks/connect': 'connect a network',
  'DELETE networks': 'remove a network',
  'POST build': 'build an image',
  'POST images/tag': 'name an image',
  'POST images/load': 'bring an image',
  'POST services/create': 'create a service',
  'DELETE services': 'remove a service',
  'POST secrets/create': 'create a secret',
  'DELETE secrets': 'remove a secret',
};
const beginnings: ReadonlySet<string> = new Set(['start a container', 'create a service']);

/** Null: it changes nothing. What is not known by a name of its own is an act all the same. */
function actOf({ method = '', url = '' }: IncomingMessage): string | null {
  if (method === 'GET' || method === 'HEAD') return null;
  const words = url
    .split('?')[0]!
    .split('/')
    .filter((word) => word !== '' && !/^v\d/.test(word));
  // Names and ids stand between what it is about and what is done to it.
  const path = words.length > 1 ? [words[0], ...(method === 'DELETE' ? [] : [words.at(-1)])].join('/') : words[0];
  return acts[`${method} ${path}`] ?? `${method} ${path}`;
}
