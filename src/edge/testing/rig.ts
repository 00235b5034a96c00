import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { TrafficTarget } from '../../kinds/traffic.ts';
import { isAlive } from '../../host/process-identity.ts';
import { openEdge, type Edge } from '../client.ts';
import { edgeProcesses } from '../edge-processes.ts';
import { freePorts } from './free-ports.ts';

const fixtureApp = join(import.meta.dirname, '../../../bench/fixture-app.ts');

export interface App {
  readonly port: number;
  readonly child: ChildProcess;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
}

/** A real edge with real apps behind it, all gone after `close`. */
export class Rig {
  readonly stateDirectory = mkdtempSync(join(tmpdir(), 'edge-'));
  readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });
  port = 0;
  private trustedProxies: readonly string[] | undefined;
  private readonly apps: ChildProcess[] = [];
  private opened: Edge | null = null;

  static async start(trustedProxies?: readonly string[]): Promise<Rig> {
    const rig = new Rig();
    rig.trustedProxies = trustedProxies;
    rig.port = await freePort();
    await rig.edge.ensure();
    return rig;
  }

  get edge(): Edge {
    const { stateDirectory, trustedProxies } = this;
    const services = { web: { host: '127.0.0.1', port: this.port } };
    this.opened ??= openEdge({ stateDirectory, services, ...(trustedProxies ? { trustedProxies } : {}) });
    return this.opened;
  }

  async app(release: string, variables: Record<string, string> = {}): Promise<App> {
    const child = fork(fixtureApp, [], { env: { PATH: process.env.PATH, RELEASE: release, ...variables } });
    this.apps.push(child);
    const port = await new Promise<number>((resolve) =>
      child.once('message', (message: { port: number }) => resolve(message.port)),
    );
    return { port, child };
  }

  target(epoch: number, colour: 'blue' | 'green', port: number, release: string = colour): TrafficTarget {
    return { epoch, colour, release, services: { web: { host: '127.0.0.1', port } } };
  }

  get(path: string, options: RequestOptions = {}, body?: Buffer): Promise<Answer> {
    return ask({ port: this.port, path, agent: this.agent, ...options }, body);
  }

  /** SIGKILL to watchdog and worker. Frozen first, so that neither sees the other die and starts it again. */
  async kill(): Promise<void> {
    const members = edgeProcesses(this.stateDirectory);
    for (const signal of ['SIGSTOP', 'SIGKILL'] as const) for (const { pid } of members) process.kill(pid, signal);
    // Of one that is going the kernel shows no command line any more, while it still counts as alive.
    await until(() => !members.some(isAlive) && edgeProcesses(this.stateDirectory).length === 0, 30_000);
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.edge.stop();
    for (const child of this.apps) child.kill('SIGKILL');
    rmSync(this.stateDirectory, { recursive: true, force: true });
  }
}

export const freePort = async (): Promise<number> => (await freePorts(1))[0]!;

export function ask(options: RequestOptions, body?: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(chunks);
        const { headers, rawHeaders, statusCode: status = 0 } = response;
        resolve({ status, headers, rawHeaders, body: whole, text: whole.toString() });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Asks, and is gone soon after; never answered, or with the answer begun. */
export async function leave(port: number, when: 'before the answer' | 'in the answer'): Promise<void> {
  const asked = request({
    host: '127.0.0.1',
    port,
    path: when === 'in the answer' ? '/stalled' : '/slow',
    agent: false,
  });
  asked.on('error', () => undefined);
  const begun = new Promise((resolve) =>
    asked.on('response', (response) => response.on('error', resolve).once('data', resolve)),
  );
  asked.end();
  await (when === 'in the answer' ? begun : new Promise((resolve) => setTimeout(resolve, 200)));
  asked.destroy();
}

/** Asks and stays, until it is told to go: for an answer that does not come, in the middle of one, with a part of what it asks, or with an upload that is not taken. */
export function stay(port: number, when: Staying): () => void {
  const path = when === 'in the answer' ? '/stalled' : '/slow?ms=600000';
  if (when === 'in an upload') return upload(port);
  const body = when === 'in the question' ? 'content-length: 10\r\n\r\nab' : '\r\n';
  const method = when === 'in the question' ? 'PUT' : 'GET';
  const socket = connect(port, '127.0.0.1', () => socket.write(`${method} ${path} HTTP/1.1\r\nhost: web\r\n${body}`));
  socket.on('error', () => undefined);
  return () => socket.destroy();
}

type Staying = 'before the answer' | 'in the answer' | 'in the question' | 'in an upload';

/** More than the sockets hold, to a path that reads nothing. */
function upload(port: number): () => void {
  const sizeBytes = 40_000_000;
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(`POST /unread HTTP/1.1\r\nhost: web\r\ncontent-length: ${sizeBytes}\r\n\r\n`);
    socket.write(Buffer.alloc(sizeBytes));
  });
  socket.on('error', () => undefined);
  return () => socket.destroy();
}

export async function until(what: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<number> {
  const startedMs = performance.now();
  while (!(await what())) {
    if (performance.now() - startedMs > withinMs) throw new Error(`not so within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - startedMs;
}

/** Opens a WebSocket and asks who is there: the app echoes with its release. */
export async function sessionRelease(port: number, headers: Readonly<Record<string, string>>): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers });
  try {
    await once(socket, 'open');
    const heard = once(socket, 'message');
    socket.send('who');
    return String((await heard)[0]).split(':')[0]!;
  } finally {
    socket.terminate();
  }
}

export async function endChild(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
